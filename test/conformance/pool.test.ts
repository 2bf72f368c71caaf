/** Every pool keeps the promises of the port (app/ports/pool.ts): workers with the native codec or with wasm, and the one without workers. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPool } from '../../app/adapters/pool/pool.ts';
import { usualChunkLimits } from '../../app/domain/chunk.ts';
import { paddedBlobBytes } from '../../app/domain/redstuff.ts';
import { encodedSlivers, parseSliverBody, sliverForm } from '../../app/domain/sliver-form.ts';
import { sliverHashIn } from '../../app/domain/metadata-form.ts';
import type { Axis } from '../../app/domain/encoding.ts';
import type { Pool, SealResult, SliverCheck } from '../../app/ports/pool.ts';
import { nativeProblem } from '../../native-workers/codec/codec.ts';
import { openInlinePool } from '../world/inline-pool.ts';
import { seededDice } from '../world/seeded-dice.ts';

const shards = 13;
const bulk = { urgency: 'bulk', signal: new AbortController().signal } as const;
const dice = seededDice(7);
const keys = { gear: dice.bytes(32), id: dice.bytes(32), seal: dice.bytes(32) };
const content = dice.bytes(3_000_000);

async function sealed(pool: Pool): Promise<SealResult> {
  const buffer = content.slice().buffer;
  const named = await pool.chunk(
    {
      buffer,
      runs: [{ start: 0, bytes: content.length, isLast: true }],
      limits: usualChunkLimits,
      gearKey: keys.gear,
      idKey: keys.id,
    },
    bulk,
  );
  expect(buffer.detached, 'memory that is handed in is gone for the caller').toBe(true);
  const [chunks = []] = named.runs;
  const nonces = dice.bytes(12 * chunks.length);
  const task = { buffer: named.buffer, chunks, sealKey: keys.seal, nonces, compressLevel: 2 };
  return pool.seal(task, bulk);
}

async function encoded(pool: Pool) {
  const blob = content.subarray(0, 200_000);
  const { metadata, ...made } = await pool.encode(shards, blob.length, async (into) => into.set(blob), bulk);
  const form = sliverForm(shards, blob.length);
  const slivers = encodedSlivers(form, made.blob, made.slivers);
  const check = (axis: Axis, index: number): SliverCheck => {
    const body = Uint8Array.from(Buffer.concat(slivers.body(axis, index)));
    return { axis, index, data: parseSliverBody(body, form, axis, index).slice() };
  };
  return { blob, form, metadata, check };
}

describe.each([
  ['workers with the native codec', nativeProblem() !== undefined, () => openPool({ threads: 2, codec: 'native' }, {})],
  ['workers with wasm', false, () => openPool({ threads: 2, codec: 'wasm' }, {})],
  ['the pool without workers', false, () => openInlinePool()],
] as const)('%s', (_, isSkipped, openOne) => {
  const open = (): Pool => {
    const pool = openOne();
    onTestFinished(() => pool.close());
    return pool;
  };

  it.skipIf(isSkipped)('chunks, seals and opens: what comes back is what went in', async () => {
    const pool = open();
    const done = await sealed(pool);
    expect(done.chunks.reduce((sum, chunk) => sum + chunk.plainBytes, 0)).toBe(content.length);
    const task = { buffer: done.sealed, chunks: done.chunks, sealKey: keys.seal, idKey: keys.id };
    const { plain, chunks } = await pool.open(task, bulk);
    const parts = chunks.map((chunk) => new Uint8Array(plain, chunk.start, chunk.bytes));
    expect(Buffer.concat(parts).equals(content)).toBe(true);
  });

  it.skipIf(isSkipped)('names the chunk when a byte of its sealed form is wrong', async () => {
    const pool = open();
    const { sealed: bytes, chunks } = await sealed(pool);
    const victim = chunks[1] ?? chunks[0];
    if (victim === undefined) throw new Error('the content has chunks');
    const view = new Uint8Array(bytes);
    view[victim.start + 20] = (view[victim.start + 20] ?? 0) ^ 1;
    const task = { buffer: bytes, chunks, sealKey: keys.seal, idKey: keys.id };
    const words = expect.stringContaining(victim.id.slice(0, 8)) as string;
    await expect(pool.open(task, bulk)).rejects.toMatchObject({ code: 'pack-damaged', message: words });
  });

  it.skipIf(isSkipped)(
    'encodes a blob, tells genuine slivers from others, and decodes from the last of either kind',
    async () => {
      const pool = open();
      const { blob, form, metadata, check } = await encoded(pool);
      for (const axis of ['primary', 'secondary'] as const) {
        const expected = sliverHashIn(metadata, axis, 12);
        const genuine = await pool.verifySliver(shards, check(axis, 12), expected, bulk);
        expect(genuine.isGenuine, axis).toBe(true);
        expect((await pool.verifySliver(shards, check(axis, 11), expected, bulk)).isGenuine, axis).toBe(false);
        const needed = axis === 'primary' ? form.code.rows : form.code.columns;
        const last = Array.from({ length: needed }, (__, i) => check(axis, shards - 1 - i));
        const room = new SharedArrayBuffer(paddedBlobBytes(form.code, blob.length));
        await pool.rebuildRows({ shards, metadata, blob: room, present: [], slivers: last }, bulk);
        expect(Buffer.from(room, 0, blob.length).equals(blob), axis).toBe(true);
      }
    },
  );

  it.skipIf(isSkipped)('does not take slivers for a blob that they do not make', async () => {
    const pool = open();
    const { form, metadata, check } = await encoded(pool);
    const slivers = Array.from({ length: form.code.rows }, (__, i) => check('primary', i));
    const first = slivers[0]?.data;
    if (first) first[0] = (first[0] ?? 0) ^ 1;
    const room = new SharedArrayBuffer(paddedBlobBytes(form.code, form.unencodedBytes));
    const task = { shards, metadata, blob: room, present: [], slivers };
    await expect(pool.rebuildRows(task, bulk)).rejects.toMatchObject({ code: 'blob-inconsistent' });
  });

  it.skipIf(isSkipped)('does no work that was cancelled before it began', async () => {
    const pool = open();
    const cancelled = { urgency: 'bulk', signal: AbortSignal.abort() } as const;
    const task = {
      buffer: content.slice().buffer,
      runs: [],
      limits: usualChunkLimits,
      gearKey: keys.gear,
      idKey: keys.id,
    };
    await expect(pool.chunk(task, cancelled)).rejects.toThrow();
    await expect(pool.encode(shards, 10, async () => undefined, cancelled)).rejects.toThrow();
  });
});
