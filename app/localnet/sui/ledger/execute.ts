/**
 * Executes one checked transaction in memory: runs the program, charges gas, and lists what every object was and becomes. The same code
 * serves simulation and execution; only execution writes the result.
 */
import type { Envelope } from './envelope.ts';
import { computationMist, netMist, rebateOf, storageMist } from './gas.ts';
import type { GasUsed } from './gas.ts';
import { coinBalance, objectInput } from './inputs.ts';
import type { CheckedInputs } from './inputs.ts';
import { storedBytes, withDigest } from './object.ts';
import type { ObjectSource, Owner, StoredObject } from './object.ts';
import { ExecutionFailure, plainFault } from '../move/failure.ts';
import type { Library } from '../move/library.ts';
import { Runtime } from '../move/runtime.ts';
import type { EmittedEvent } from '../move/runtime.ts';
import type { CoinValue } from '../move/values.ts';
import type { World } from '../move/world.ts';
import { runProgram } from '../ptb/executor.ts';
import type { Outcome, Written } from '../ptb/executor.ts';

export interface Setting {
  readonly source: ObjectSource;
  readonly world: World;
  readonly library: Library;
  readonly operator: string;
  readonly nowMs: number;
  readonly epoch: number;
}

export interface ObjectChange {
  readonly id: string;
  readonly before: StoredObject | undefined;
  readonly after: StoredObject | undefined;
  readonly operation: 'None' | 'Created' | 'Deleted';
}

export interface Execution {
  readonly failure: ExecutionFailure | undefined;
  readonly gas: GasUsed;
  readonly gasObjectId: string;
  readonly version: bigint;
  /** Ascending by id. */
  readonly changes: readonly ObjectChange[];
  readonly reading: readonly StoredObject[];
  readonly events: readonly EmittedEvent[];
  readonly dependencies: readonly string[];
}

type Work = Pick<Envelope, 'digest' | 'digestBytes' | 'sender' | 'commands'> & {
  readonly price: bigint;
  readonly budget: bigint;
};

/** The owner's coins as one: the first, holding the sum. */
interface Purse {
  readonly coin: StoredObject;
  readonly total: bigint;
  readonly merged: readonly StoredObject[];
}

export function execute(setting: Setting, work: Work, checked: CheckedInputs): Execution {
  const purse = purseOf(checked.gas);
  const attempt = run(setting, work, checked, purse);
  const settled = settle(work, checked, purse, attempt);
  if (netMist(settled.gas) <= work.budget) return finish(work, checked, attempt, settled);
  // Not enough gas: nothing of the program stays, and the budget is what the attempt cost.
  const failed: Attempt = { failure: plainFault('InsufficientGas'), outcome: undone(checked) };
  const bare = settle(work, checked, purse, failed);
  const affordable = netMist(bare.gas) <= work.budget;
  return finish(work, checked, failed, affordable ? bare : settle(work, checked, purse, failed, true));
}

interface Attempt {
  readonly failure: ExecutionFailure | undefined;
  readonly outcome: Outcome;
}

function purseOf(gas: readonly StoredObject[]): Purse {
  const [coin, ...merged] = gas;
  if (!coin) throw new Error('a transaction has a gas coin');
  return { coin, merged, total: gas.reduce((sum, one) => sum + coinBalance(one.contents), 0n) };
}

function run(setting: Setting, work: Work, checked: CheckedInputs, purse: Purse): Attempt {
  const { world, source, operator, nowMs } = setting;
  const runtime = new Runtime({ world, source, operator, nowMs, digest: work.digestBytes, sender: work.sender });
  const gas = objectInput(world, purse.coin, true);
  (gas.value as CoinValue).balance = purse.total - work.budget;
  try {
    const outcome = runProgram({ inputs: checked.inputs, commands: work.commands, gas }, runtime, setting.library);
    return { failure: undefined, outcome };
  } catch (error) {
    if (!(error instanceof ExecutionFailure)) throw error;
    return { failure: error, outcome: undone(checked) };
  }
}

/** A failed program: its inputs stay as they were, and still get the new version. */
function undone(checked: CheckedInputs): Outcome {
  const written = new Map<string, Written>();
  for (const object of checked.changing) {
    written.set(object.id, object);
  }
  return { written, vanished: new Map(), replaced: new Map(), created: new Set(), deleted: new Set(), events: [] };
}

interface Settled {
  readonly gas: GasUsed;
  readonly purse: Purse;
  readonly gasOwner: Owner;
  readonly gasBalance: bigint;
  readonly before: ReadonlyMap<string, StoredObject>;
  /** Whether storage fees stay as they are, because the budget pays for the attempt only. */
  readonly frozen: boolean;
}

function settle(
  work: Work,
  checked: CheckedInputs,
  purse: Purse,
  { failure, outcome }: Attempt,
  frozen = false,
): Settled {
  const before = new Map<string, StoredObject>();
  for (const object of [...checked.changing, ...outcome.vanished.values(), purse.coin, ...purse.merged]) {
    before.set(object.id, object);
  }
  for (const [id, stored] of outcome.replaced) before.set(id, stored);
  const gasWritten = outcome.written.get(purse.coin.id);
  const spare = failure === undefined && gasWritten ? coinBalance(gasWritten.contents) : purse.total - work.budget;
  let bytes = storedBytes(purse.coin);
  for (const [id, object] of outcome.written) if (id !== purse.coin.id) bytes += storedBytes(object);
  const paid = [...before.values()].reduce((sum, object) => sum + object.storageRebate, 0n);
  const computation = frozen ? work.budget : computationMist(work.commands.length, work.price);
  // Coins merged away can give nothing back when all fees stay frozen: theirs are kept with the rest that is never refunded.
  const lost = purse.merged.reduce((sum, coin) => sum + coin.storageRebate, 0n);
  const gas = frozen
    ? { computation, storage: 0n, rebate: 0n, nonRefundable: lost }
    : { computation, storage: storageMist(bytes), ...rebateOf(paid) };
  return {
    gas,
    purse,
    gasOwner: gasWritten?.owner ?? purse.coin.owner,
    gasBalance: spare + work.budget - netMist(gas),
    before,
    frozen,
  };
}

function finish(work: Work, checked: CheckedInputs, { failure, outcome }: Attempt, settled: Settled): Execution {
  const { before, purse, gas } = settled;
  const touched = [...before.values(), ...checked.reading, ...checked.immutable];
  const version = 1n + touched.reduce((most, object) => (object.version > most ? object.version : most), 0n);
  const ids = new Set([...before.keys(), ...outcome.written.keys(), ...outcome.deleted]);
  const stamp = (made: Written): StoredObject => {
    const frozenRebate = settled.frozen ? before.get(made.id)?.storageRebate : undefined;
    const shared = made.owner.kind === 'shared' && made.owner.initialVersion === 0n;
    return withDigest({
      id: made.id,
      version,
      type: made.type,
      owner: shared ? { kind: 'shared', initialVersion: version } : made.owner,
      contents: made.contents,
      previousTransaction: work.digest,
      storageRebate: frozenRebate ?? storageMist(storedBytes(made)),
      publicTransfer: made.publicTransfer,
    });
  };
  const changes: ObjectChange[] = [];
  for (const id of [...ids].sort()) {
    const old = before.get(id);
    const made = id === purse.coin.id ? gasWritten(settled) : outcome.written.get(id);
    const born = outcome.created.has(id);
    if (made) {
      changes.push({ id, before: old, after: stamp(made), operation: born ? 'Created' : 'None' });
    } else if (!born && (old !== undefined || outcome.deleted.has(id))) {
      // Gone and not deleted means wrapped inside another object.
      const deleted = outcome.deleted.has(id) || purse.merged.some((coin) => coin.id === id);
      changes.push({ id, before: old, after: undefined, operation: deleted ? 'Deleted' : 'None' });
    }
  }
  const dependencies = [...new Set(touched.map((object) => object.previousTransaction))].sort();
  return {
    failure,
    gas,
    gasObjectId: purse.coin.id,
    version,
    changes,
    reading: checked.reading,
    events: outcome.events,
    dependencies,
  };
}

function gasWritten({ purse, gasOwner, gasBalance }: Settled): Written {
  const contents = Uint8Array.from(purse.coin.contents);
  new DataView(contents.buffer).setBigUint64(32, gasBalance, true);
  return { id: purse.coin.id, type: purse.coin.type, contents, owner: gasOwner, publicTransfer: true };
}
