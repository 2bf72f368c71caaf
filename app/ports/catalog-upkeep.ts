/**
 * What upkeep asks of the catalog: which packs hold what anybody here can still reach, which are doomed, and a history made thinner. A *marking* is what
 * is reachable, made afresh before it is asked about; it lies in memory and is lost with the process.
 */
import type { BlobId } from '../domain/blob-id.ts';
import type { ChunkId } from '../domain/ids.ts';
import type { ChunkPlace, Content } from '../domain/space.ts';

/** What of a pack is reachable and lies nowhere else that counts. */
export interface PackUse {
  readonly pack: number;
  /** All its chunks. */
  readonly chunks: number;
  readonly chunkBytes: number;
  readonly liveChunks: number;
  readonly liveBytes: number;
}

export interface UpkeepOperations {
  /** Packs on doom lists, by blob id, whether or not the catalog knows them: what lies in them counts as stored nowhere. */
  doomed(space: number): readonly BlobId[];
  setDoomed(space: number, blobIds: readonly BlobId[], isDoomed: boolean): void;
  /** Forgets the last marking. */
  clearMarks(): void;
  /**
   * Marks the contents of entries and kept versions with numbers above `after`, some at a time; contents that are lists of chunks are handed back, to be
   * read and marked by the caller. `next` is undefined when all are done. Listings and snapshot records count as marked without it.
   */
  markContents(space: number, after: number): { readonly next: number | undefined; readonly lists: readonly Content[] };
  /** Contents of files with the snapshots that hold them, of entries and kept versions with numbers above `after`, some at a time. */
  contentSpans(
    space: number,
    after: number,
  ): {
    readonly next: number | undefined;
    readonly spans: readonly {
      readonly content: Content;
      readonly since: number;
      readonly until: number | undefined;
    }[];
  };
  mark(ids: readonly ChunkId[]): void;
  /** Whether a marked chunk lies in this pack and in no live pack that is not doomed. */
  isNeeded(pack: number): boolean;
  /** Live packs of a space in the order of their numbers; what also lies in a later one counts there. */
  packUse(space: number): readonly PackUse[];
  /** A pack's chunks that are marked and lie nowhere else that counts. */
  neededChunks(pack: number): readonly ChunkId[];
  /** A pack's chunks that are live there, as `packUse` counts them. */
  liveChunks(pack: number): readonly ChunkId[];
  /** Everything that a pack holds, wherever else it lies too, in the order of its bytes. */
  packChunks(pack: number): readonly ChunkPlace[];
  /** Rounds whose snapshot lay last in this pack name another live pack that holds it and is not doomed, if there is one. */
  moveSnapshots(pack: number): void;
  /** A certified pack that belongs to no round on its way counts from now on. */
  setLive(pack: number): void;
  /** Snapshots of the past are given up, with every version that no kept one holds. The newest and one on its way are never given up. */
  thin(space: number, sequences: readonly number[]): { readonly versions: number };
}
