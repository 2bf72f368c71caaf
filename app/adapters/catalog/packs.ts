/** Packs, their chunks and the confirmations of storage nodes. */
import type { Database } from 'better-sqlite3';
import { parseBlobId } from '../../domain/blob-id.ts';
import { idToBytes, parseSuiId, type ChunkId } from '../../domain/ids.ts';
import type { ChunkKind, ChunkPlace } from '../../domain/space.ts';
import type { CatalogOperations, ChunkLocation, NewPack, PackRow, PackState } from '../../ports/catalog.ts';

type Operations = Pick<
  CatalogOperations,
  | 'knownChunks'
  | 'chunkLocations'
  | 'addPack'
  | 'packs'
  | 'pack'
  | 'setEncoded'
  | 'setRegistered'
  | 'addConfirmation'
  | 'confirmations'
  | 'setStored'
  | 'setCertified'
  | 'setDead'
  | 'importPack'
>;

interface RawPack {
  readonly num: number;
  readonly space: number;
  readonly name: string;
  readonly state: PackState;
  readonly bytes: number;
  readonly round: number | null;
  readonly blob_id: string | null;
  readonly root_hash: Uint8Array | null;
  readonly encoded_bytes: number | null;
  readonly pool: string | null;
  readonly object: string | null;
  readonly certified_epoch: number | null;
}

interface RawChunk {
  readonly pack: number;
  readonly kind: number;
  readonly start: number;
  readonly bytes: number;
  readonly plain_bytes: number;
  readonly blob_id: string | null;
  readonly pack_bytes: number;
  readonly state: PackState;
  readonly name: string;
}

const chunkKinds: readonly ChunkKind[] = ['file', 'tree', 'snapshot'];

function packFrom(raw: RawPack): PackRow {
  return {
    num: raw.num,
    space: raw.space,
    name: raw.name,
    state: raw.state,
    bytes: raw.bytes,
    round: raw.round ?? undefined,
    blobId: raw.blob_id === null ? undefined : parseBlobId(raw.blob_id),
    rootHash: raw.root_hash === null ? undefined : Uint8Array.from(raw.root_hash),
    encodedBytes: raw.encoded_bytes ?? undefined,
    pool: raw.pool === null ? undefined : parseSuiId(raw.pool),
    object: raw.object === null ? undefined : parseSuiId(raw.object),
    certifiedEpoch: raw.certified_epoch ?? undefined,
  };
}

/** Puts a finished pack and its chunks into the tables; runs inside the caller's transaction. */
export function openPackAdder(db: Database): (pack: NewPack) => number {
  const insertPack = db.prepare("INSERT INTO pack (space, name, state, bytes, round) VALUES (?, ?, 'spooled', ?, ?)");
  const addChunks = openChunkAdder(db);
  return (pack) => {
    const num = Number(insertPack.run(pack.space, pack.name, pack.bytes, pack.round).lastInsertRowid);
    addChunks(num, pack.chunks);
    return num;
  };
}

function openChunkAdder(db: Database): (pack: number, chunks: readonly ChunkPlace[]) => void {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO chunk (id, pack, kind, start, bytes, plain_bytes) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return (pack, chunks) => {
    for (const chunk of chunks)
      insert.run(idToBytes(chunk.id), pack, chunkKinds.indexOf(chunk.kind), chunk.start, chunk.bytes, chunk.plainBytes);
  };
}

export function packOperations(db: Database): Operations {
  const known = db.prepare<[Uint8Array], unknown>('SELECT 1 FROM chunk WHERE id = ?');
  const locate = db.prepare<[Uint8Array], RawChunk>(
    `SELECT chunk.pack, chunk.kind, chunk.start, chunk.bytes, chunk.plain_bytes, pack.blob_id, pack.bytes AS pack_bytes, pack.state, pack.name
     FROM chunk JOIN pack ON pack.num = chunk.pack WHERE chunk.id = ?`,
  );
  const get = db.prepare<[number], RawPack>('SELECT * FROM pack WHERE num = ?');
  const all = db.prepare<[number], RawPack>('SELECT * FROM pack WHERE space = ? ORDER BY num');
  const byBlob = db.prepare<[number, string], { num: number }>(
    "SELECT num FROM pack WHERE space = ? AND blob_id = ? AND state <> 'dead'",
  );
  const setState = db.prepare('UPDATE pack SET state = ? WHERE num = ?');
  const setEncoded = db.prepare(
    "UPDATE pack SET state = 'encoded', blob_id = ?, root_hash = ?, encoded_bytes = ? WHERE num = ? AND state = 'spooled'",
  );
  const setRegistered = db.prepare(
    "UPDATE pack SET state = 'registered', pool = ?, object = ? WHERE num = ? AND state IN ('encoded', 'registered')",
  );
  const setStored = db.prepare("UPDATE pack SET state = 'stored' WHERE num = ? AND state IN ('registered', 'stored')");
  const setCertified = db.prepare(
    "UPDATE pack SET state = 'certified', certified_epoch = ? WHERE num = ? AND state <> 'live'",
  );
  const addConfirmation = db.prepare(
    'INSERT OR REPLACE INTO confirmation (pack, epoch, member, message, signature) VALUES (?, ?, ?, ?, ?)',
  );
  const confirmations = db.prepare<
    [number],
    { pack: number; epoch: number; member: number; message: Uint8Array; signature: Uint8Array }
  >('SELECT * FROM confirmation WHERE pack = ? ORDER BY member');
  const dropChunks = db.prepare('DELETE FROM chunk WHERE pack = ?');
  const dropConfirmations = db.prepare('DELETE FROM confirmation WHERE pack = ?');
  const importPack = db.prepare(
    `INSERT INTO pack (space, name, state, bytes, blob_id, encoded_bytes, pool, object, certified_epoch) VALUES (?, '', 'live', ?, ?, ?, ?, ?, ?)`,
  );
  const add = openPackAdder(db);
  const addChunks = openChunkAdder(db);

  function rowOf(num: number): PackRow {
    const raw = get.get(num);
    if (!raw) throw new Error('there is no such pack');
    return packFrom(raw);
  }

  function locationOf(id: ChunkId): ChunkLocation | undefined {
    const raw = locate.get(idToBytes(id));
    if (!raw) return undefined;
    const { pack, start, bytes } = raw;
    const blobId = raw.blob_id === null ? undefined : parseBlobId(raw.blob_id);
    const kind = chunkKinds[raw.kind] ?? 'file';
    return {
      id,
      kind,
      start,
      bytes,
      plainBytes: raw.plain_bytes,
      pack,
      blobId,
      packBytes: raw.pack_bytes,
      packState: raw.state,
      packName: raw.name,
    };
  }

  return {
    knownChunks: db.transaction((ids: readonly ChunkId[]) => ids.map((id) => known.get(idToBytes(id)) !== undefined)),
    chunkLocations: db.transaction((ids: readonly ChunkId[]) => ids.map(locationOf)),
    addPack: db.transaction((pack) => rowOf(add(pack))),
    packs(space, states) {
      const rows = all.all(space).map(packFrom);
      return states === undefined ? rows : rows.filter((row) => states.includes(row.state));
    },
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
    setDead: db.transaction((pack) => {
      dropChunks.run(pack);
      dropConfirmations.run(pack);
      setState.run('dead', pack);
    }),
    importPack: db.transaction((pack) => {
      const standing = byBlob.get(pack.space, pack.blobId);
      if (standing) return rowOf(standing.num);
      const { lastInsertRowid } = importPack.run(
        pack.space,
        pack.bytes,
        pack.blobId,
        pack.encodedBytes,
        pack.pool,
        pack.object,
        pack.certifiedEpoch,
      );
      addChunks(Number(lastInsertRowid), pack.chunks);
      return rowOf(Number(lastInsertRowid));
    }),
  };
}
