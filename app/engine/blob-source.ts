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
import { openReader } from '../restore/fetch/fetch.ts';

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
  readonly pool: Pool;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly health: NodeHealth;
}

export function openBlobSource(ports: BlobSourcePorts): BlobSource {
  const reader = openReader({ ...ports, network: (signal) => ports.chain.network(signal) });
  const whole = new Map<BlobId, Promise<ArrayBuffer>>();
  const smallReads = new Map<BlobId, number>();
  /** Bytes that are still to be read, as announced. */
  const announced = new Map<BlobId, number>();

  function keep(blob: BlobId, fetching: Promise<ArrayBuffer>): void {
    whole.delete(blob);
    whole.set(blob, fetching);
    for (const old of whole.keys()) {
      if (whole.size <= wholeKept) break;
      whole.delete(old);
    }
  }

  function fetchWhole(blob: BlobId, blobBytes: number, signal: AbortSignal): Promise<ArrayBuffer> {
    const fetching = reader.readWhole(blob, blobBytes, signal);
    keep(blob, fetching);
    fetching.catch(() => {
      if (whole.get(blob) === fetching) whole.delete(blob);
    });
    return fetching;
  }

  /** The whole pack that another reader began to fetch; when that one was stopped, it is fetched again. */
  async function shared(
    kept: Promise<ArrayBuffer>,
    blob: BlobId,
    blobBytes: number,
    signal: AbortSignal,
  ): Promise<ArrayBuffer> {
    try {
      return await kept;
    } catch {
      signal.throwIfAborted();
      return fetchWhole(blob, blobBytes, signal);
    }
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

  return {
    willRead: (blob, bytes) => remember(announced, blob, bytes),
    async readRanges(blob, blobBytes, ranges, signal) {
      const wanted = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
      const kept = whole.get(blob);
      if (kept === undefined && !isWorthAll(blob, blobBytes, wanted))
        return reader.readRanges(blob, ranges, signal, (bytes) => keep(blob, Promise.resolve(bytes)));
      const fetching = kept ? shared(kept, blob, blobBytes, signal) : fetchWhole(blob, blobBytes, signal);
      const bytes = await fetching;
      return ranges.map(({ start, end }) => new Uint8Array(bytes, start, end - start));
    },
  };
}

function remember(known: Map<BlobId, number>, blob: BlobId, value: number): void {
  known.delete(blob);
  known.set(blob, value);
  for (const oldest of known.keys()) {
    if (known.size <= packsKnownMax) return;
    known.delete(oldest);
  }
}
