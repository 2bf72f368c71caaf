/**
 * The ledger's one SQLite file: objects as they are now, every transaction with its effects, every event. A Sui transaction is one SQLite
 * transaction, synced to disk before anybody hears of it, so a kill leaves the state before or after it.
 */
import type { Owner, StoredObject } from './object.ts';
import { openSqlite } from './sqlite.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** What history keeps of an executed transaction. */
export interface TransactionRow {
  readonly sequence: number;
  readonly digest: string;
  readonly timestampMs: number;
  readonly epoch: number;
  readonly sender: string;
  readonly transaction: Uint8Array;
  /** Serialized user signatures, base64, separated by spaces. */
  readonly signatures: string;
  readonly effects: Uint8Array;
  readonly effectsDigest: string;
  /** JSON of `TransactionDetails`: what the RPC shows and the effects do not hold. */
  readonly details: string;
}

export interface EventRow {
  readonly sequence: number;
  readonly transaction: string;
  readonly eventIndex: number;
  readonly checkpoint: number;
  readonly sender: string;
  readonly package: string;
  readonly module: string;
  readonly type: string;
  readonly contents: Uint8Array;
}

interface Commit {
  readonly transaction: Omit<TransactionRow, 'sequence'>;
  readonly events: readonly Omit<EventRow, 'sequence' | 'checkpoint'>[];
  readonly writes: readonly StoredObject[];
  readonly deletes: readonly string[];
  /** MIST that left circulation: computation, and the part of storage fees that is never given back. */
  readonly feesMist: bigint;
}

const applicationId = 0x466c6f65;
const schemaVersion = 1;

const schema = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE objects (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    type TEXT NOT NULL,
    owner_kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    contents BLOB NOT NULL,
    previous_transaction TEXT NOT NULL,
    storage_rebate INTEGER NOT NULL,
    public_transfer INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX objects_by_owner ON objects (owner_kind, owner, id);
  CREATE INDEX objects_by_owner_and_type ON objects (owner_kind, owner, type, id);
  CREATE TABLE transactions (
    sequence INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    timestamp_ms INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sender TEXT NOT NULL,
    transaction_bcs BLOB NOT NULL,
    signatures TEXT NOT NULL,
    effects BLOB NOT NULL,
    effects_digest TEXT NOT NULL,
    details TEXT NOT NULL
  ) STRICT;
  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    transaction_digest TEXT NOT NULL,
    event_index INTEGER NOT NULL,
    checkpoint INTEGER NOT NULL,
    sender TEXT NOT NULL,
    package TEXT NOT NULL,
    module TEXT NOT NULL,
    type TEXT NOT NULL,
    contents BLOB NOT NULL
  ) STRICT;
  CREATE INDEX events_by_transaction ON events (transaction_digest, event_index);
`;

interface ObjectRow {
  readonly id: string;
  readonly version: bigint;
  readonly digest: string;
  readonly type: string;
  readonly owner_kind: string;
  readonly owner: string;
  readonly contents: Uint8Array;
  readonly previous_transaction: string;
  readonly storage_rebate: bigint;
  readonly public_transfer: bigint;
}

const transactionColumns = `sequence, digest, timestamp_ms AS timestampMs, epoch, sender, transaction_bcs AS "transaction",
  signatures, effects, effects_digest AS effectsDigest, details`;
const eventColumns = `sequence, transaction_digest AS "transaction", event_index AS eventIndex, checkpoint, sender, package,
  module, type, contents`;

/** The file is not a ledger, or one of a newer Floe. */
export class LedgerFileError extends Error {}

export class LedgerDatabase {
  readonly #db: Sqlite;
  readonly #objectStatements = new Map<string, Statement<ObjectRow>>();
  readonly #statements = new Map<string, Statement<unknown>>();
  /** Objects read or written lately; every transaction reads the same few system objects. */
  readonly #cache = new Map<string, StoredObject>();
  readonly isNew: boolean;

  constructor(file: string) {
    this.#db = openSqlite(file);
    try {
      this.isNew = this.#prepareFile();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Sets the file up and says whether it is new; a file of anybody else stays untouched. */
  #prepareFile(): boolean {
    const [version, application, tables] = this.#fingerprint();
    const isNew = version === 0 && application === 0;
    const known = isNew ? tables === 0 : version === schemaVersion && application === applicationId;
    if (!known) throw new LedgerFileError('The ledger file is of another program, or of a newer version.');
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    return isNew;
  }

  #fingerprint(): readonly [version: number, application: number, tables: number] {
    try {
      const version = Number(this.#db.pragma('user_version', { simple: true }));
      const application = Number(this.#db.pragma('application_id', { simple: true }));
      const row = this.#db.prepare<{ tables: number }>('SELECT count(*) AS tables FROM sqlite_schema').get();
      return [version, application, row?.tables ?? 0];
    } catch (cause) {
      throw new LedgerFileError('The ledger file cannot be read as a database.', { cause });
    }
  }

  /** Fills a new file in one transaction; only then is the file a ledger. */
  create(meta: Readonly<Record<string, string>>, objects: readonly StoredObject[]): void {
    this.#db.transaction(() => {
      this.#db.exec(schema);
      for (const [name, value] of Object.entries(meta)) this.setMeta(name, value);
      for (const object of objects) this.#write(object);
      this.#db.pragma(`application_id = ${applicationId}`);
      this.#db.pragma(`user_version = ${schemaVersion}`);
    })();
  }

  meta(name: string): string {
    const row = this.#run<{ value: string }>('SELECT value FROM meta WHERE name = ?').get(name);
    if (!row) throw new LedgerFileError(`The ledger file lacks ${name}.`);
    return row.value;
  }

  setMeta(name: string, value: string): void {
    this.#run('INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value').run(
      name,
      value,
    );
  }

  object(id: string): StoredObject | undefined {
    const known = this.#cache.get(id);
    if (known) return known;
    const row = this.#objects('SELECT * FROM objects WHERE id = ?').get(id);
    return row && this.#remember(objectOf(row));
  }

  /** Objects of an owner in the order of their ids, after one of them. */
  owned(kind: 'address' | 'object', owner: string, after: string, limit: number): readonly StoredObject[] {
    const sql = 'SELECT * FROM objects WHERE owner_kind = ? AND owner = ? AND id > ? ORDER BY id LIMIT ?';
    return this.#objects(sql).all(kind, owner, after, limit).map(objectOf);
  }

  /** What an address owns of exactly one type, in the order of ids. */
  ownedOfType(owner: string, type: string, after: string, limit: number): readonly StoredObject[] {
    const sql =
      "SELECT * FROM objects WHERE owner_kind = 'address' AND owner = ? AND type = ? AND id > ? ORDER BY id LIMIT ?";
    return this.#objects(sql).all(owner, type, after, limit).map(objectOf);
  }

  /** Every object, for audits. */
  *allObjects(): Generator<StoredObject> {
    const all = this.#db.prepare<ObjectRow>('SELECT * FROM objects').safeIntegers();
    for (const row of all.iterate()) yield objectOf(row);
  }

  /** Writes one executed transaction; durable when this returns. */
  commit(commit: Commit): TransactionRow {
    const row = this.#db.transaction(() => {
      const { transaction } = commit;
      const insert = this.#run('INSERT INTO transactions VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
      const { lastInsertRowid } = insert.run(
        transaction.digest,
        transaction.timestampMs,
        transaction.epoch,
        transaction.sender,
        transaction.transaction,
        transaction.signatures,
        transaction.effects,
        transaction.effectsDigest,
        transaction.details,
      );
      const sequence = Number(lastInsertRowid);
      const event = this.#run('INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)');
      for (const one of commit.events) {
        event.run(
          one.transaction,
          one.eventIndex,
          sequence,
          one.sender,
          one.package,
          one.module,
          one.type,
          one.contents,
        );
      }
      for (const id of commit.deletes) this.#run('DELETE FROM objects WHERE id = ?').run(id);
      for (const object of commit.writes) this.#write(object);
      this.setMeta('feesMist', (BigInt(this.meta('feesMist')) + commit.feesMist).toString());
      return { ...transaction, sequence };
    })();
    for (const id of commit.deletes) this.#cache.delete(id);
    for (const object of commit.writes) this.#remember(object);
    return row;
  }

  transaction(digest: string): TransactionRow | undefined {
    return this.#run<TransactionRow>(`SELECT ${transactionColumns} FROM transactions WHERE digest = ?`).get(digest);
  }

  transactionAt(sequence: number): TransactionRow | undefined {
    return this.#run<TransactionRow>(`SELECT ${transactionColumns} FROM transactions WHERE sequence = ?`).get(sequence);
  }

  lastSequence(): number {
    const row = this.#run<{ last: number | null }>('SELECT max(sequence) AS last FROM transactions').get();
    return row?.last ?? 0;
  }

  /** Transactions strictly between two sequence numbers, in either order, page by page. */
  transactionsBetween(after: number, before: number, descending: boolean, limit: number): readonly TransactionRow[] {
    const order = descending ? 'DESC' : 'ASC';
    return this.#run<TransactionRow>(
      `SELECT ${transactionColumns} FROM transactions WHERE sequence > ? AND sequence < ? ORDER BY sequence ${order} LIMIT ?`,
    ).all(after, before, limit);
  }

  eventsBetween(after: number, before: number, descending: boolean, limit: number): readonly EventRow[] {
    const order = descending ? 'DESC' : 'ASC';
    return this.#run<EventRow>(
      `SELECT ${eventColumns} FROM events WHERE sequence > ? AND sequence < ? ORDER BY sequence ${order} LIMIT ?`,
    ).all(after, before, limit);
  }

  eventsOf(digest: string): readonly EventRow[] {
    return this.#run<EventRow>(
      `SELECT ${eventColumns} FROM events WHERE transaction_digest = ? ORDER BY event_index`,
    ).all(digest);
  }

  close(): void {
    this.#db.close();
  }

  /** Versions and rebates may pass 2^53, so that object rows come with bigints. */
  #objects(sql: string): Statement<ObjectRow> {
    let statement = this.#objectStatements.get(sql);
    if (!statement) {
      statement = this.#db.prepare<ObjectRow>(sql).safeIntegers();
      this.#objectStatements.set(sql, statement);
    }
    return statement;
  }

  #run<Row>(sql: string): Statement<Row> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare<unknown>(sql);
      this.#statements.set(sql, statement);
    }
    return statement as Statement<Row>;
  }

  #remember(object: StoredObject): StoredObject {
    if (this.#cache.size >= objectsCachedMax) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    this.#cache.set(object.id, object);
    return object;
  }

  #write(object: StoredObject): void {
    this.#run('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
      object.id,
      object.version,
      object.digest,
      object.type,
      object.owner.kind,
      ownerText(object.owner),
      object.contents,
      object.previousTransaction,
      object.storageRebate,
      object.publicTransfer ? 1 : 0,
    );
  }
}

/** Most objects are under a kilobyte and none that a transaction can make is far above 16 KiB, so that this stays small. */
const objectsCachedMax = 1_024;

function ownerText(owner: Owner): string {
  if (owner.kind === 'shared') return owner.initialVersion.toString();
  return owner.kind === 'immutable' ? '' : owner.id;
}

function ownerOf(kind: string, text: string): Owner {
  if (kind === 'shared') return { kind, initialVersion: BigInt(text) };
  if (kind === 'address' || kind === 'object') return { kind, id: text };
  return { kind: 'immutable' };
}

function objectOf(row: ObjectRow): StoredObject {
  return {
    id: row.id,
    version: row.version,
    digest: row.digest,
    type: row.type,
    owner: ownerOf(row.owner_kind, row.owner),
    contents: Uint8Array.from(row.contents),
    previousTransaction: row.previous_transaction,
    storageRebate: row.storage_rebate,
    publicTransfer: row.public_transfer === 1n,
  };
}
