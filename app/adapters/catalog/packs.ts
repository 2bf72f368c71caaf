/**
 * Packs on their way from the spool to the chain, and the confirmations of storage nodes. A pack only moves forward: a step repeated after a crash
 * changes nothing, and a dead pack stays dead.
 */
import type { Database } from 'better-sqlite3';
import { parseBlobId } from '../../domain/blob-id.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { CatalogOperations, NewPack, PackRow, PackState } from '../../ports/catalog.ts';
import { openChunkKeeper } from './chunks.ts';

type Operations = Pick<
  CatalogOperations,
  | 'addPack'
  | 'packs'
  | 'pack'
  | 'setEncoded'
  | 'setRegistered'
  | 'addConfirmation'
  | 'confirmations'
  | 'setStored'
  | 'setCertified'
  | 'loseRegistration'
  | 'setDead'
  | 'importPack'
>;

interface RawPack {
  readonly num: number;
  readonly space: number;
  readonly name: string;
  readonly state: PackState;
  readonly bytes: number;
  readonly digest: Uint8Array | null;
  readonly round: number | null;
  readonly blob_id: string | null;
  readonly root_hash: Uint8Array | null;
  readonly encoded_bytes: number | null;
  readonly pool: string | null;
  readonly object: string | null;
  readonly certified_epoch: number | null;
}

function packFrom(raw: RawPack): PackRow {
  return {
    num: raw.num,
    space: raw.space,
    name: raw.name,
    state: raw.state,
    bytes: raw.bytes,
    digest: raw.digest === null ? undefined : Uint8Array.from(raw.digest),
    round: raw.round ?? undefined,
    blobId: raw.blob_id === null ? undefined : parseBlobId(raw.blob_id),
    rootHash: raw.root_hash === null ? undefined : Uint8Array.from(raw.root_hash),
    encodedBytes: raw.encoded_bytes ?? undefined,
    pool: raw.pool === null ? undefined : parseSuiId(raw.pool),
    object: raw.object === null ? undefined : parseSuiId(raw.object),
    certifiedEpoch: raw.certified_epoch ?? undefined,
  };
}

/** Packs as rounds use them; runs inside the caller's transaction. */
export interface PackKeeper {
  add(pack: NewPack): number;
  /** The pack and its chunks are gone; chunks that another pack holds too are found there. */
  bury(pack: number): void;
}

export function openPackKeeper(db: Database): PackKeeper {
  const insert = db.prepare(
    "INSERT INTO pack (space, name, state, bytes, digest, round) VALUES (?, ?, 'spooled', ?, ?, ?)",
  );
  const setDead = db.prepare("UPDATE pack SET state = 'dead' WHERE num = ?");
  const dropConfirmations = db.prepare('DELETE FROM confirmation WHERE pack = ?');
  const chunks = openChunkKeeper(db);
  return {
    add(pack) {
      const num = Number(insert.run(pack.space, pack.name, pack.bytes, pack.digest, pack.round).lastInsertRowid);
      chunks.add(num, pack.chunks);
      return num;
    },
    bury(pack) {
      chunks.drop(pack);
      dropConfirmations.run(pack);
      if (setDead.run(pack).changes === 0) throw new Error('there is no such pack');
    },
  };
}

/** States from which each step may be taken; the step's own state is among them, since a crash may repeat it. */
const before = {
  encoded: "('spooled', 'encoded')",
  registered: "('encoded', 'registered')",
  stored: "('registered', 'stored')",
  certified: "('encoded', 'registered', 'stored', 'certified')",
};

export function packOperations(db: Database): Operations {
  const get = db.prepare<[number], RawPack>('SELECT * FROM pack WHERE num = ?');
  const all = db.prepare<[number], RawPack>('SELECT * FROM pack WHERE space = ? ORDER BY num');
  const inState = db.prepare<[number, string], RawPack>(
    'SELECT * FROM pack WHERE space = ? AND state = ? ORDER BY num',
  );
  const byBlob = db.prepare<[number, string], { num: number }>(
    "SELECT num FROM pack WHERE space = ? AND blob_id = ? AND state <> 'dead' ORDER BY num LIMIT 1",
  );
  const setEncoded = db.prepare(
    `UPDATE pack SET state = 'encoded', blob_id = ?, root_hash = ?, encoded_bytes = ? WHERE num = ? AND state IN ${before.encoded}`,
  );
  const setRegistered = db.prepare(
    `UPDATE pack SET state = 'registered', pool = ?, object = ? WHERE num = ? AND state IN ${before.registered}`,
  );
  const setStored = db.prepare(`UPDATE pack SET state = 'stored' WHERE num = ? AND state IN ${before.stored}`);
  const setCertified = db.prepare(
    `UPDATE pack SET state = 'certified', certified_epoch = ? WHERE num = ? AND state IN ${before.certified}`,
  );
  const loseRegistration = db.prepare(
    `UPDATE pack SET state = 'encoded', pool = NULL, object = NULL, certified_epoch = NULL
     WHERE num = ? AND state IN ('registered', 'stored', 'certified')`,
  );
  const dropConfirmations = db.prepare('DELETE FROM confirmation WHERE pack = ?');
  const addConfirmation = db.prepare(
    'INSERT OR REPLACE INTO confirmation (pack, epoch, member, message, signature) VALUES (?, ?, ?, ?, ?)',
  );
  const confirmations = db.prepare<
    [number],
    { pack: number; epoch: number; member: number; message: Uint8Array; signature: Uint8Array }
  >('SELECT pack, epoch, member, message, signature FROM confirmation WHERE pack = ? ORDER BY epoch, member');
  const importPack = db.prepare(
    `INSERT INTO pack (space, name, state, bytes, blob_id, encoded_bytes, pool, object, certified_epoch) VALUES (?, '', 'live', ?, ?, ?, ?, ?, ?)`,
  );
  const found = db.prepare(
    "UPDATE pack SET state = 'live', encoded_bytes = ?, pool = ?, object = ?, certified_epoch = ? WHERE num = ?",
  );
  const packs = openPackKeeper(db);
  const chunks = openChunkKeeper(db);

  function rowOf(num: number): PackRow {
    const raw = get.get(num);
    if (raw === undefined) throw new Error('there is no such pack');
    return packFrom(raw);
  }

  return {
    addPack: db.transaction((pack) => rowOf(packs.add(pack))),
    packs: db.transaction((space: number, states?: readonly PackState[]) => {
      const rows =
        states === undefined ? all.all(space) : [...new Set(states)].flatMap((state) => inState.all(space, state));
      return rows.map(packFrom).sort((a, b) => a.num - b.num);
    }),
    pack(num) {
      const raw = get.get(num);
      return raw && packFrom(raw);
    },
    setEncoded: (pack, blobId, rootHash, encodedBytes) => void setEncoded.run(blobId, rootHash, encodedBytes, pack),
    setRegistered: (pack, pool, object) => void setRegistered.run(pool, object, pack),
    addConfirmation: (row) => void addConfirmation.run(row.pack, row.epoch, row.member, row.message, row.signature),
    confirmations: (pack) =>
      confirmations
        .all(pack)
        .map((row) => ({ ...row, message: Uint8Array.from(row.message), signature: Uint8Array.from(row.signature) })),
    setStored: (pack) => void setStored.run(pack),
    setCertified: (pack, epoch) => void setCertified.run(epoch, pack),
    loseRegistration: db.transaction((pack: number) => {
      if (loseRegistration.run(pack).changes > 0) dropConfirmations.run(pack);
    }),
    setDead: db.transaction((pack: number) => packs.bury(pack)),
    importPack: db.transaction((pack) => {
      const { space, bytes, blobId, encodedBytes, pool, object, certifiedEpoch } = pack;
      const standing = byBlob.get(space, blobId);
      const values = [encodedBytes, pool, object, certifiedEpoch];
      if (standing !== undefined) found.run(...values, standing.num);
      const num = standing?.num ?? Number(importPack.run(space, bytes, blobId, ...values).lastInsertRowid);
      chunks.add(num, pack.chunks);
      return rowOf(num);
    }),
  };
}
