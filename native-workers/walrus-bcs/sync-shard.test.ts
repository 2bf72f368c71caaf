/** Requests for a shard and their answers: exact bytes there and back, and nothing else is taken. */
import { expect, it } from 'vitest';
import {
  encodeSignedMessage,
  encodeSliver,
  encodeSyncedSlivers,
  parseSignedMessage,
  parseSyncedSlivers,
  parseSyncShardMessage,
  syncShardMessage,
} from './walrus-bcs.ts';

const blobId = Uint8Array.from({ length: 32 }, (_, i) => i);
const request = { epoch: 7, shard: 258, axis: 'secondary', startingBlobId: blobId, sliverCount: 1000 } as const;

it('has the layout of the public nodes', () => {
  const hex = Buffer.from(syncShardMessage(request)).toString('hex');
  expect(hex).toBe(
    `030003${'07000000'}${'00'}${'0201'}${'01'}${Buffer.from(blobId).toString('hex')}e803000000000000${'07000000'}`,
  );
});

it('comes back as it was, and refuses every other length, version and epoch', () => {
  const message = syncShardMessage(request);
  expect(parseSyncShardMessage(message)).toEqual(request);
  for (let length = 0; length < message.length; length++) {
    expect(() => parseSyncShardMessage(message.slice(0, length))).toThrow();
  }
  for (const at of [0, 1, 2, 3, 7, message.length - 1]) {
    const changed = message.slice();
    changed[at] = 200;
    expect(() => parseSyncShardMessage(changed)).toThrow();
  }
  const signed = encodeSignedMessage(message, new Uint8Array(96).fill(5));
  expect(parseSignedMessage(signed)).toEqual({ message, signature: new Uint8Array(96).fill(5) });
  expect(() => parseSignedMessage(signed.slice(1))).toThrow();
});

it('hands over slivers in their own form', () => {
  const sliver = { data: Uint8Array.of(1, 2, 3, 4), symbolBytes: 2, index: 9 };
  const body = encodeSyncedSlivers('primary', [{ blobId, body: encodeSliver(sliver) }]);
  expect(parseSyncedSlivers(body)).toEqual([{ blobId, axis: 'primary', ...sliver }]);
  expect(parseSyncedSlivers(encodeSyncedSlivers('primary', []))).toEqual([]);
  for (let length = 0; length < body.length; length++)
    expect(() => parseSyncedSlivers(body.slice(0, length))).toThrow();
});
