import { describe, expect, test } from 'vitest';
import type { ChunkLimits } from '../../app/domain/chunk.ts';
import { Fault } from '../../app/domain/fault.ts';
import { chunkTask } from '../tasks/chunk.ts';
import { openTask } from '../tasks/open.ts';
import { sealTask, type SealInput } from '../tasks/seal.ts';
import { seededBytes } from '../tasks/seeded-bytes.ts';
import type { TaskContext } from '../tasks/task.ts';
import { loadNative } from './codec.ts';
import { findCuts } from './gear.ts';
import type { Sealing } from './sealing.ts';

const native = loadNative()?.sealing;
const never = (): never => {
  throw new Error('this needs no codec');
};
const contextWith = (sealing: Sealing | undefined, isCancelled = () => false): TaskContext => {
  return { rs2: never, findCuts: () => findCuts, parts: never, sealing: () => sealing, isCancelled };
};
const portable = contextWith(undefined);
const keys = {
  gearKey: seededBytes('gear key', 32),
  idKey: seededBytes('id key', 32),
  sealKey: seededBytes('seal key', 32),
};
const limits: ChunkLimits = { min: 256, normal: 1024, max: 4096 };

function text(seed: string, bytes: number): Uint8Array {
  return seededBytes(seed, bytes).map((byte) => 97 + (byte % 7));
}

/** Empty, tiny, short, flat and repetitive files, in one buffer. */
const files = [
  ...[0, 1, 63, 64, 65, 255, 256, 257, 1023, 1024, 4096, 4097, 40_000].flatMap((bytes) => [
    seededBytes(`random ${bytes}`, bytes),
    text(`text ${bytes}`, bytes),
  ]),
  new Uint8Array(300_000),
  Uint8Array.from(Buffer.concat(Array.from({ length: 400 }, () => seededBytes('block', 1000)))),
  seededBytes('large', 700_000),
];

function joined(): { buffer: ArrayBuffer; runs: { start: number; bytes: number; isLast: boolean }[] } {
  const buffer = new Uint8Array(Buffer.concat(files)).buffer;
  let start = 0;
  const runs = files.map(({ length }, i) => {
    start += length;
    return { start: start - length, bytes: length, isLast: i % 5 !== 4 };
  });
  return { buffer, runs };
}

/** Every run as one chunk, whatever its size. */
function sealing(more: Partial<SealInput> = {}): SealInput {
  const { buffer, runs } = joined();
  const whole = { min: 1_000_000, normal: 1 << 20, max: 1 << 20 };
  const asked = { buffer, runs: runs.map((run) => ({ ...run, isLast: true })), limits: whole, ...keys };
  const chunks = chunkTask.run(asked, portable).runs.flat();
  const nonces = seededBytes('nonces', 12 * chunks.length);
  return { buffer, chunks, sealKey: keys.sealKey, nonces, compressLevel: 2, ...more };
}

describe.skipIf(native === undefined)('naming and sealing natively', () => {
  const context = contextWith(native);

  test('cuts and ids are those of the tasks without it', () => {
    for (const some of [limits, { min: 1, normal: 64, max: 100 }]) {
      const input = { ...joined(), limits: some, ...keys };
      expect(chunkTask.run(input, context).runs).toEqual(chunkTask.run(input, portable).runs);
    }
  });

  test('sealed forms are those of the tasks without it, and open again', () => {
    for (const compressLevel of [0, 1, 2, 9]) {
      const ours = sealTask.run(sealing({ compressLevel }), context);
      const theirs = sealTask.run(sealing({ compressLevel }), portable);
      expect(ours.chunks.map(({ id, plainBytes }) => [id, plainBytes])).toEqual(
        theirs.chunks.map(({ id, plainBytes }) => [id, plainBytes]),
      );
      const codecs = (sealed: typeof ours) => sealed.chunks.map(({ start }) => new Uint8Array(sealed.sealed)[start]);
      expect(codecs(ours)).toEqual(codecs(theirs));
      const opened = openTask.run({ buffer: ours.sealed, chunks: ours.chunks, ...keys }, portable);
      const openedToo = openTask.run({ buffer: ours.sealed, chunks: ours.chunks, ...keys }, context);
      expect(openedToo.chunks).toEqual(opened.chunks);
      expect(Buffer.compare(new Uint8Array(openedToo.plain), new Uint8Array(opened.plain))).toBe(0);
      for (const [i, { start, bytes }] of opened.chunks.entries()) {
        const plain = files.filter(({ length }) => length > 0)[i] ?? new Uint8Array();
        expect(Buffer.compare(new Uint8Array(opened.plain, start, bytes), plain)).toBe(0);
      }
      const sum = ({ chunks }: typeof ours): number => chunks.reduce((bytes, chunk) => bytes + chunk.bytes, 0);
      expect(Math.abs(sum(ours) - sum(theirs))).toBeLessThan(sum(theirs) / 100);
    }
  });

  test('shared memory serves as well as moved memory', () => {
    const input = sealing();
    const buffer = new SharedArrayBuffer(input.buffer.byteLength);
    new Uint8Array(buffer).set(new Uint8Array(input.buffer));
    const room = new SharedArrayBuffer(2 * buffer.byteLength);
    const { sealed, chunks } = sealTask.run({ ...input, buffer, room }, context);
    expect(sealed).toBe(room);
    const expected = sealTask.run(input, context);
    expect(chunks).toEqual(expected.chunks);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
    expect(Buffer.compare(new Uint8Array(sealed, 0, bytes), new Uint8Array(expected.sealed, 0, bytes))).toBe(0);
  });

  test('a changed byte anywhere in a sealed form, another key and another id are found out, as they are without it', () => {
    const { sealed, chunks } = sealTask.run(sealing({ compressLevel: 0 }), context);
    const some = chunks.filter(({ plainBytes }) => plainBytes < 70);
    const outcome = (changes: Partial<Parameters<typeof openTask.run>[0]>, by: TaskContext): string => {
      try {
        openTask.run({ buffer: sealed, chunks: some, ...keys, ...changes }, by);
      } catch (error) {
        if (error instanceof Fault) return `${error.code}: ${error.message}`;
        throw error;
      }
      return 'opened';
    };
    const both = (changes: Partial<Parameters<typeof openTask.run>[0]>): string => {
      const found = outcome(changes, context);
      expect(found).toBe(outcome(changes, portable));
      return found;
    };
    expect(both({})).toBe('opened');
    for (const chunk of some)
      for (let at = 0; at < chunk.bytes; at++) {
        const buffer = sealed.slice(chunk.start, chunk.start + chunk.bytes);
        const view = new Uint8Array(buffer);
        view[at] = (view[at] ?? 0) ^ 1;
        expect(both({ buffer, chunks: [{ ...chunk, start: 0 }] })).toContain('pack-damaged');
      }
    expect(both({ sealKey: seededBytes('another', 32) })).toContain('was changed or sealed with another key');
    const renamed = some.map((chunk, i) => ({ ...chunk, id: some[(i + 1) % some.length]?.id ?? '' }));
    expect(both({ chunks: renamed })).toContain('pack-damaged');
  });

  test('what does not fit is refused, and a cancelled call ends', () => {
    const bytes = new Uint8Array(1000);
    const secrets = { ids: new Uint8Array(32), sealKey: keys.sealKey, nonces: new Uint8Array(12) };
    const table = new BigUint64Array(256);
    const go = () => false;
    const codeOf = (work: () => unknown): string | undefined => {
      try {
        work();
      } catch (error) {
        if (error instanceof Fault) return error.code;
        throw error;
      }
      return undefined;
    };
    const out = new Uint8Array(2000);
    const span = Uint32Array.of(0, 1000);
    const id = new Uint8Array(32);
    const refusals = [
      () => native?.open(bytes.subarray(0, 28), id, keys.sealKey, out),
      () => native?.open(bytes, id.subarray(1), keys.sealKey, out.subarray(0, 971)),
      () => native?.open(bytes, id, keys.sealKey.subarray(1), out.subarray(0, 971)),
      () => native?.open(bytes, id, keys.sealKey, out),
      () => native?.seal(bytes, Uint32Array.of(1, 1000), secrets, 1, out, go),
      () => native?.seal(bytes, Uint32Array.of(0xffff_ffff, 0xffff_ffff), secrets, 1, out, go),
      () => native?.seal(bytes, span, secrets, 1, new Uint8Array(1028), go),
      () => native?.seal(bytes, span, secrets, 20, out, go),
      () => native?.seal(bytes, span, { ...secrets, ids: new Uint8Array(31) }, 1, out, go),
      () => native?.seal(bytes, span, { ...secrets, nonces: new Uint8Array(11) }, 1, out, go),
      () => native?.seal(bytes, span, { ...secrets, sealKey: new Uint8Array(31) }, 1, out, go),
      () => native?.name(bytes, Uint32Array.of(1, 1000, 1), table, limits, keys.idKey, go),
      () => native?.name(bytes, Uint32Array.of(0, 1000, 1), table.subarray(1), limits, keys.idKey, go),
      () => native?.name(bytes, Uint32Array.of(0, 1000, 1), table, limits, new Uint8Array(33), go),
      () => native?.name(bytes, Uint32Array.of(0, 1000, 1), table, { ...limits, min: 2000 }, keys.idKey, go),
    ];
    expect(refusals.map(codeOf)).toEqual(refusals.map(() => 'codec-refused'));
    const input = sealing();
    const until = performance.now() + 20;
    expect(
      codeOf(() => {
        for (;;)
          sealTask.run(
            { ...input },
            contextWith(native, () => performance.now() > until),
          );
      }),
    ).toBe('cancelled');
  });
});
