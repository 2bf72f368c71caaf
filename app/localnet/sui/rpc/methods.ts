/** The dispatch table: every method that this node answers, under its HTTP path. */
import { GrpcTypes } from '@mysten/sui/grpc';
import { executeTransaction, simulateTransaction } from './execution-service.ts';
import * as history from './history-service.ts';
import * as ledger from './ledger-service.ts';
import { getFunction } from './package-service.ts';
import { unary, stream } from './service.ts';
import type { Method } from './service.ts';
import * as state from './state-service.ts';
import type { LedgerCore } from '../ledger/core.ts';

export type Methods = ReadonlyMap<string, Method>;

export function methodsOf(core: LedgerCore): Methods {
  const t = GrpcTypes;
  const pair = <I, O>(request: I, response: O) => ({ I: request, O: response });
  const table: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
    LedgerService: {
      GetServiceInfo: unary(pair(t.GetServiceInfoRequest, t.GetServiceInfoResponse), () => ledger.getServiceInfo(core)),
      GetObject: unary(pair(t.GetObjectRequest, t.GetObjectResponse), (q) => ledger.getObject(core, q)),
      BatchGetObjects: unary(pair(t.BatchGetObjectsRequest, t.BatchGetObjectsResponse), (q) =>
        ledger.batchGetObjects(core, q),
      ),
      GetTransaction: unary(pair(t.GetTransactionRequest, t.GetTransactionResponse), (q) =>
        ledger.getTransaction(core, q),
      ),
      BatchGetTransactions: unary(pair(t.BatchGetTransactionsRequest, t.BatchGetTransactionsResponse), (q) =>
        ledger.batchGetTransactions(core, q),
      ),
      GetCheckpoint: unary(pair(t.GetCheckpointRequest, t.GetCheckpointResponse), (q) => ledger.getCheckpoint(core, q)),
      GetEpoch: unary(pair(t.GetEpochRequest, t.GetEpochResponse), (q) => ledger.getEpoch(core, q)),
      ListTransactions: stream(pair(t.ListTransactionsRequest, t.ListTransactionsResponse), (q) =>
        history.listTransactions(core, q),
      ),
      ListEvents: stream(pair(t.ListEventsRequest, t.ListEventsResponse), (q) => history.listEvents(core, q)),
    },
    StateService: {
      GetBalance: unary(pair(t.GetBalanceRequest, t.GetBalanceResponse), (q) => state.getBalance(core, q)),
      ListBalances: unary(pair(t.ListBalancesRequest, t.ListBalancesResponse), (q) => state.listBalances(core, q)),
      ListOwnedObjects: unary(pair(t.ListOwnedObjectsRequest, t.ListOwnedObjectsResponse), (q) =>
        state.listOwnedObjects(core, q),
      ),
      ListDynamicFields: unary(pair(t.ListDynamicFieldsRequest, t.ListDynamicFieldsResponse), (q) =>
        state.listDynamicFields(core, q),
      ),
      GetCoinInfo: unary(pair(t.GetCoinInfoRequest, t.GetCoinInfoResponse), (q) => state.getCoinInfo(core, q)),
    },
    TransactionExecutionService: {
      ExecuteTransaction: unary(pair(t.ExecuteTransactionRequest, t.ExecuteTransactionResponse), (q) =>
        executeTransaction(core, q),
      ),
      SimulateTransaction: unary(pair(t.SimulateTransactionRequest, t.SimulateTransactionResponse), (q) =>
        simulateTransaction(core, q),
      ),
    },
    MovePackageService: {
      GetFunction: unary(pair(t.GetFunctionRequest, t.GetFunctionResponse), (q) => getFunction(core, q)),
    },
    SubscriptionService: {
      SubscribeTransactions: stream(
        pair(t.SubscribeTransactionsRequest, t.SubscribeTransactionsResponse),
        (q, signal) => history.subscribeTransactions(core, q, signal),
      ),
      SubscribeCheckpoints: stream(pair(t.SubscribeCheckpointsRequest, t.SubscribeCheckpointsResponse), (q, signal) =>
        history.subscribeCheckpoints(core, q, signal),
      ),
      SubscribeEvents: stream(pair(t.SubscribeEventsRequest, t.SubscribeEventsResponse), (q, signal) =>
        history.subscribeEvents(core, q, signal),
      ),
    },
  };
  return new Map(
    Object.entries(table).flatMap(([service, methods]) =>
      Object.entries(methods).map(([name, method]) => [`/sui.rpc.v2.${service}/${name}`, method] as const),
    ),
  );
}
