/** Checks one sliver against the hash that the blob's metadata gives it. A sliver of an impossible length is simply not genuine. */
import { sameBytes } from '../../app/domain/bytes.ts';
import { faultOf } from '../../app/domain/fault.ts';
import type { SliverBytes } from './rebuild-rows.ts';
import { buffersOf, claimViews, copied } from './moved-bytes.ts';
import { checkedCode } from './padded-blob.ts';
import { badInput, type Task } from './task.ts';

export interface VerifySliverInput {
  readonly shards: number;
  readonly sliver: SliverBytes;
  /** 32 bytes. */
  readonly expected: Uint8Array;
}

export interface VerifySliverOutput {
  readonly isGenuine: boolean;
  readonly data: Uint8Array;
}

export const verifySliverTask: Task<VerifySliverInput, VerifySliverOutput> = {
  run({ shards, sliver, expected }, { rs2 }) {
    const code = checkedCode(shards, 0);
    if (expected.length !== 32) throw badInput('A sliver hash has 32 bytes.');
    const { axis, data } = sliver;
    try {
      return { isGenuine: sameBytes(rs2().sliverHash(code, axis, data), expected), data };
    } catch (error) {
      if (faultOf(error)?.code !== 'codec-refused') throw error;
      return { isGenuine: false, data };
    }
  },
  claim({ shards, sliver, expected }) {
    const [data = new Uint8Array(0)] = claimViews([sliver.data]);
    return { shards, sliver: { ...sliver, data }, expected: copied(expected) };
  },
  inputBuffers: ({ sliver }) => buffersOf([sliver.data]),
  outputBuffers: ({ data }) => buffersOf([data]),
  /** The sliver and its expanded form, which is at most three times as long. */
  peakBytes: ({ sliver }) => 4 * sliver.data.length,
};
