/**
 * The ledger as the doors see it: simulate, execute once per digest, read. Executing is synchronous from check to disk, so two transactions
 * can never see each other half done; listeners hear of a transaction only when it is durable.
 */
import { LedgerDatabase } from './database.ts';
import type { EventRow, TransactionRow } from './database.ts';
import { checkExpiration } from './envelope.ts';
import type { Envelope } from './envelope.ts';
import { detailsOf, effectsOf } from './effects.ts';
import type { TransactionDetails } from './effects.ts';
import { execute } from './execute.ts';
import type { Execution, Setting } from './execute.ts';
import { genesisObjects, identityOf } from './genesis.ts';
import type { Identity } from './genesis.ts';
import { checkCommands, checkGasData, checkGasPayment, checkInputs } from './inputs.ts';
import type { ObjectSource, StoredObject } from './object.ts';
import { fromHex, toHex } from '../../../domain/bytes.ts';
import type { Clock } from '../../../domain/clock.ts';
import { Library } from '../move/library.ts';
import { walrusVersion } from '../move/modules/accounting.ts';
import { decodeWith, fieldId } from '../move/runtime.ts';
import { typeText } from '../move/types.ts';
import type { SystemInnerValue } from '../move/values.ts';
import { World } from '../move/world.ts';
import type { LedgerOptions } from '../network.ts';

/** One executed transaction as listeners and history show it. */
export interface Executed {
  readonly row: TransactionRow;
  readonly details: TransactionDetails;
  readonly events: readonly EventRow[];
}

interface DryRunOptions {
  readonly source?: ObjectSource;
  readonly anyOwner?: boolean;
}

export class LedgerCore {
  readonly identity: Identity;
  readonly world: World;
  readonly library: Library;
  readonly database: LedgerDatabase;
  readonly clock: Clock;
  readonly operator: string;
  readonly #listeners = new Set<(executed: Executed) => void>();

  constructor(options: LedgerOptions) {
    this.database = new LedgerDatabase(options.file);
    this.clock = options.clock;
    if (this.database.isNew) this.#begin(options);
    this.identity = identityOf(fromHex(this.database.meta('seed')));
    this.operator = this.identity.operator.toSuiAddress();
    this.world = new World(this.identity.packages);
    this.library = new Library(this.world);
  }

  #begin({ genesis, clock }: LedgerOptions): void {
    const nowMs = Math.floor(clock.now());
    const objects = genesisObjects(genesis, identityOf(genesis.seed), nowMs);
    this.database.create({ seed: toHex(genesis.seed), feesMist: '0', startedMs: String(nowMs) }, objects);
  }

  object(id: string): StoredObject | undefined {
    return this.database.object(id);
  }

  /** The value of a dynamic field; nothing when it is not there. */
  fieldValue<Value>(parent: string, keyType: string, key: unknown): Value | undefined {
    const stored = this.object(fieldId(this.world, parent, this.world.type(keyType), key));
    return stored && (this.valueOf<{ value: Value }>(stored).value satisfies Value);
  }

  valueOf<Value>(object: StoredObject): Value {
    return decodeWith(this.world.codec(this.world.type(object.type)), object.contents) as Value;
  }

  system(): SystemInnerValue {
    const inner = this.fieldValue<SystemInnerValue>(this.identity.ids.systemObjectId, 'u64', walrusVersion);
    if (!inner) throw new Error('a ledger has a system object');
    return inner;
  }

  epoch(): number {
    return this.system().committee.epoch;
  }

  setting(): Setting {
    return {
      source: this.database,
      world: this.world,
      library: this.library,
      operator: this.operator,
      nowMs: Math.floor(this.clock.now()),
      epoch: this.epoch(),
    };
  }

  executed(digest: string): Executed | undefined {
    const row = this.database.transaction(digest);
    return row && this.withEvents(row);
  }

  withEvents(row: TransactionRow): Executed {
    return { row, details: JSON.parse(row.details) as TransactionDetails, events: this.database.eventsOf(row.digest) };
  }

  /** Runs a transaction without writing it. A simulation may add objects of its own, and may leave out the check of owners. */
  dryRun(envelope: Envelope, { source = this.database, anyOwner = false }: DryRunOptions = {}): Execution {
    const setting = { ...this.setting(), source };
    checkExpiration(envelope, { ...setting, chainId: this.identity.ids.chainId });
    checkGasData(envelope.gas);
    checkCommands(this.library, this.world, envelope.commands);
    const gas = checkGasPayment(source, this.world, envelope.gas);
    const owner = anyOwner ? undefined : envelope.sender;
    const inputs = checkInputs(source, this.world, owner, envelope.inputs, gas);
    const { price, budget } = envelope.gas;
    return execute(setting, { ...envelope, price: BigInt(price), budget: BigInt(budget) }, inputs);
  }

  /** Executes a transaction whose signatures were checked; the same digest again gives the first result. */
  submit(envelope: Envelope, signatures: readonly Uint8Array[]): Executed {
    const before = this.executed(envelope.digest);
    if (before) return before;
    const execution = this.dryRun(envelope);
    const executed = this.#write(envelope, signatures, execution);
    for (const listener of this.#listeners) listener(executed);
    return executed;
  }

  #write(envelope: Envelope, signatures: readonly Uint8Array[], execution: Execution): Executed {
    const { digest, sender } = envelope;
    const epoch = this.epoch();
    const effects = effectsOf(execution, digest, epoch, sender);
    const details = detailsOf(execution);
    const writes = execution.changes.flatMap(({ after }) => (after ? [after] : []));
    const deletes = execution.changes.flatMap(({ id, before, after }) => (before && !after ? [id] : []));
    const events = execution.events.map((event, eventIndex) => ({
      transaction: digest,
      eventIndex,
      sender,
      package: event.caller.package,
      module: event.caller.module,
      type: typeText(event.type),
      contents: event.contents,
    }));
    const row = this.database.commit({
      transaction: {
        digest,
        timestampMs: Math.floor(this.clock.now()),
        epoch,
        sender,
        transaction: envelope.bytes,
        signatures: signatures.map((one) => Buffer.from(one).toString('base64')).join(' '),
        effects: effects.bytes,
        effectsDigest: effects.digest,
        details: JSON.stringify(details),
      },
      events,
      writes,
      deletes,
      feesMist: execution.gas.computation + execution.gas.nonRefundable,
    });
    return { row, details, events: this.database.eventsOf(digest) };
  }

  onExecuted(listener: (executed: Executed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.database.close();
  }
}
