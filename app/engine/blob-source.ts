/**
 * Ranges of packs, read so that a large part of a pack costs one read of it: then the whole pack is fetched once, kept for the next ranges, and
 * dropped when others need the room. Small ranges go to the systematic slivers that hold them.
 */
import type { BlobId } from '../domain/blob-id.ts';
import type { Clock, Dice } from '../domain/clock.ts';
import type { NodeHealth } from '../domain/node-health.ts';
import type { Chain } from '../ports/chain.ts';
import type { Nodes } from '../ports/nodes.ts';
import type { Pool } from '../ports/pool.ts';
import type { BlobSource } from '../restore/content/content.ts';
import { openReader, type AggregatorRows, type WholeBlob } from '../restore/fetch/fetch.ts';

/** Above this share of a pack, asked for at once by somebody who has not said what else will be read, fetching it whole is the safer guess. */
const wholeShare = 0.25;
/** The same for what was announced: slivers are read once or twice by neighbouring ranges, so a little before all of them are wanted. */
const announcedShare = 0.7;
/**
 * Small reads of one pack after which it is fetched whole: a rebuild reads a pack's listings one after another, and each of them costs a whole decode
 * when the sliver that holds it is gone.
 */
const smallReadsMax = 8;
/** Whole packs kept: a restore reads one after another and looks back at most one. */
const wholeKept = 2;
/** Packs of which something is remembered; a space has some thousands. */
const packsKnownMax = 10_000;

export interface BlobSourcePorts {
  readonly nodes: Nodes;
  /** Undefined for whoever wants to know what the storage nodes themselves have. */
  readonly faster: AggregatorRows | undefined;
  readonly pool: Pool;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly health: NodeHealth;
}

/** A whole pack and who reads in it; its room is given back when nobody does and nobody will. */
interface Kept {
  readonly fetching: Promise<WholeBlob>;
  done: WholeBlob | undefined;
  users: number;
  isDropped: boolean;
}

export function openBlobSource(ports: BlobSourcePorts): BlobSource {
  const makeRoom = (): boolean => {
    const idle = readFirst().find((blob) => whole.get(blob)?.users === 0 && whole.get(blob)?.done !== undefined);
    if (idle !== undefined) drop(idle);
    return idle !== undefined;
  };
  const reader = openReader({
    ...ports,
    aggregators: ports.faster,
    network: (signal) => ports.chain.network(signal),
    makeRoom,
  });
  const whole = new Map<BlobId, Kept>();
  const smallReads = new Map<BlobId, number>();
  /** Bytes that are still to be read, as announced. */
  const announced = new Map<BlobId, number>();

  function letGo(kept: Kept): void {
    if (kept.isDropped && kept.users === 0) kept.done?.release();
  }

  function drop(blob: BlobId): void {
    const kept = whole.get(blob);
    if (kept === undefined) return;
    whole.delete(blob);
    kept.isDropped = true;
    letGo(kept);
  }

  function keep(blob: BlobId, fetching: Promise<WholeBlob>): Kept {
    drop(blob);
    const kept: Kept = { fetching, done: undefined, users: 0, isDropped: false };
    whole.set(blob, kept);
    fetching.then(
      (done) => {
        kept.done = done;
        letGo(kept);
      },
      // A fetch that failed leaves nothing to keep; whoever waits for it is told.
      () => {
        if (whole.get(blob) === kept) whole.delete(blob);
      },
    );
    return kept;
  }

  /** Kept packs: those that were read to their announced end, then the others, the longest kept first. */
  function readFirst(): readonly BlobId[] {
    const isRead = (blob: BlobId): boolean => announced.get(blob) === 0;
    return [...whole.keys()].sort((a, b) => Number(isRead(b)) - Number(isRead(a)));
  }

  /** Packs beyond those kept go. */
  function dropOthers(): void {
    for (const blob of readFirst().slice(0, Math.max(0, whole.size + 1 - wholeKept))) drop(blob);
  }

  function fetchWhole(blob: BlobId, blobBytes: number, signal: AbortSignal): Kept {
    dropOthers();
    return keep(blob, reader.readWhole(blob, blobBytes, signal));
  }

  /** Lends the whole pack that is kept or fetched; when another reader began to fetch it and was stopped, it is fetched again. */
  async function lend<T>(
    blob: BlobId,
    blobBytes: number,
    signal: AbortSignal,
    use: (bytes: Uint8Array) => Promise<T>,
  ): Promise<T> {
    const known = whole.get(blob);
    const kept = known ?? fetchWhole(blob, blobBytes, signal);
    kept.users++;
    try {
      const { bytes } =
        (await kept.fetching.catch((error: unknown) => {
          signal.throwIfAborted();
          if (known) return undefined;
          throw error;
        })) ?? {};
      if (bytes) return await use(bytes);
    } finally {
      kept.users--;
      letGo(kept);
    }
    return lend(blob, blobBytes, signal, use);
  }

  /** Whether the pack is better fetched whole than by these ranges; remembers what was read of it. */
  function isWorthAll(blob: BlobId, blobBytes: number, wanted: number): boolean {
    const left = announced.get(blob);
    if (left !== undefined) {
      announced.set(blob, Math.max(0, left - wanted));
      return left >= blobBytes * announcedShare;
    }
    if (wanted >= blobBytes * wholeShare) return true;
    const reads = smallReads.get(blob) ?? 0;
    remember(smallReads, blob, reads + 1);
    return reads >= smallReadsMax;
  }

  const source: BlobSource = {
    willRead: (blob, bytes) => remember(announced, blob, bytes),
    async withRanges(blob, blobBytes, ranges, signal, use) {
      const wanted = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
      const isWorth = isWorthAll(blob, blobBytes, wanted);
      if (!isWorth && !whole.has(blob))
        return use(
          await reader.readRanges(blob, ranges, signal, (bytes) => {
            dropOthers();
            keep(blob, Promise.resolve(bytes));
          }),
        );
      return lend(blob, blobBytes, signal, (bytes) => use(ranges.map(({ start, end }) => bytes.subarray(start, end))));
    },
    readRanges: (blob, blobBytes, ranges, signal) =>
      source.withRanges(blob, blobBytes, ranges, signal, async (parts) => parts.map((part) => new Uint8Array(part))),
  };
  return source;
}

function remember(known: Map<BlobId, number>, blob: BlobId, value: number): void {
  known.delete(blob);
  known.set(blob, value);
  for (const oldest of known.keys()) {
    if (known.size <= packsKnownMax) return;
    known.delete(oldest);
  }
}
