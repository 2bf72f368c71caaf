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

/** Above this share of a pack, fetching it whole moves fewer bytes than its slivers one range at a time. */
const wholeShare = 0.25;
/**
 * Small reads of one pack after which it is fetched whole: a rebuild reads a pack's listings one after another, and each of them costs a whole decode
 * when the sliver that holds it is gone.
 */
const smallReadsMax = 8;
/** Whole packs kept: a restore reads one after another and looks back at most one. */
const wholeKept = 2;

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

  function fetchWhole(blob: BlobId, blobBytes: number, signal: AbortSignal): Promise<ArrayBuffer> {
    const fetching = reader.readWhole(blob, blobBytes, signal);
    whole.set(blob, fetching);
    fetching.catch(() => whole.delete(blob));
    for (const old of whole.keys()) {
      if (whole.size <= wholeKept) break;
      whole.delete(old);
    }
    return fetching;
  }

  return {
    async readRanges(blob, blobBytes, ranges, signal) {
      const wanted = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
      const kept = whole.get(blob);
      const reads = smallReads.get(blob) ?? 0;
      if (kept === undefined && wanted < blobBytes * wholeShare && reads < smallReadsMax) {
        smallReads.set(blob, reads + 1);
        return reader.readRanges(blob, ranges, signal);
      }
      const bytes = await (kept ?? fetchWhole(blob, blobBytes, signal));
      return ranges.map(({ start, end }) => new Uint8Array(bytes, start, end - start));
    },
  };
}
