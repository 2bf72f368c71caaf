/**
 * What a node holds: metadata and slivers. Small slivers live in the books, large ones in files beside them; the row is the commit
 * point, and a file without a row is swept away at the next start. Reading a file that is not as long as its row says is a loss, told
 * as absence.
 */
import type { Axis } from '../../../native-workers/rs2.ts';
import type { NodeDatabase } from './node-database.ts';

/** Where large slivers lie. Ids are positive and never reused. */
export interface SliverFiles {
  /** A path for workers that write by themselves; undefined when files are not on a disk. */
  pathOf(id: number): string | undefined;
  write(id: number, body: Uint8Array): Promise<void>;
  read(id: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Removing what is not there is no error. */
  remove(ids: readonly number[]): Promise<void>;
  /** Removes every file whose id is not kept; gives the largest id seen. */
  sweep(isKept: (id: number) => boolean): Promise<number>;
}

/**
 * Slivers up to this many bytes go into the books. Measured: a row takes a fraction of a file's time up to here, the two meet at about
 * 256 KiB, and beyond that SQLite, which copies twice and blocks the loop, falls far behind.
 */
export const inlineBytesMax = 64 * 1024;

export interface Holdings {
  metadata(blobId: string): Uint8Array<ArrayBuffer> | undefined;
  putMetadata(blobId: string, body: Uint8Array): void;
  hasSliver(blobId: string, pair: number, axis: Axis): boolean;
  sliver(blobId: string, pair: number, axis: Axis): Promise<Uint8Array<ArrayBuffer> | undefined>;
  nextFileId(): number;
  /** Enters a verified sliver: its body, or the file that already holds it. */
  enterSliver(blobId: string, pair: number, axis: Axis, sliver: EnteredSliver): void;
  /** Blobs of which anything is held. */
  blobIds(): readonly string[];
  /** Slivers held of a blob, by pair. */
  heldPairs(blobId: string): ReadonlyMap<number, ReadonlySet<Axis>>;
  /** Forgets all of some blobs. Rows go at once; files follow. */
  drop(blobIds: readonly string[]): void;
  /** Forgets both slivers of some pairs of a blob. */
  dropPairs(blobId: string, pairs: readonly number[]): void;
  /** Removes files that were written and not entered. */
  dropFiles(ids: readonly number[]): void;
  counts(): { readonly blobs: number; readonly slivers: number; readonly bytes: number };
  /** Resolves when all files of dropped blobs are gone. */
  settled(): Promise<void>;
}

export type EnteredSliver = { readonly body: Uint8Array } | { readonly fileId: number; readonly bytes: number };

interface SliverRow {
  readonly bytes: number;
  readonly file_id: number | null;
  readonly body: Uint8Array | null;
}

export async function openHoldings(database: NodeDatabase, files: SliverFiles): Promise<Holdings> {
  const isKept = database.prepare<[number], unknown>('SELECT 1 FROM slivers WHERE file_id = ?');
  let lastFileId = await files.sweep((id) => isKept.get(id) !== undefined);
  const getMetadata = database.prepare<[string], { body: Uint8Array }>('SELECT body FROM metadata WHERE blob_id = ?');
  const putMetadata = database.prepare('INSERT OR IGNORE INTO metadata (blob_id, body) VALUES (?, ?)');
  const dropMetadata = database.prepare('DELETE FROM metadata WHERE blob_id = ?');
  const hasSliver = database.prepare<[string, number, Axis], unknown>(
    'SELECT 1 FROM slivers WHERE blob_id = ? AND pair = ? AND axis = ?',
  );
  const getSliver = database.prepare<[string, number, Axis], SliverRow>(
    'SELECT bytes, file_id, body FROM slivers WHERE blob_id = ? AND pair = ? AND axis = ?',
  );
  const enter = database.prepare(
    'INSERT INTO slivers (blob_id, pair, axis, bytes, file_id, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const lose = database.prepare('DELETE FROM slivers WHERE blob_id = ? AND pair = ? AND axis = ?');
  const held = database.prepare<[string], { pair: number; axis: Axis }>(
    'SELECT pair, axis FROM slivers WHERE blob_id = ?',
  );
  const dropSlivers = database.prepare<[string], { file_id: number | null }>(
    'DELETE FROM slivers WHERE blob_id = ? RETURNING file_id',
  );
  const dropPair = database.prepare<[string, number], { file_id: number | null }>(
    'DELETE FROM slivers WHERE blob_id = ? AND pair = ? RETURNING file_id',
  );
  const blobIds = database.prepare<[], { blob_id: string }>(
    'SELECT blob_id FROM metadata UNION SELECT blob_id FROM slivers',
  );
  const blobCount = database.prepare<[], { n: number }>('SELECT COUNT(*) AS n FROM metadata');
  const sliverCount = database.prepare<[], { n: number; b: number | null }>(
    'SELECT COUNT(*) AS n, SUM(bytes) AS b FROM slivers',
  );
  let removals: Promise<void> = Promise.resolve();
  const dropFiles = (ids: readonly number[]): void => {
    if (ids.length > 0) removals = removals.then(() => files.remove(ids));
  };
  return {
    metadata: (blobId) => {
      const row = getMetadata.get(blobId);
      return row === undefined ? undefined : new Uint8Array(row.body);
    },
    putMetadata: (blobId, body) => void putMetadata.run(blobId, body),
    hasSliver: (blobId, pair, axis) => hasSliver.get(blobId, pair, axis) !== undefined,
    async sliver(blobId, pair, axis) {
      const row = getSliver.get(blobId, pair, axis);
      if (row === undefined) return undefined;
      if (row.body !== null) return new Uint8Array(row.body);
      const body = row.file_id === null ? undefined : await files.read(row.file_id);
      if (body?.length === row.bytes) return body;
      lose.run(blobId, pair, axis);
      return undefined;
    },
    nextFileId: () => ++lastFileId,
    enterSliver(blobId, pair, axis, sliver) {
      if ('body' in sliver) enter.run(blobId, pair, axis, sliver.body.length, null, sliver.body);
      else enter.run(blobId, pair, axis, sliver.bytes, sliver.fileId, null);
    },
    blobIds: () => blobIds.all().map((row) => row.blob_id),
    heldPairs(blobId) {
      const pairs = new Map<number, Set<Axis>>();
      for (const { pair, axis } of held.all(blobId)) pairs.set(pair, (pairs.get(pair) ?? new Set<Axis>()).add(axis));
      return pairs;
    },
    drop(blobIds) {
      const gone = database.transaction(() =>
        blobIds.flatMap((blobId) => {
          dropMetadata.run(blobId);
          return dropSlivers.all(blobId).flatMap(({ file_id }) => (file_id === null ? [] : [file_id]));
        }),
      )();
      dropFiles(gone);
    },
    dropPairs(blobId, pairs) {
      const gone = database.transaction(() =>
        pairs.flatMap((pair) =>
          dropPair.all(blobId, pair).flatMap(({ file_id }) => (file_id === null ? [] : [file_id])),
        ),
      )();
      dropFiles(gone);
    },
    dropFiles,
    counts: () => {
      const slivers = sliverCount.get();
      return { blobs: blobCount.get()?.n ?? 0, slivers: slivers?.n ?? 0, bytes: slivers?.b ?? 0 };
    },
    settled: () => removals,
  };
}
