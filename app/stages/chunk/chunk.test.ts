import { describe, expect, it } from 'vitest';
import { Fault } from '../../domain/fault.ts';
import { batchBytesMax, spanBytesMax } from '../../domain/limits.ts';
import { toHex } from '../../domain/bytes.ts';
import type { ChunkLimits } from '../../domain/chunk.ts';
import { openIdleClock } from '../../../test/world/idle-clock.ts';
import { openInlinePool } from '../../../test/world/inline-pool.ts';
import { openMemoryDisk } from '../../../test/world/memory-disk.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import { chunkFiles, type ChunkSink, type ChunkedFile, type FileToChunk } from './chunk.ts';

const never = new AbortController().signal;
const limits: ChunkLimits = { min: 256 * 1024, normal: 1024 * 1024, max: 4 * 1024 * 1024 };
const pool = openInlinePool();
const [gearKey, idKey] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

function openRoom(seed: number) {
  const dice = seededDice(seed);
  const disk = openMemoryDisk(openIdleClock(), dice);
  /** Plaintext of each chunk, by id. */
  const chunks = new Map<string, Uint8Array>();
  const taken: number[] = [];
  const sink: ChunkSink = {
    room: (bytes) => new ArrayBuffer(bytes),
    async take(buffer, runs) {
      taken.push(buffer.byteLength);
      const found = await pool.chunk({ buffer, runs, limits, gearKey, idKey }, { urgency: 'bulk', signal: never });
      for (const { id, start, bytes } of found.runs.flat()) chunks.set(id, new Uint8Array(found.buffer, start, bytes));
      return found.runs;
    },
  };
  const files = async (...paths: readonly string[]): Promise<readonly FileToChunk[]> =>
    Promise.all(
      paths.map(async (path) => {
        const stat = await disk.look('/root', path);
        if (stat === undefined) throw new Error('nothing there');
        return { path, stat };
      }),
    );
  const run = async (list: readonly FileToChunk[]): Promise<readonly ChunkedFile<FileToChunk>[]> => {
    const all: ChunkedFile<FileToChunk>[] = [];
    for await (const batch of chunkFiles([list], { disk, root: '/root', sink }, never)) all.push(...batch);
    return all;
  };
  const content = ({ result }: ChunkedFile<FileToChunk>): Uint8Array => {
    if (result instanceof Fault) throw result;
    return Buffer.concat(result.chunks.map((id) => chunks.get(id) ?? new Uint8Array()));
  };
  return { dice, disk, user: disk.user, taken, files, run, content };
}

const codes = (files: readonly ChunkedFile<FileToChunk>[]): readonly string[] =>
  files.map(({ result }) => (result instanceof Fault ? result.code : 'ok'));

/** Bytes that do not repeat, quickly made. */
function longBytes(length: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0, state = seed; i < words.length; i++)
    words[i] = state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return new Uint8Array(words.buffer, 0, length);
}

describe('files', () => {
  it('share a buffer when they are small, and each keeps its own content', async () => {
    const room = openRoom(1);
    for (let i = 0; i < 20; i++) room.user.write(`/root/${i}`, room.dice.bytes(i * 100));
    const done = await room.run(await room.files(...Array.from({ length: 20 }, (_, i) => `${i}`)));
    expect(room.taken).toHaveLength(1);
    for (const file of done) expect(toHex(room.content(file))).toBe(toHex(room.user.read(`/root/${file.file.path}`)));
    expect(done[0]?.result).toMatchObject({ chunks: [] });
  });

  it.each([
    ['just a batch', batchBytesMax],
    ['one byte more than a batch', batchBytesMax + 1],
    ['exactly a span', spanBytesMax],
    ['one byte more than a span', spanBytesMax + 1],
    ['more than a span', spanBytesMax + 3_000_000],
  ])('of %s are whole, with the same chunks however they were read', async (_, length) => {
    const room = openRoom(2);
    const bytes = longBytes(length, 7);
    room.user.write('/root/large', bytes);
    room.user.write('/root/small', 'small');
    const [large, small] = await room.run(await room.files('large', 'small'));
    if (large === undefined || small === undefined || large.result instanceof Fault) throw new Error('no result');
    expect(Buffer.from(room.content(large)).equals(bytes)).toBe(true);
    expect(Buffer.from(room.content(small)).toString()).toBe('small');
    const runs = [{ start: 0, bytes: length, isLast: true }];
    const once = await pool.chunk(
      { buffer: bytes.slice().buffer, runs, limits, gearKey, idKey },
      { urgency: 'bulk', signal: never },
    );
    expect(large.result.chunks).toEqual(once.runs[0]?.map(({ id }) => id));
  });

  it('that cannot be read fail by themselves', async () => {
    const room = openRoom(3);
    for (const name of ['a', 'b', 'c']) room.user.write(`/root/${name}`, name);
    const list = await room.files('a', 'b', 'c');
    room.user.chmod('/root/a', 0);
    room.user.remove('/root/b');
    expect(codes(await room.run(list))).toEqual(['file-unreadable', 'not-found', 'ok']);
  });
});

describe('a file that changes while it is read', () => {
  it.each([1_000, spanBytesMax + 1_000_000])('of %i bytes is read again and kept whole', async (length) => {
    const room = openRoom(4);
    room.user.write('/root/file', longBytes(length, 1));
    const list = await room.files('file');
    let changes = 0;
    room.disk.duringRead = (path) => {
      if (changes++ === 0) room.user.write(path, longBytes(length, 2));
    };
    const [file] = await room.run(list);
    if (file === undefined) throw new Error('no result');
    expect(Buffer.from(room.content(file)).equals(longBytes(length, 2))).toBe(true);
  });

  it.each([1_000, spanBytesMax + 1_000_000])('edge 30: of %i bytes without end gives no content', async (length) => {
    const room = openRoom(5);
    room.user.write('/root/file', longBytes(length, 1));
    room.user.write('/root/other', 'other');
    const list = await room.files('file', 'other');
    room.disk.duringRead = (path) => {
      if (path === '/root/file') room.user.touch(path);
    };
    expect(codes(await room.run(list))).toEqual(['file-changing', 'ok']);
  });

  it('by growing, shrinking or being replaced since it was listed is taken as it is now', async () => {
    const room = openRoom(6);
    for (const name of ['grew', 'shrank', 'other']) room.user.write(`/root/${name}`, '0123456789');
    const list = await room.files('grew', 'shrank', 'other');
    room.user.write('/root/grew', '0123456789abc');
    room.user.write('/root/shrank', '0');
    room.user.save('/root/other', 'new');
    const done = await room.run(list);
    expect(done.map((file) => Buffer.from(room.content(file)).toString())).toEqual(['0123456789abc', '0', 'new']);
    // The look that is kept is the one of what was read.
    for (const { file, result } of done)
      expect(result).toMatchObject({ stat: await room.disk.look('/root', file.path) });
  });
});
