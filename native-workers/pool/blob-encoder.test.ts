import { afterEach, expect, test, vi } from 'vitest';
import { loadNative } from '../codec/codec.ts';
import { partsFor } from '../tasks/encode-part.ts';
import { seededBytes } from '../tasks/seeded-bytes.ts';
import { blobEncoder, sharedBytesMin, type EncodeBlob } from './blob-encoder.ts';
import { chooseCodec, openWorkers, type Workers } from './pool.ts';

vi.setConfig({ testTimeout: 30_000 });

const opened: Workers[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((workers) => workers.close()));
});

interface Trial {
  readonly workers: Workers;
  readonly encode: EncodeBlob;
  /** Names of the tasks that the workers were given. */
  readonly names: string[];
}

function open(codec?: 'wasm', threads = 2): Trial {
  const real = openWorkers({ threads, budgetBytes: 2 ** 30, codec });
  opened.push(real);
  const names: string[] = [];
  const workers: Workers = {
    threads,
    get idleThreads() {
      return real.idleThreads;
    },
    run(name, input, options) {
      names.push(name);
      return real.run(name, input, options);
    },
    close: () => real.close(),
  };
  return { workers, names, encode: blobEncoder(workers, chooseCodec(codec).parts) };
}

const options = (signal = new AbortController().signal) => ({ urgency: 'bulk' as const, signal });
const filled = (content: Uint8Array) => async (blob: Uint8Array) => blob.set(content);
const largeBytes = sharedBytesMin + 12_345;

async function alone({ workers }: Trial, shards: number, content: Uint8Array) {
  return workers.run('encode', { shards, blob: content.slice().buffer, blobBytes: content.length }, options());
}

test.skipIf(loadNative() === undefined).each([10, 13, 100])(
  'free workers encode a large blob together, with the bytes that one gives alone: %i shards',
  async (shards) => {
    const trial = open();
    const content = seededBytes('shared', largeBytes);
    const together = await trial.encode(shards, largeBytes, filled(content), options());
    expect(trial.names).toEqual(['rows', 'rows', 'columns', 'columns', 'end'].map(() => 'encode-part'));
    const single = await alone(trial, shards, content);
    expect(together.metadata).toEqual(single.metadata);
    expect(Buffer.compare(Buffer.from(together.blob), Buffer.from(single.blob))).toBe(0);
    expect(Buffer.compare(Buffer.from(together.slivers), Buffer.from(single.slivers))).toBe(0);
    together.release();
  },
);

test.skipIf(loadNative() === undefined)('one worker encodes a large blob while another has other work', async () => {
  const trial = open();
  const content = seededBytes('busy', largeBytes);
  const other = alone(trial, 100, content);
  const encoded = await trial.encode(100, largeBytes, filled(content), options());
  expect(trial.names.filter((name) => name === 'encode-part')).toHaveLength(3);
  expect(encoded.metadata).toEqual((await other).metadata);
});

test('a small blob, any blob of a codec that cannot share, and one for a single worker are one task', async () => {
  for (const [trial, bytes] of [
    [open(), 44_999],
    [open(), 0],
    [open('wasm'), largeBytes],
    [open(undefined, 1), largeBytes],
  ] as const) {
    const content = seededBytes('small', bytes);
    const encoded = await trial.encode(13, bytes, filled(content), options());
    expect(trial.names).toEqual(['encode']);
    expect(Buffer.compare(Buffer.from(encoded.blob, 0, bytes), content)).toBe(0);
    const { blob, slivers } = encoded;
    encoded.release();
    expect([blob.byteLength, slivers.byteLength]).toEqual([0, 0]);
  }
});

test('what the caller throws while it fills the memory, and a cancelled encode, end it', async () => {
  for (const bytes of [1000, largeBytes]) {
    const trial = open();
    const broken = () => Promise.reject(new Error('the disk is gone'));
    await expect(trial.encode(10, bytes, broken, options())).rejects.toThrow('the disk is gone');
    const controller = new AbortController();
    const abort = async () => controller.abort();
    await expect(trial.encode(10, bytes, abort, options(controller.signal))).rejects.toMatchObject({
      code: 'cancelled',
    });
  }
  await expect(open().encode(10, 2 ** 45, async () => {}, options())).rejects.toMatchObject({ code: 'codec-refused' });
});

test.skipIf(loadNative() === undefined)(
  'memory that was given back reads as zeros and can be written again',
  async () => {
    const trial = open();
    const encoded = await trial.encode(10, largeBytes, filled(new Uint8Array(largeBytes).fill(7)), options());
    const bytes = new Uint8Array(encoded.blob);
    encoded.release();
    if (process.platform === 'linux') expect(bytes[largeBytes >> 1]).toBe(0);
    bytes[largeBytes >> 1] = 3;
    expect(bytes[largeBytes >> 1]).toBe(3);
  },
);

test('parts are a power of two, at least one, at most the workers and half the shards', () => {
  const cases = [0, 1, 2, 3, 4, 7, 8, 100].map((workers) => partsFor(workers, 1000));
  expect(cases).toEqual([1, 1, 2, 2, 4, 4, 8, 64]);
  expect([1, 2, 3, 4, 10].map((shards) => partsFor(8, shards))).toEqual([1, 1, 1, 2, 4]);
});
