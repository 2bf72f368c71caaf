/**
 * Sealed chunks to packs in the spool. A pack is full when the next chunk and its frame would pass the target; a finished pack is on disk, synced,
 * with its sealed index at the end, and only then gets its row. While it is being synced the next one is written already. Chunks keep the order in
 * which they come, so files that lie together stay together.
 */
import type { Dice } from '../../domain/clock.ts';
import { toHex } from '../../domain/bytes.ts';
import { parseChunkId, type SpaceId } from '../../domain/ids.ts';
import type { ChunkKind, ChunkPlace } from '../../domain/space.ts';
import { frameBytes, packTail } from '../../formats/pack.ts';
import type { NewPack } from '../../ports/catalog.ts';
import type { Crypto, Digest } from '../../ports/crypto.ts';
import type { SealedChunk } from '../../ports/pool.ts';
import type { Spool, SpoolWriter } from '../../ports/spool.ts';

export interface PackerPorts {
  readonly spool: Spool;
  readonly crypto: Crypto;
  readonly dice: Dice;
}

export interface PackerInput {
  readonly space: { readonly num: number; readonly id: SpaceId };
  readonly indexKey: Uint8Array;
  readonly round: number;
  /** Size of a full pack, bytes. */
  readonly packBytes: number;
  /** Called for each pack that got full; the caller gives it its row. */
  readonly onPack: (pack: NewPack) => Promise<void>;
}

export interface Packer {
  /** Chunks that lie one after another in `sealed`. */
  add(sealed: ArrayBufferLike, chunks: readonly SealedChunk[], kind: ChunkKind): Promise<void>;
  /** Finishes the pack in work; undefined when it is empty. */
  finish(): Promise<NewPack | undefined>;
  /** Places of the pack in work, to find a chunk that was just added. */
  lastPlace(): ChunkPlace | undefined;
  abandon(): Promise<void>;
}

interface OpenPack {
  readonly name: string;
  readonly writer: SpoolWriter;
  readonly places: ChunkPlace[];
  readonly digest: Digest;
  bytes: number;
}

export function startPacker(input: PackerInput, ports: PackerPorts): Packer {
  let open: OpenPack | undefined;
  /** The full pack on its way to the disk; rejects when that failed. */
  let finishing: Promise<void> = Promise.resolve();

  async function finished(pack: OpenPack): Promise<NewPack> {
    const tail = packTail(
      ports.crypto,
      ports.dice,
      input.indexKey,
      input.space.id,
      pack.places,
      pack.bytes,
      input.packBytes,
    );
    pack.digest.add(tail);
    await pack.writer.append(tail);
    await pack.writer.finish();
    return {
      space: input.space.num,
      name: pack.name,
      bytes: pack.bytes + tail.length,
      digest: pack.digest.finish(),
      round: input.round,
      chunks: pack.places,
    };
  }

  /** Lets a full pack go; at most one is on its way. */
  async function letGo(pack: OpenPack): Promise<void> {
    await finishing;
    open = undefined;
    finishing = (async () => {
      try {
        await input.onPack(await finished(pack));
      } catch (error) {
        await pack.writer.abandon();
        throw error;
      }
    })();
    // Whoever comes next meets the failure.
    finishing.catch(() => undefined);
  }

  /** How many of the chunks fit into the pack in work. */
  function fitting(chunks: readonly SealedChunk[]): number {
    let bytes = open?.bytes ?? 0;
    let count = open?.places.length ?? 0;
    let fit = 0;
    for (const chunk of chunks) {
      bytes += chunk.bytes;
      count++;
      if (bytes + frameBytes(count) > input.packBytes) break;
      fit++;
    }
    // A chunk above a pack's size cannot come: chunk limits are at most a quarter of it. An empty pack takes one in any case.
    return fit === 0 && open === undefined ? 1 : fit;
  }

  return {
    async add(sealed, chunks, kind) {
      for (let rest = chunks; rest.length > 0;) {
        const fit = fitting(rest);
        if (fit === 0) {
          if (open) await letGo(open);
          continue;
        }
        const name = toHex(ports.dice.bytes(16));
        open ??= { name, writer: await ports.spool.create(name), places: [], digest: ports.crypto.digest(), bytes: 0 };
        const taken = rest.slice(0, fit);
        const from = taken[0]?.start ?? 0;
        for (const chunk of taken) {
          open.places.push({
            id: parseChunkId(chunk.id),
            kind,
            start: open.bytes + chunk.start - from,
            bytes: chunk.bytes,
            plainBytes: chunk.plainBytes,
          });
        }
        const bytes = taken.reduce((sum, chunk) => sum + chunk.bytes, 0);
        const run = new Uint8Array(sealed, from, bytes);
        // The bytes are hashed while they are being written.
        const written = open.writer.append(run);
        open.digest.add(run);
        await written;
        open.bytes += bytes;
        rest = rest.slice(fit);
      }
    },
    async finish() {
      await finishing;
      if (open === undefined) return undefined;
      const last = await finished(open);
      open = undefined;
      return last;
    },
    lastPlace: () => open?.places.at(-1),
    async abandon() {
      await finishing.catch(() => undefined);
      await open?.writer.abandon();
      open = undefined;
    },
  };
}
