/**
 * The middle of the forward path: names chunks, keeps those that are stored already, seals the rest and hands them to the packer in order. One
 * intake serves one round.
 */
import { sealOverheadBytes } from '../domain/chunk.ts';
import { batchesSealedAheadMax, compressLevel } from '../domain/limits.ts';
import type { ChunkId } from '../domain/ids.ts';
import { parseChunkId } from '../domain/ids.ts';
import type { Dice } from '../domain/clock.ts';
import type { ChunkKind, Content } from '../domain/space.ts';
import type { ChunkLimits } from '../domain/chunk.ts';
import type { SpaceKeys } from '../formats/space-keys.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { FoundChunk, Pool } from '../ports/pool.ts';
import type { ChunkSink } from '../stages/chunk/chunk.ts';
import type { Packer } from '../stages/pack/pack.ts';
import { plainContent, type StoreContent } from '../stages/snapshot/snapshot.ts';

export interface IntakeInput {
  readonly keys: SpaceKeys;
  readonly limits: ChunkLimits;
  readonly packer: Packer;
}

export interface Intake extends ChunkSink {
  readonly store: StoreContent;
  /** Stores bytes as one chunk whatever their size (a snapshot's record). */
  storeWhole(bytes: Uint8Array, id: ChunkId, kind: ChunkKind): Promise<void>;
  /** Resolves when nothing is on its way to the packer any more, well or not; buffers are freed. */
  settled(): Promise<void>;
  /** Of a chunk that this round has sealed: whether it could not be compressed. Complete once `sealed` has resolved. */
  isFlat(id: ChunkId): boolean | undefined;
  sealed(): Promise<void>;
  /** New chunks so far, and the bytes they had before sealing. */
  readonly newChunks: number;
  readonly newBytes: number;
}

export function startIntake(
  input: IntakeInput,
  ports: { readonly pool: Pool; readonly catalog: Pick<Catalog, 'knownChunks'>; readonly dice: Dice },
  signal: AbortSignal,
): Intake {
  const options = { urgency: 'bulk', signal } as const;
  /** Chunks that this round stores or has found stored: two batches in flight never seal the same one. */
  const pinned = new Set<string>();
  const shelf = ports.pool.buffers;
  const flat = new Set<string>();
  let newChunks = 0;
  let newBytes = 0;
  let turn: Promise<void> = Promise.resolve();
  /** Batches that are named but not packed yet, oldest first. */
  const ahead: Promise<void>[] = [];

  /** Appends in the order of the calls, whatever order the pool finishes in. A failure fails every later append too. */
  function appendInTurn(
    sealing: Promise<{ sealed: ArrayBufferLike; chunks: Parameters<Packer['add']>[1] } | undefined>,
    kind: ChunkKind,
  ): Promise<void> {
    const before = turn;
    turn = (async () => {
      await before;
      const done = await sealing;
      if (done) {
        await input.packer.add(done.sealed, done.chunks, kind);
        shelf.give(done.sealed);
      }
    })();
    // Whoever appends next, or stores the snapshot, meets the failure.
    for (const early of [turn, sealing]) early.catch(() => undefined);
    return turn;
  }

  async function seal(
    buffer: ArrayBufferLike,
    fresh: readonly FoundChunk[],
  ): Promise<{ sealed: ArrayBufferLike; chunks: Parameters<Packer['add']>[1] } | undefined> {
    const known = await ports.catalog.knownChunks(fresh.map((chunk) => parseChunkId(chunk.id)));
    const unknown = fresh.filter((_, i) => known[i] !== true);
    if (unknown.length === 0) {
      shelf.give(buffer);
      return undefined;
    }
    newChunks += unknown.length;
    const bytes = unknown.reduce((sum, chunk) => sum + chunk.bytes, 0);
    newBytes += bytes;
    const room = shelf.take(bytes + unknown.length * sealOverheadBytes);
    const nonces = ports.dice.bytes(12 * unknown.length);
    const sealed = await ports.pool.seal(
      { buffer, chunks: unknown, sealKey: input.keys.seal, nonces, compressLevel, room },
      options,
    );
    shelf.give(sealed.buffer);
    for (const { id, bytes: size, plainBytes } of sealed.chunks)
      if (size === plainBytes + sealOverheadBytes) flat.add(id);
    return sealed;
  }

  function unpinned(chunks: readonly FoundChunk[]): readonly FoundChunk[] {
    const fresh = chunks.filter((chunk) => !pinned.has(chunk.id) && pinned.add(chunk.id));
    return fresh;
  }

  async function take(
    buffer: ArrayBufferLike,
    runs: readonly { start: number; bytes: number; isLast: boolean }[],
    kind: ChunkKind,
  ): Promise<readonly (readonly FoundChunk[])[]> {
    if (runs.every((run) => run.bytes === 0)) return runs.map(() => []);
    const named = await ports.pool.chunk(
      { buffer, runs, limits: input.limits, gearKey: input.keys.gear, idKey: input.keys.chunkId },
      options,
    );
    const fresh = unpinned(named.runs.flat());
    ahead.push(appendInTurn(seal(named.buffer, fresh), kind));
    if (ahead.length > batchesSealedAheadMax) await ahead.shift();
    return named.runs;
  }

  async function storeParts(parts: readonly Uint8Array[]): Promise<readonly Content[]> {
    const buffer = new ArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0));
    const whole = new Uint8Array(buffer);
    let at = 0;
    const runs = parts.map((part) => {
      whole.set(part, at);
      at += part.length;
      return { start: at - part.length, bytes: part.length, isLast: true };
    });
    return (await take(buffer, runs, 'tree')).map(plainContent);
  }

  return {
    room: (bytes) => shelf.take(bytes),
    take,
    store: storeParts,
    async storeWhole(bytes, id, kind) {
      const buffer = bytes.slice().buffer;
      await appendInTurn(seal(buffer, [{ id, start: 0, bytes: bytes.length }]), kind);
    },
    isFlat: (id) => (flat.has(id) ? true : undefined),
    sealed: () => turn,
    async settled() {
      await turn.catch(() => undefined);
      shelf.clear();
    },
    get newChunks() {
      return newChunks;
    },
    get newBytes() {
      return newBytes;
    },
  };
}
