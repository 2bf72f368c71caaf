/**
 * `SimulateTransaction`: completes a half-built transaction (references, gas price, budget, coins) and runs it without writing. The rules of
 * selection are a full node's: all SUI coins of the payer that the commands do not use, and a budget from a run with a coin that is not there.
 */
import { bcs } from '@mysten/sui/bcs';
import type { GrpcTypes } from '@mysten/sui/grpc';
import { expirationBcs, resolveProgram } from './from-proto.ts';
import type { DataInput } from './from-proto.ts';
import type { LedgerCore } from '../ledger/core.ts';
import { readEnvelope } from '../ledger/envelope.ts';
import type { Envelope } from '../ledger/envelope.ts';
import { gasObjectsMax } from '../ledger/envelope.ts';
import type { Execution } from '../ledger/execute.ts';
import { gasBudgetMaxMist, gasBudgetMinMist, netMist, referenceGasPrice } from '../ledger/gas.ts';
import { coinBalance } from '../ledger/inputs.ts';
import { withDigest } from '../ledger/object.ts';
import type { ObjectSource, StoredObject } from '../ledger/object.ts';
import { Refusal, invalid } from '../ledger/refusal.ts';
import { encodeWith } from '../move/runtime.ts';
import { normalAddress } from '../move/types.ts';

interface Simulation {
  readonly envelope: Envelope;
  readonly execution: Execution;
}

interface SimulationOptions {
  readonly selectGas: boolean;
  readonly checks: boolean;
}

/** Coins of one owner looked at when gas is chosen; more than a person ever has here. */
const coinsReadMax = 2_000;
const mockGasId = `0x${'f'.repeat(64)}`;
/** Enough for any program and its largest budget. */
const mockMist = 2_000_000_000_000_000_000n;

export function simulate(core: LedgerCore, given: GrpcTypes.Transaction, options: SimulationOptions): Simulation {
  const bytes = given.bcs?.value;
  const draft = bytes === undefined ? draftOf(core, given) : draftOfBytes(bytes);
  if (!options.checks) return withMockGas(core, draft, true);
  if (draft.data.gasData.payment.length > 0 && draft.budgetGiven) return run(core, draft.data);
  if (!options.selectGas && draft.data.gasData.payment.length === 0) return withMockGas(core, draft, false);
  return select(core, draft);
}

interface GasInput {
  readonly payment: { objectId: string; version: bigint | string; digest: string }[];
  readonly owner: string;
  readonly price: bigint;
  readonly budget: bigint;
}

interface Draft {
  readonly data: Omit<DataInput, 'gasData'> & { readonly gasData: GasInput };
  readonly budgetGiven: boolean;
  readonly objectIds: ReadonlySet<string>;
}

function draftOf(core: LedgerCore, given: GrpcTypes.Transaction): Draft {
  if (given.sender === undefined) throw invalid('missing field: transaction.sender');
  const { inputs, commands, objectIds } = resolveProgram(core, given);
  const gas = given.gasPayment;
  const budgetGiven = gas?.budget !== undefined;
  const payment = (gas?.objects ?? []).map(({ objectId, version, digest }) => {
    if (objectId === undefined) throw invalid('missing field: gas_payment.objects.object_id');
    const object = core.object(normalAddress(objectId));
    if (!object) throw new Refusal('NOT_FOUND', `Object ${objectId} not found`);
    return { objectId: object.id, version: version ?? object.version, digest: digest ?? object.digest };
  });
  return {
    data: {
      kind: { ProgrammableTransaction: { inputs, commands } },
      sender: normalAddress(given.sender),
      gasData: {
        payment,
        owner: normalAddress(gas?.owner ?? given.sender),
        price: gas?.price ?? referenceGasPrice,
        budget: gas?.budget ?? gasBudgetMaxMist,
      },
      expiration: expirationBcs(given.expiration),
    },
    budgetGiven,
    objectIds,
  };
}

function draftOfBytes(bytes: Uint8Array): Draft {
  const envelope = readEnvelope(bytes);
  const objectIds = new Set(
    envelope.inputs.flatMap((input) =>
      input.$kind === 'Object' && input.Object.$kind === 'ImmOrOwnedObject'
        ? [input.Object.ImmOrOwnedObject.objectId]
        : [],
    ),
  );
  const { payment, owner, price, budget } = envelope.gas;
  return {
    data: {
      kind: { ProgrammableTransaction: { inputs: envelope.inputs, commands: envelope.commands } },
      sender: envelope.sender,
      gasData: { payment, owner, price: BigInt(price), budget: BigInt(budget) },
      expiration: envelope.expiration,
    },
    budgetGiven: true,
    objectIds,
  };
}

function envelopeOf(data: Draft['data']): Envelope {
  let bytes: Uint8Array;
  try {
    bytes = bcs.TransactionData.serialize({ V1: data }, { maxSize: 4 * 131_072 }).toBytes();
  } catch (cause) {
    throw invalid('invalid transaction: it cannot be serialized', cause);
  }
  return readEnvelope(bytes);
}

function run(core: LedgerCore, data: Draft['data']): Simulation {
  const envelope = envelopeOf(data);
  return { envelope, execution: core.dryRun(envelope) };
}

/** A run paid by a coin that is not on the ledger; the answer's transaction names no payment. */
function withMockGas(core: LedgerCore, draft: Draft, anyOwner: boolean): Simulation {
  const { gasData } = draft.data;
  const { coin, source } = mockGas(core, gasData.owner);
  const reference = { objectId: coin.id, version: coin.version, digest: coin.digest };
  const paid = envelopeOf({ ...draft.data, gasData: { ...gasData, payment: [reference] } });
  const execution = core.dryRun(paid, { source, anyOwner });
  return { envelope: { ...paid, gas: { ...paid.gas, payment: [] } }, execution };
}

function mockGas(core: LedgerCore, owner: string): { coin: StoredObject; source: ObjectSource } {
  const type = core.world.type('Coin<SUI>');
  const coin = withDigest({
    id: mockGasId,
    version: 1n,
    type: core.world.text('Coin<SUI>'),
    owner: { kind: 'address', id: owner },
    contents: encodeWith(core.world.codec(type), { id: mockGasId, balance: mockMist }),
    previousTransaction: core.identity.genesisDigest,
    storageRebate: 0n,
    publicTransfer: true,
  });
  return { coin, source: { object: (id) => (id === mockGasId ? coin : core.object(id)) } };
}

function select(core: LedgerCore, draft: Draft): Simulation {
  const { gasData } = draft.data;
  const budget = draft.budgetGiven ? gasData.budget : estimate(core, draft);
  const payment =
    gasData.payment.length > 0 ? gasData.payment : selectCoins(core, gasData.owner, draft.objectIds, budget);
  return run(core, { ...draft.data, gasData: { ...gasData, budget, payment } });
}

function estimate(core: LedgerCore, draft: Draft): bigint {
  const { execution } = withMockGas(core, draft, false);
  const { gas } = execution;
  const { price } = draft.data.gasData;
  const net = netMist(gas);
  const most = net > gas.computation ? net : gas.computation;
  const budget = most + gasBudgetMinMist(price);
  return budget > gasBudgetMaxMist ? gasBudgetMaxMist : budget;
}

function selectCoins(core: LedgerCore, owner: string, used: ReadonlySet<string>, budget: bigint): GasInput['payment'] {
  const suiCoin = core.world.text('Coin<SUI>');
  const coins = core.database
    .ownedOfType(owner, suiCoin, '', coinsReadMax)
    .filter((object) => !used.has(object.id))
    .map((object) => ({ object, balance: coinBalance(object.contents) }))
    .sort((a, b) => (a.balance === b.balance ? 0 : a.balance > b.balance ? -1 : 1))
    .slice(0, gasObjectsMax);
  const total = coins.reduce((sum, coin) => sum + coin.balance, 0n);
  if (total < budget) {
    throw invalid(
      `Unable to perform gas selection due to insufficient SUI balance (in address balance or coins) for account ` +
        `${owner} to satisfy required budget ${budget}.`,
    );
  }
  return coins.map(({ object }) => ({ objectId: object.id, version: object.version, digest: object.digest }));
}
