/** `TransactionExecutionService`: simulate, and execute once. */
import { GrpcTypes } from '@mysten/sui/grpc';
import { applyMask, parseMask } from './mask.ts';
import { simulate } from './simulate.ts';
import { effectsMessage, eventMessage, executedMessage } from './to-proto.ts';
import { transactionMessage } from './transaction-message.ts';
import type { LedgerCore } from '../ledger/core.ts';
import { detailsOf, effectsOf } from '../ledger/effects.ts';
import { checkSignatures, readEnvelope } from '../ledger/envelope.ts';
import { invalid } from '../ledger/refusal.ts';
import { typeText } from '../move/types.ts';

export async function executeTransaction(
  core: LedgerCore,
  request: GrpcTypes.ExecuteTransactionRequest,
): Promise<GrpcTypes.ExecuteTransactionResponse> {
  const mask = parseMask(request.readMask?.paths, ['effects']);
  const bytes = request.transaction?.bcs?.value;
  if (bytes === undefined) throw invalid('missing field: transaction.bcs');
  const envelope = readEnvelope(bytes);
  const signatures = request.signatures.map((one) => {
    if (one.bcs?.value === undefined) throw invalid('missing field: signatures.bcs');
    return one.bcs.value;
  });
  await checkSignatures(envelope, signatures);
  const executed = core.submit(envelope, signatures);
  return { transaction: applyMask(GrpcTypes.ExecutedTransaction, executedMessage(core, executed), mask) };
}

export function simulateTransaction(
  core: LedgerCore,
  request: GrpcTypes.SimulateTransactionRequest,
): GrpcTypes.SimulateTransactionResponse {
  const mask = parseMask(request.readMask?.paths, ['transaction.effects']);
  if (!request.transaction) throw invalid('missing field: transaction');
  const { envelope, execution } = simulate(core, request.transaction, {
    selectGas: request.doGasSelection ?? false,
    checks: request.checks !== GrpcTypes.SimulateTransactionRequest_TransactionChecks.DISABLED,
  });
  const effects = effectsOf(execution, envelope.digest, core.epoch(), envelope.sender);
  const details = detailsOf(execution);
  const events = execution.events.map((event, eventIndex) =>
    eventMessage(core, {
      transaction: envelope.digest,
      eventIndex,
      checkpoint: 0,
      sender: envelope.sender,
      package: event.caller.package,
      module: event.caller.module,
      type: typeText(event.type),
      contents: event.contents,
    }),
  );
  const response: GrpcTypes.SimulateTransactionResponse = {
    transaction: {
      digest: envelope.digest,
      transaction: transactionMessage(envelope),
      signatures: [],
      effects: effectsMessage(effects.bytes, effects.digest, details),
      ...(events.length > 0 ? { events: { events } } : {}),
      balanceChanges: details.balanceChanges.map((change) => ({ ...change })),
    },
    commandOutputs: [],
  };
  return applyMask(GrpcTypes.SimulateTransactionResponse, response, mask);
}
