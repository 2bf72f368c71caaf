/** Which pack holds a chunk, and where. Batches are of thousands of ids, so ids are handed over as bytes and looked up in one statement each. */
import type { Database } from 'better-sqlite3';
import { parseBlobId } from '../../domain/blob-id.ts';
import type { ChunkId } from '../../domain/ids.ts';
import type { ChunkKind, ChunkPlace } from '../../domain/space.ts';
import type { CatalogOperations, ChunkLocation, PackState } from '../../ports/catalog.ts';
import { idBuffer } from './entry-record.ts';
import { damagedCatalog } from './sqlite-fault.ts';

type Operations = Pick<CatalogOperations, 'knownChunks' | 'chunkLocations'>;

type RawChunk = [pack: number, kind: number, start: number, bytes: number, plainBytes: number];

/** What a place tells of its pack. */
type PackFacts = Pick<ChunkLocation, 'pack' | 'blobId' | 'packBytes' | 'packState' | 'packName'>;

interface RawPack {
  readonly blob_id: string | null;
  readonly bytes: number;
  readonly state: PackState;
  readonly name: string;
}

export const chunkKinds: readonly ChunkKind[] = ['file', 'tree', 'snapshot'];

export function chunkKindAt(number: number): ChunkKind {
  const kind = chunkKinds[number];
  if (kind === undefined) throw damagedCatalog('a chunk is of no known kind');
  return kind;
}

/** A pack's chunks into the tables, and out again when it dies; runs inside its caller's transaction. */
export interface ChunkKeeper {
  add(pack: number, chunks: readonly ChunkPlace[]): void;
  drop(pack: number): void;
}

export function openChunkKeeper(db: Database): ChunkKeeper {
  const columns = 'id, pack, kind, start, bytes, plain_bytes';
  const insert = db.prepare(`INSERT OR IGNORE INTO chunk (${columns}) VALUES (?, ?, ?, ?, ?, ?)`);
  // A pack that is brought in twice is no spare of its own.
  const spare = db.prepare(
    `INSERT OR IGNORE INTO chunk_spare (${columns}) SELECT @id, @pack, @kind, @start, @bytes, @plainBytes
     WHERE NOT EXISTS (SELECT 1 FROM chunk WHERE id = @id AND pack = @pack)`,
  );
  const dropSpares = db.prepare('DELETE FROM chunk_spare WHERE pack = ?');
  const dropChunks = db.prepare('DELETE FROM chunk WHERE pack = ?');
  const heirs = db.prepare<[number], { id: Buffer; pack: number }>(
    `SELECT s.id, min(s.pack) AS pack FROM chunk_spare s JOIN chunk c ON c.id = s.id WHERE c.pack = ? GROUP BY s.id`,
  );
  const promote = db.prepare(
    `INSERT INTO chunk (${columns}) SELECT ${columns} FROM chunk_spare WHERE id = ? AND pack = ?`,
  );
  const dropSpare = db.prepare('DELETE FROM chunk_spare WHERE id = ? AND pack = ?');
  return {
    add(pack, chunks) {
      for (const { id: hex, kind: name, start, bytes, plainBytes } of chunks) {
        const id = idBuffer(hex);
        const kind = chunkKinds.indexOf(name);
        const isNew = insert.run(id, pack, kind, start, bytes, plainBytes).changes > 0;
        if (!isNew) spare.run({ id, pack, kind, start, bytes, plainBytes });
      }
    },
    drop(pack) {
      dropSpares.run(pack);
      const stepIn = heirs.all(pack);
      dropChunks.run(pack);
      for (const heir of stepIn) {
        promote.run(heir.id, heir.pack);
        dropSpare.run(heir.id, heir.pack);
      }
    },
  };
}

export function chunkOperations(db: Database): Operations {
  const known = db.prepare<[Uint8Array], number>('SELECT pack FROM chunk WHERE id = ?').pluck();
  const spares = db
    .prepare<[Uint8Array], RawChunk>(
      'SELECT pack, kind, start, bytes, plain_bytes FROM chunk_spare WHERE id = ? ORDER BY pack',
    )
    .raw();
  // Almost always empty, and asked once for thousands of chunks.
  const doomedPacks = db
    .prepare<[], number>('SELECT p.num FROM doomed d JOIN pack p ON p.space = d.space AND p.blob_id = d.blob_id')
    .pluck();
  const locate = db
    .prepare<[Uint8Array], RawChunk>('SELECT pack, kind, start, bytes, plain_bytes FROM chunk WHERE id = ?')
    .raw();
  const getPack = db.prepare<[number], RawPack>('SELECT blob_id, bytes, state, name FROM pack WHERE num = ?');

  function factsOf(pack: number, known: Map<number, PackFacts>): PackFacts {
    const standing = known.get(pack);
    if (standing !== undefined) return standing;
    const raw = getPack.get(pack);
    if (raw === undefined) throw damagedCatalog('a chunk lies in no pack');
    const blobId = raw.blob_id === null ? undefined : parseBlobId(raw.blob_id);
    const facts = { pack, blobId, packBytes: raw.bytes, packState: raw.state, packName: raw.name };
    known.set(pack, facts);
    return facts;
  }

  return {
    knownChunks: db.transaction((ids: readonly ChunkId[]) => {
      const doomed = new Set(doomedPacks.all());
      return ids.map((hex) => {
        const id = idBuffer(hex);
        const pack = known.get(id);
        if (pack === undefined || !doomed.has(pack)) return pack !== undefined;
        return spares.all(id).some(([other]) => !doomed.has(other));
      });
    }),
    chunkLocations: db.transaction((ids: readonly ChunkId[], without: readonly number[] = []) => {
      // Thousands of chunks lie in few packs.
      const packs = new Map<number, PackFacts>();
      const doomed = new Set(doomedPacks.all());
      const avoided = new Set(without);
      const stays = (pack: number): boolean =>
        !avoided.has(pack) && !doomed.has(pack) && factsOf(pack, packs).packState === 'live';
      return ids.map((id) => {
        const first = locate.get(idBuffer(id));
        if (first === undefined) return undefined;
        // A doomed pack may be gone by the time it is read.
        const isBad = doomed.has(first[0]) || avoided.has(first[0]);
        const other = isBad ? spares.all(idBuffer(id)).find(([pack]) => stays(pack)) : undefined;
        const raw = other ?? first;
        if (avoided.has(raw[0])) return undefined;
        const [pack, kind, start, bytes, plainBytes] = raw;
        return { id, kind: chunkKindAt(kind), start, bytes, plainBytes, ...factsOf(pack, packs) };
      });
    }),
  };
}
