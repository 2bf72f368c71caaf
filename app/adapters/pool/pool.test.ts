import { afterAll, describe, expect, test } from 'vitest';
import { toBase64Url } from '../../domain/bytes.ts';
import { usualChunkLimits } from '../../domain/chunk.ts';
import { codecWords, openPool } from './pool.ts';

const pool = openPool({ threads: 1 });
afterAll(() => pool.close());

const options = { urgency: 'interactive', signal: new AbortController().signal } as const;
const key = (value: number): Uint8Array => new Uint8Array(32).fill(value);

describe('the pool', () => {
  test('carries a file from bytes to sealed chunks and back', async () => {
    const bytes = new Uint8Array(700_000).map((_, i) => (i * i) >> 7);
    const file = { buffer: bytes.slice().buffer, runs: [{ start: 0, bytes: bytes.length, isLast: true }] };
    const chunked = await pool.chunk({ ...file, limits: usualChunkLimits, gearKey: key(1), idKey: key(2) }, options);
    const chunks = chunked.runs[0] ?? [];
    const nonces = new Uint8Array(12 * chunks.length).fill(9);
    const sealing = { buffer: chunked.buffer, chunks, sealKey: key(3), nonces, compressLevel: 3 };
    const sealed = await pool.seal(sealing, options);
    const asked = { buffer: sealed.sealed, chunks: sealed.chunks, sealKey: key(3), idKey: key(2) };
    const opened = await pool.open(asked, options);
    expect(Buffer.compare(Buffer.from(opened.plain), bytes)).toBe(0);
    expect(opened.chunks.map(({ id }) => id)).toEqual(chunks.map(({ id }) => id));
  });

  test('carries a blob to slivers and back', async () => {
    const text = 'walrus blob id v1 regression test';
    const fill = async (blob: Uint8Array) => blob.set(Buffer.from(text));
    const encoded = await pool.encode(10, text.length, fill, options);
    expect(toBase64Url(encoded.metadata.blobId)).toBe('RcU82Mwf-CFkv1LaI_2qcpANwpGUuG3TMwnVzZxD2kY');
    expect(encoded.blob.byteLength).toBe(56);
    const row = 14;
    const slivers = [0, 1, 2, 3].map((index) => {
      const data = new Uint8Array(encoded.blob.slice(row * index, row * (index + 1)));
      return { axis: 'primary' as const, index, data };
    });
    const verified = await Promise.all(
      slivers.map((sliver) => {
        const at = 64 * sliver.index;
        return pool.verifySliver(10, sliver, encoded.metadata.hashes.slice(at, at + 32), options);
      }),
    );
    expect(verified.map(({ isGenuine }) => isGenuine)).toEqual([true, true, true, true]);
    const again = verified.map(({ data }, index) => ({ axis: 'primary' as const, index, data }));
    const blob = new SharedArrayBuffer(56);
    await pool.rebuildRows({ shards: 10, metadata: encoded.metadata, blob, present: [], slivers: again }, options);
    expect(Buffer.from(blob, 0, text.length).toString()).toBe(text);
  });

  test('refuses settings that make no sense', () => {
    for (const FLOE_WORKERS of ['0', 'many', '1.5', '65', '-1']) {
      expect(() => openPool({}, { FLOE_WORKERS })).toThrow(expect.objectContaining({ code: 'bad-input' }));
    }
    for (const FLOE_PACK_MIB of ['15', '65', 'small', '20.5']) {
      expect(() => openPool({}, { FLOE_PACK_MIB })).toThrow(expect.objectContaining({ code: 'bad-input' }));
    }
    expect(() => openPool({}, { FLOE_CODEC: 'quick' })).toThrow(expect.objectContaining({ code: 'bad-input' }));
    expect(() => codecWords({ FLOE_CODEC: 'quick' })).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });

  test('takes its codec from the environment and says which it is', async () => {
    const forced = openPool({}, { FLOE_CODEC: 'wasm', FLOE_WORKERS: '1' });
    expect(forced.codec).toBe('wasm');
    expect(forced.packBytesMax).toBe(16 * 1024 * 1024);
    await forced.close();
    const bounded = openPool({}, { FLOE_PACK_MIB: '16' });
    expect(bounded.packBytesMax).toBe(16 * 1024 * 1024);
    await bounded.close();
    expect(codecWords({}).length).toBeGreaterThan(5);
  });
});
