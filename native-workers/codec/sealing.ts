/**
 * Naming, sealing and opening chunks in C++, on the hash, cipher and compressor of the process itself: the same answers as the tasks give without it, in a
 * third of the time for small files. Whoever calls has checked nothing yet: the addon refuses what does not fit.
 */
import type { IsCancelled } from '../rs2.ts';
import type { CutLimits } from './gear.ts';

/** The addon's part of it; absent where the process has no such libraries. */
export interface SealingAddon {
  readonly nameChunks?: (
    bytes: Uint8Array,
    runs: Uint32Array,
    table: BigUint64Array,
    min: number,
    normal: number,
    max: number,
    idKey: Uint8Array,
    cuts: Uint32Array,
    counts: Uint32Array,
    ids: Uint8Array,
    isCancelled?: IsCancelled,
  ) => void;
  readonly sealChunks?: (
    bytes: Uint8Array,
    spans: Uint32Array,
    ids: Uint8Array,
    sealKey: Uint8Array,
    nonces: Uint8Array,
    level: number,
    out: Uint8Array,
    sealedBytes: Uint32Array,
    isCancelled?: IsCancelled,
  ) => void;
  readonly openChunk?: (sealed: Uint8Array, id: Uint8Array, sealKey: Uint8Array, out: Uint8Array) => boolean;
}

export interface NamedRuns {
  /** How many chunks each run has. */
  readonly counts: Uint32Array;
  /** Their end offsets within the run, run after run. */
  readonly cuts: Uint32Array;
  /** 32 bytes for each. */
  readonly ids: Buffer;
}

export interface Sealing {
  /** `runs`: start, length, and 1 where the file ends. */
  name(
    bytes: Uint8Array,
    runs: Uint32Array,
    table: BigUint64Array,
    limits: CutLimits,
    idKey: Uint8Array,
    isCancelled: IsCancelled,
  ): NamedRuns;
  /** `spans`: start and length. Writes the sealed forms one after another and returns their lengths. */
  seal(
    bytes: Uint8Array,
    spans: Uint32Array,
    secrets: { readonly ids: Uint8Array; readonly sealKey: Uint8Array; readonly nonces: Uint8Array },
    level: number,
    out: Uint8Array,
    isCancelled: IsCancelled,
  ): Uint32Array;
  /** The body of a sealed form, deciphered to `out` (exactly as long). False when the tag is another: then `out` holds nothing to believe. */
  open(sealed: Uint8Array, id: Uint8Array, sealKey: Uint8Array, out: Uint8Array): boolean;
}

const idBytes = 32;

/** `guarded` makes faults of what the addon refuses. */
export function sealingOf(addon: SealingAddon, guarded: <R>(call: () => R) => R): Sealing | undefined {
  const { nameChunks, sealChunks, openChunk } = addon;
  if (nameChunks === undefined || sealChunks === undefined || openChunk === undefined) return undefined;
  return {
    name(bytes, runs, table, limits, idKey, isCancelled) {
      const counts = new Uint32Array(runs.length / 3);
      // Only a run's last chunk may be shorter than the least.
      let room = counts.length;
      for (let at = 1; at < runs.length; at += 3) room += Math.floor((runs[at] ?? 0) / limits.min);
      const cuts = new Uint32Array(room);
      const ids = Buffer.alloc(room * idBytes);
      const { min, normal, max } = limits;
      guarded(() => nameChunks(bytes, runs, table, min, normal, max, idKey, cuts, counts, ids, isCancelled));
      return { counts, cuts, ids };
    },
    seal(bytes, spans, { ids, sealKey, nonces }, level, out, isCancelled) {
      const sealedBytes = new Uint32Array(spans.length / 2);
      guarded(() => sealChunks(bytes, spans, ids, sealKey, nonces, level, out, sealedBytes, isCancelled));
      return sealedBytes;
    },
    open: (sealed, id, sealKey, out) => guarded(() => openChunk(sealed, id, sealKey, out)),
  };
}
