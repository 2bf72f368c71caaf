import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Fault } from '../../app/domain/fault.ts';
import type { ChunkInput, ChunkOutput } from '../tasks/chunk.ts';
import { seededBytes } from '../tasks/seeded-bytes.ts';
import type { SealInput } from '../tasks/seal.ts';
import { openWorkers, type Workers, type WorkersOptions } from './pool.ts';
import type { Ordeal } from './test-worker.ts';
import type { Urgency } from './waiting-line.ts';

// Threads are started and lost here, on machines that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const opened: Workers[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((workers) => workers.close()));
});

function open(options: Partial<WorkersOptions> = {}): Workers {
  const workers = openWorkers({
    threads: 1,
    budgetBytes: 1024 * 1024 * 1024,
    codec: 'wasm',
    workerUrl: new URL('./test-worker.ts', import.meta.url).href,
    ...options,
  });
  opened.push(workers);
  return workers;
}

interface Trial {
  readonly input: ChunkInput & { readonly ordeal: Ordeal };
  readonly cells: Int32Array;
}

function trial(kind: Ordeal['kind'], times = 1, bytes = 1000): Trial {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const input = {
    buffer: new ArrayBuffer(bytes),
    runs: [{ start: 0, bytes, isLast: true }],
    limits: { min: 256, normal: 1024, max: 4096 },
    gearKey: seededBytes('gear', 32),
    idKey: seededBytes('id', 32),
    ordeal: { kind, cells, times },
  };
  return { input, cells };
}

const plain = (): ChunkInput => trial('gate', 0).input;
const gated = (bytes?: number): Trial => trial('gate', 1, bytes);

function openGate({ cells }: Trial): void {
  Atomics.store(cells, 1, 1);
  Atomics.notify(cells, 1);
}

/** Resolves when the worker has begun the trial. */
async function begun({ cells }: Trial): Promise<void> {
  const { async: isPending, value } = Atomics.waitAsync(cells, 0, 0);
  if (isPending) await value;
}

function options(urgency: Urgency = 'bulk', signal = new AbortController().signal) {
  return { urgency, signal };
}

async function faultOf(promise: Promise<unknown>): Promise<Partial<Fault>> {
  try {
    await promise;
  } catch (error) {
    return error as Fault;
  }
  return {};
}

describe('bytes are moved', () => {
  test('what is handed in is gone at once, comes back as the same bytes, and can be used again', async () => {
    const workers = open();
    const buffer = seededBytes('moved', 3_000_000).buffer;
    const view = new Uint8Array(buffer);
    const input: ChunkInput = { ...plain(), buffer, runs: [{ start: 0, bytes: 3_000_000, isLast: true }] };
    const pending = workers.run('chunk', input, options());
    expect(buffer.detached).toBe(true);
    expect(view.length).toBe(0);
    const first = await pending;
    expect(Buffer.compare(Buffer.from(first.buffer), seededBytes('moved', 3_000_000))).toBe(0);
    const chunks = first.runs[0] ?? [];
    const sealKey = seededBytes('seal', 32);
    const nonces = Buffer.from(seededBytes('nonces', 12 * chunks.length));
    const sealing = workers.run('seal', { buffer: first.buffer, chunks, sealKey, nonces, compressLevel: 3 }, options());
    expect(first.buffer.byteLength).toBe(0);
    expect(nonces.length).toBe(12 * chunks.length);
    const { sealed, chunks: sealedChunks, buffer: back } = await sealing;
    expect(back.byteLength).toBe(3_000_000);
    const asked = { buffer: sealed, chunks: sealedChunks, sealKey, idKey: input.idKey };
    const { plain: result, buffer: sealedBack } = await workers.run('open', asked, options());
    expect(sealed.byteLength).toBe(0);
    expect(sealedBack.byteLength).toBeGreaterThan(3_000_000);
    expect(Buffer.compare(Buffer.from(result), seededBytes('moved', 3_000_000))).toBe(0);
  });

  test('slivers that share a buffer, and one in the small-buffer pool of the runtime', async () => {
    const workers = open();
    const shards = 4;
    const { metadata, blob } = await workers.run(
      'encode',
      { shards, blob: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).buffer, blobBytes: 12 },
      options(),
    );
    expect(new Uint8Array(blob)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    const shared = new Uint8Array(blob);
    const slivers = [0, 1].map((index) => ({
      axis: 'primary' as const,
      index,
      data: shared.subarray(6 * index, 6 * index + 6),
    }));
    const room = new SharedArrayBuffer(12);
    const rebuilt = workers.run('rebuild-rows', { shards, metadata, blob: room, present: [], slivers }, options());
    expect(blob.detached).toBe(true);
    await rebuilt;
    expect(new Uint8Array(room)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    const pooled = Buffer.from([1, 2, 3, 4, 5, 6]);
    const neighbour = Buffer.from('stays');
    const sliver = { axis: 'primary' as const, index: 0, data: pooled };
    const expected = metadata.hashes.slice(0, 32);
    const verified = await workers.run('verify-sliver', { shards, sliver, expected }, options());
    expect(verified.isGenuine).toBe(true);
    expect([...verified.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(neighbour.toString()).toBe('stays');
  });

  test('a buffer that is gone already is an error of the caller, not a wait', async () => {
    const workers = open();
    const input = plain();
    await workers.run('chunk', input, options());
    await expect(workers.run('chunk', input, options())).rejects.toThrow(TypeError);
  });
});

describe('the line', () => {
  test('an interactive task that comes last is done before waiting bulk tasks', async () => {
    const workers = open();
    const first = gated();
    const order: string[] = [];
    const run = (name: string, input: ChunkInput, urgency: Urgency): Promise<unknown> =>
      workers.run('chunk', input, options(urgency)).then(() => order.push(name));
    const all = [run('first', first.input, 'bulk')];
    await begun(first);
    all.push(run('bulk 1', plain(), 'bulk'), run('bulk 2', plain(), 'bulk'), run('urgent', plain(), 'interactive'));
    openGate(first);
    await Promise.all(all);
    expect(order).toEqual(['first', 'urgent', 'bulk 1', 'bulk 2']);
  });

  test('tasks that exceed the byte budget together run one after the other; one that exceeds it alone runs alone', async () => {
    const workers = open({ threads: 2, budgetBytes: 10_000 });
    const [a, b, huge] = [gated(6000), gated(6000), gated(50_000)];
    const runs = [a, b, huge].map(({ input }) => workers.run('chunk', input, options()));
    await begun(a);
    expect(Atomics.load(b.cells, 0)).toBe(0);
    openGate(a);
    await runs[0];
    await begun(b);
    expect(Atomics.load(huge.cells, 0)).toBe(0);
    openGate(b);
    await runs[1];
    await begun(huge);
    const small = workers.run('chunk', plain(), options());
    openGate(huge);
    await Promise.all([...runs, small]);
  });

  test('a task whose size is nonsense is refused and leaves the budget as it was', async () => {
    const workers = open({ threads: 2, budgetBytes: 10_000 });
    const chunks = [{ id: 'ff'.repeat(32), start: 0, bytes: 100, plainBytes: Number.NaN }];
    const asked = { buffer: new ArrayBuffer(100), chunks, sealKey: new Uint8Array(32), idKey: new Uint8Array(32) };
    expect(await faultOf(workers.run('open', asked, options()))).toMatchObject({ code: 'pack-damaged' });
    const trials = [gated(4000), gated(4000)];
    const runs = trials.map(({ input }) => workers.run('chunk', input, options()));
    await Promise.all(trials.map(begun));
    trials.forEach(openGate);
    await Promise.all(runs);
  });

  test('as many tasks run at once as there are threads', async () => {
    const workers = open({ threads: 2 });
    const trials = [gated(), gated()];
    const runs = trials.map(({ input }) => workers.run('chunk', input, options()));
    await Promise.all(trials.map(begun));
    trials.forEach(openGate);
    await Promise.all(runs);
  });
});

describe('cancelling', () => {
  test('a waiting task never starts', async () => {
    const workers = open();
    const [first, second] = [gated(), gated()];
    const running = workers.run('chunk', first.input, options());
    await begun(first);
    const control = new AbortController();
    const waiting = faultOf(workers.run('chunk', second.input, options('bulk', control.signal)));
    control.abort();
    expect(await waiting).toMatchObject({ code: 'cancelled', retry: 'now' });
    openGate(first);
    await running;
    await workers.run('chunk', plain(), options());
    expect(Atomics.load(second.cells, 0)).toBe(0);
  });

  test('a running task is answered at once, and its worker is free again after the next poll', async () => {
    const workers = open();
    const first = gated();
    const control = new AbortController();
    const running = faultOf(workers.run('chunk', first.input, options('bulk', control.signal)));
    await begun(first);
    control.abort();
    expect(await running).toMatchObject({ code: 'cancelled' });
    await workers.run('chunk', plain(), options());
  });

  test('a signal that was aborted before leaves the bytes where they are', async () => {
    const control = new AbortController();
    control.abort();
    const input = plain();
    expect(await faultOf(open().run('chunk', input, options('bulk', control.signal)))).toMatchObject({
      code: 'cancelled',
    });
    expect(input.buffer.byteLength).toBeGreaterThan(0);
  });

  test('a finished task no longer listens to its signal', async () => {
    const control = new AbortController();
    const workers = open();
    await workers.run('chunk', plain(), options('bulk', control.signal));
    control.abort();
    await workers.run('chunk', plain(), options());
  });

  test('closing answers everyone, the running and the waiting', async () => {
    const workers = open();
    const first = gated();
    const all = [first.input, plain(), plain()].map((input) => faultOf(workers.run('chunk', input, options())));
    await begun(first);
    await workers.close();
    for (const fault of await Promise.all(all)) expect(fault).toMatchObject({ code: 'cancelled' });
    expect(await faultOf(workers.run('chunk', plain(), options()))).toMatchObject({ code: 'cancelled' });
  });
});

describe('trouble in a worker', () => {
  test('faults cross with code, retry and message; bugs stay plain errors', async () => {
    const workers = open();
    const seal: SealInput = {
      buffer: new ArrayBuffer(1),
      chunks: [],
      sealKey: new Uint8Array(3),
      nonces: new Uint8Array(0),
      compressLevel: 3,
    };
    const fault = await faultOf(workers.run('seal', seal, options()));
    expect(fault).toMatchObject({ name: 'Fault', code: 'bad-input', retry: 'never' });
    expect(fault.message).toMatch(/seal key/);
    const bug = await faultOf(workers.run('chunk', trial('bug').input, options()));
    expect(bug).toMatchObject({ name: 'Error' });
    expect(bug.stack).toMatch(/worker\.ts/);
    await workers.run('chunk', plain(), options());
  });

  test.each(['exit', 'heap'] as const)(
    'a worker that is lost (%s) with the bytes is a fault, and the next task is done',
    async (kind) => {
      const workers = open({ heapMebibytesMax: 32 });
      expect(await faultOf(workers.run('chunk', trial(kind).input, options()))).toMatchObject({
        code: 'worker-lost',
        retry: 'now',
      });
      await workers.run('chunk', plain(), options());
    },
  );

  test('a worker without memory hands its bytes back: the task is done by a fresh one', async () => {
    const workers = open();
    const once = trial('memory');
    const bytes = seededBytes('rescued', 1000);
    const { buffer, runs } = (await workers.run(
      'chunk',
      { ...once.input, buffer: bytes.buffer },
      options(),
    )) as ChunkOutput;
    expect(new Uint8Array(buffer)).toEqual(seededBytes('rescued', 1000));
    expect(runs[0]?.length).toBeGreaterThan(0);
    expect(Atomics.load(once.cells, 0)).toBe(2);
  });

  test('twice without memory is a fault', async () => {
    const workers = open();
    const twice = trial('memory', 2);
    expect(await faultOf(workers.run('chunk', twice.input, options()))).toMatchObject({ code: 'worker-lost' });
    expect(Atomics.load(twice.cells, 0)).toBe(2);
    await workers.run('chunk', plain(), options());
  });

  test('a task whose input was copied is done again after its worker was lost', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'floe-pool-'));
    try {
      const workers = open();
      const message = new Uint8Array(Buffer.from(`lost once ${join(folder, 'mark')}`, 'latin1'));
      const signed = [{ publicKey: new Uint8Array(48), signature: new Uint8Array(96) }];
      expect(await workers.run('verify-signatures', { message, signed }, options())).toEqual([false]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a neighbour goes on when another worker is lost', async () => {
    const workers = open({ threads: 2 });
    const neighbour = gated();
    const running = workers.run('chunk', neighbour.input, options());
    await begun(neighbour);
    expect(await faultOf(workers.run('chunk', trial('exit').input, options()))).toMatchObject({ code: 'worker-lost' });
    openGate(neighbour);
    await running;
  });

  test('a worker file that cannot start is a fault and not a hang', async () => {
    const workers = open({ workerUrl: new URL('./no-such-worker.ts', import.meta.url).href });
    const fault = await faultOf(workers.run('chunk', plain(), options()));
    expect(fault).toMatchObject({ code: 'worker-lost' });
    expect(String(fault.cause)).toMatch(/no-such-worker/);
  });
});
