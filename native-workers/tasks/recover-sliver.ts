/**
 * Rebuilds one sliver from symbols of others that cross it, and checks it against the hash that the blob's metadata gives it. Symbols come without proofs,
 * so a single false one spoils the sliver: that is an answer, and no fault.
 */
import { sameBytes } from '../../app/domain/bytes.ts';
import type { Axis } from '../../app/domain/encoding.ts';
import { checkedCode } from './padded-blob.ts';
import { claimViews, copied, buffersOf } from './moved-bytes.ts';
import { badInput, type Task } from './task.ts';

export interface RecoverSliverInput {
  readonly shards: number;
  readonly axis: Axis;
  readonly symbolBytes: number;
  /** Of the crossing slivers, one for each symbol. */
  readonly indices: readonly number[];
  /** The symbols one after another. Moved. */
  readonly symbols: Uint8Array;
  /** 32 bytes. */
  readonly expected: Uint8Array;
}

export const recoverSliverTask: Task<RecoverSliverInput, Uint8Array | undefined> = {
  run({ shards, axis, symbolBytes, indices, symbols, expected }, { rs2 }) {
    const code = checkedCode(shards, 0);
    if (symbols.length !== indices.length * symbolBytes) throw badInput('There are as many symbols as indices.');
    const crossing = indices.map((index, i) => ({
      index,
      data: symbols.subarray(i * symbolBytes, (i + 1) * symbolBytes),
    }));
    const sliver = rs2().recover(code, axis, symbolBytes, crossing);
    return sameBytes(rs2().sliverHash(code, axis, sliver), expected) ? sliver : undefined;
  },
  claim(input) {
    const [symbols = new Uint8Array(0)] = claimViews([input.symbols]);
    return { ...input, symbols, expected: copied(input.expected) };
  },
  inputBuffers: ({ symbols }) => buffersOf([symbols]),
  outputBuffers: (sliver) => (sliver === undefined ? [] : buffersOf([sliver])),
  peakBytes: ({ symbols }) => 8 * symbols.length,
};
