/**
 * Which blobs the chain says this node must keep, learnt from events in order. Applying an event twice or out of order is a bug; the
 * cursor is committed with each batch, so a killed node resumes exactly where its books stand.
 */
import type { ChainEvent, EventPlace, Term, WalrusEvent } from './chain.ts';
import type { NodeDatabase } from './node-database.ts';

interface LiveObject {
  readonly object_id: string;
  readonly deletable: number;
  readonly end: number;
  readonly certified_epoch: number | null;
  readonly tx_digest: string;
  readonly event_seq: string;
}

interface EventId {
  readonly txDigest: string;
  readonly eventSeq: string;
}

export interface Registry {
  cursor(): number;
  epoch(): number;
  /** Objects of a blob that have not ended, by end epoch, latest first. */
  liveObjects(blobId: string): readonly LiveObject[];
  isRegistered(blobId: string): boolean;
  /** The event that declared a blob invalid. */
  invalidBy(blobId: string): EventId | undefined;
  /** Applies a batch in one transaction and gives the blobs whose data has to go. Call inside the caller's transaction or alone. */
  apply(events: readonly ChainEvent[]): readonly string[];
  /** Live objects, for the network's own state page. */
  /** Blobs that some live object is certified for: what this node must hold. */
  certifiedBlobs(): readonly string[];
  objectCount(): number;
}

const live = `FROM objects LEFT JOIN pools USING (pool_id) WHERE COALESCE(objects.end_epoch, pools.end_epoch, 0) > :epoch`;

/** Answers that are kept between two events, 100 bytes each. */
const answersMax = 10_000;

export function openRegistry(database: NodeDatabase): Registry {
  const progress = database.prepare<[string], { value: number }>('SELECT value FROM progress WHERE name = ?');
  const setProgress = database.prepare('INSERT OR REPLACE INTO progress (name, value) VALUES (?, ?)');
  const objects = database.prepare<{ epoch: number; blobId: string }, LiveObject>(
    `SELECT object_id, deletable, COALESCE(objects.end_epoch, pools.end_epoch) AS "end", certified_epoch, tx_digest, event_seq
     ${live} AND blob_id = :blobId ORDER BY "end" DESC, object_id`,
  );
  const invalid = database.prepare<[string], EventId>(
    'SELECT tx_digest AS txDigest, event_seq AS eventSeq FROM invalid WHERE blob_id = ?',
  );
  const certified = database.prepare<{ epoch: number }, { blob_id: string }>(
    `SELECT DISTINCT blob_id ${live} AND certified_epoch IS NOT NULL ORDER BY blob_id`,
  );
  const count = database.prepare<{ epoch: number }, { n: number }>(`SELECT COUNT(*) AS n ${live}`);
  const apply = eventApplier(database, (epoch) => setProgress.run('epoch', epoch));
  const epoch = (): number => progress.get('epoch')?.value ?? 0;
  const liveObjects = (blobId: string) => objects.all({ epoch: epoch(), blobId });
  /** As of the last event: every read and write of a sliver asks. */
  const registered = new Map<string, boolean>();
  return {
    cursor: () => progress.get('cursor')?.value ?? 0,
    epoch,
    liveObjects,
    isRegistered(blobId) {
      const known = registered.get(blobId);
      if (known !== undefined) return known;
      const isRegistered = liveObjects(blobId).length > 0;
      if (registered.size >= answersMax) registered.clear();
      registered.set(blobId, isRegistered);
      return isRegistered;
    },
    invalidBy: (blobId) => invalid.get(blobId),
    apply: (events) =>
      database.transaction(() => {
        registered.clear();
        const touched = new Set<string>();
        for (const event of events) for (const blobId of apply(event.event, event)) touched.add(blobId);
        const last = events.at(-1);
        if (last !== undefined) setProgress.run('cursor', last.sequence);
        return [...touched].filter((blobId) => invalid.get(blobId) !== undefined || liveObjects(blobId).length === 0);
      })(),
    certifiedBlobs: () => certified.all({ epoch: epoch() }).map((row) => row.blob_id),
    objectCount: () => count.get({ epoch: epoch() })?.n ?? 0,
  };
}

/** Applies one event; gives the blobs that may have ended by it. */
function eventApplier(
  database: NodeDatabase,
  setEpoch: (epoch: number) => void,
): (event: WalrusEvent, place: EventPlace) => readonly string[] {
  const register = database.prepare(
    `INSERT INTO objects (object_id, blob_id, deletable, end_epoch, pool_id, tx_digest, event_seq) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const certify = database.prepare(
    `UPDATE objects SET certified_epoch = COALESCE(certified_epoch, ?), end_epoch = ?, pool_id = ?, tx_digest = ?, event_seq = ?
     WHERE object_id = ?`,
  );
  const remove = database.prepare('DELETE FROM objects WHERE object_id = ?');
  const removeBlob = database.prepare('DELETE FROM objects WHERE blob_id = ?');
  const declareInvalid = database.prepare(
    'INSERT OR IGNORE INTO invalid (blob_id, tx_digest, event_seq) VALUES (?, ?, ?)',
  );
  const setPool = database.prepare('INSERT OR REPLACE INTO pools (pool_id, end_epoch) VALUES (?, ?)');
  const ended = database.prepare<[number], { blob_id: string }>(
    `DELETE FROM objects WHERE COALESCE(end_epoch, (SELECT end_epoch FROM pools WHERE pools.pool_id = objects.pool_id), 0) <= ?
     RETURNING blob_id`,
  );
  const endedPools = database.prepare('DELETE FROM pools WHERE end_epoch <= ?');
  const endOf = (term: Term) => ('endEpoch' in term ? [term.endEpoch, null] : [null, term.poolId]);
  return (event, { txDigest, eventSeq }) => {
    switch (event.kind) {
      case 'registered':
        register.run(event.objectId, event.blobId, event.deletable ? 1 : 0, ...endOf(event.term), txDigest, eventSeq);
        return [];
      case 'certified':
        certify.run(event.epoch, ...endOf(event.term), txDigest, eventSeq, event.objectId);
        return [];
      case 'deleted':
        remove.run(event.objectId);
        return [event.blobId];
      case 'invalid':
        declareInvalid.run(event.blobId, txDigest, eventSeq);
        removeBlob.run(event.blobId);
        return [event.blobId];
      case 'pool':
        setPool.run(event.poolId, event.endEpoch);
        return [];
      case 'epoch': {
        setEpoch(event.epoch);
        const blobs = ended.all(event.epoch).map((row) => row.blob_id);
        endedPools.run(event.epoch);
        return blobs;
      }
      case 'epoch-done':
      case 'other':
        return [];
    }
  };
}
