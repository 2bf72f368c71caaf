import { afterEach, expect, test, vi } from 'vitest';
import { loadNative } from '../codec/codec.ts';
import { partsFor } from '../tasks/encode-part.ts';
import { paddedBlobBytes } from '../tasks/padded-blob.ts';
import { seededBytes } from '../tasks/seeded-bytes.ts';
import { openWorkers, type Workers } from './pool.ts';
import { encodeShared } from './shared-encode.ts';

vi.setConfig({ testTimeout: 30_000 });

const opened: Workers[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((workers) => workers.close()));
});

function open(codec?: 'wasm'): Workers {
  const workers = openWorkers({ threads: 2, budgetBytes: 2 ** 30, codec });
  opened.push(workers);
  return workers;
}

const options = () => ({ urgency: 'bulk' as const, signal: new AbortController().signal });

function shared(shards: number, bytes: Uint8Array): SharedArrayBuffer {
  const blob = new SharedArrayBuffer(paddedBlobBytes(shards, bytes.length));
  const view = new Uint8Array(blob).fill(0xee);
  view.set(bytes);
  return blob;
}

test.skipIf(loadNative() === undefined).each([
  [4, 100],
  [10, 0],
  [13, 44_999],
  [100, 300_000],
])('two workers together give what one gives alone: %i shards, %i bytes', async (shards, bytes) => {
  const workers = open();
  const content = seededBytes('shared', bytes);
  const together = await encodeShared(workers, shards, shared(shards, content), bytes, options());
  const alone = await workers.run('encode', { shards, blob: content.slice().buffer, blobBytes: bytes }, options());
  expect(together.metadata).toEqual(alone.metadata);
  expect(Buffer.compare(Buffer.from(together.slivers), Buffer.from(alone.slivers))).toBe(0);
});

test('a codec that cannot share says so, and a buffer without room is refused', async () => {
  const workers = open('wasm');
  const blob = shared(10, seededBytes('no', 1000));
  await expect(encodeShared(workers, 10, blob, 1000, options())).rejects.toMatchObject({ code: 'codec-refused' });
  await expect(encodeShared(workers, 10, new SharedArrayBuffer(1000), 1000, options())).rejects.toMatchObject({
    code: 'bad-input',
  });
});

test('parts are a power of two, at most the threads and half the shards', () => {
  const cases = [1, 2, 3, 4, 7, 8, 100].map((threads) => partsFor(threads, 1000));
  expect(cases).toEqual([1, 2, 2, 4, 4, 8, 64]);
  expect([1, 2, 3, 4, 10].map((shards) => partsFor(8, shards))).toEqual([1, 1, 1, 2, 4]);
});
