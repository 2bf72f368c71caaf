import { describe, expect, it } from 'vitest';
import { parseBlobId } from '../../domain/blob-id.ts';
import { concatBytes, toHex } from '../../domain/bytes.ts';
import { parseChunkId, type ChunkId } from '../../domain/ids.ts';
import type { ChunkPlace, Content } from '../../domain/space.ts';
import { chunkListToBytes, contentDepthMax } from '../../formats/listing.ts';
import type { ChunkLocation } from '../../ports/catalog.ts';
import { nodeCrypto } from '../../adapters/crypto/crypto.ts';
import { spaceKeys } from '../../formats/space-keys.ts';
import { openInlinePool } from '../../../test/world/inline-pool.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import { openChunkReader, type ByteRange, type ContentPorts } from './content.ts';

const never = new AbortController().signal;
const dice = seededDice(62);
const pool = openInlinePool();
const keys = spaceKeys(nodeCrypto, dice.bytes(32));
const blobA = parseBlobId(dice.bytes(32));
const blobB = parseBlobId(dice.bytes(32));

/** Two packs of real sealed chunks, and every range that is asked of them. */
async function openRoom() {
  const packs = new Map<string, Uint8Array>();
  const locations = new Map<ChunkId, ChunkLocation>();
  const asked: (ByteRange & { blob: string })[] = [];
  const seal = async (blob: typeof blobA, plains: readonly Uint8Array[], gapBytes = 0): Promise<ChunkId[]> => {
    let pack: Uint8Array = packs.get(blob) ?? new Uint8Array();
    const list: ChunkId[] = [];
    for (const plain of plains) {
      const id = parseChunkId(nodeCrypto.hmac(keys.chunkId, plain));
      const { sealed, chunks } = await pool.seal(
        {
          buffer: plain.slice().buffer,
          chunks: [{ id, start: 0, bytes: plain.length }],
          sealKey: keys.seal,
          nonces: dice.bytes(12),
          compressLevel: 0,
        },
        { urgency: 'bulk', signal: never },
      );
      const start = pack.length + gapBytes;
      const bytes = chunks[0]?.bytes ?? 0;
      pack = concatBytes(pack, new Uint8Array(gapBytes), new Uint8Array(sealed, 0, bytes));
      locations.set(id, {
        id,
        kind: 'file',
        start,
        bytes,
        plainBytes: plain.length,
        pack: 1,
        blobId: blob,
        packBytes: pack.length,
        packState: 'live',
        packName: '',
      });
      list.push(id);
    }
    packs.set(blob, pack);
    return list;
  };
  const catalog = { chunkLocations: async (ids: readonly ChunkId[]) => ids.map((id) => locations.get(id)) };
  const blobs: ContentPorts['blobs'] = {
    willRead: () => {},
    withRanges: async (blob, bytes, ranges, signal, use) => use(await blobs.readRanges(blob, bytes, ranges, signal)),
    async readRanges(blob, _bytes, ranges) {
      asked.push(...ranges.map((range) => ({ ...range, blob })));
      return ranges.map(({ start, end }) => (packs.get(blob) ?? new Uint8Array()).slice(start, end));
    },
  };
  // Only the one question is asked of the catalog here.
  const reader = openChunkReader(keys, { blobs, catalog: catalog as unknown as ContentPorts['catalog'], pool });
  return { reader, seal, packs, asked, locations };
}

const textOf = (chunk: Uint8Array | undefined): string => Buffer.from(chunk ?? []).toString();
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('chunks', () => {
  it('that lie together are read in one range, each once, whatever the order in which they are asked for', async () => {
    const { reader, seal, asked } = await openRoom();
    const [a, b, c] = await seal(blobA, [text('one'), text('two'), text('three')]);
    const [d] = await seal(blobB, [text('four')]);
    const ids = [c, a, b, d, a].flatMap((id) => id ?? []);
    const found = await reader.chunks(ids, never);
    expect(ids.map((id) => textOf(found.get(id)))).toEqual(['three', 'one', 'two', 'four', 'one']);
    expect(asked.map(({ blob }) => blob).toSorted()).toEqual([blobA, blobB].toSorted());
    expect(reader.fetchedBytes).toBeGreaterThan(0);
  });

  it('that lie far apart are read without what is between them', async () => {
    const { reader, seal, asked } = await openRoom();
    const ids = await seal(blobA, [text('one'), text('two')], 200 * 1024);
    const found = await reader.chunks(ids, never);
    expect(ids.map((id) => textOf(found.get(id)))).toEqual(['one', 'two']);
    expect(asked).toHaveLength(2);
    expect(reader.fetchedBytes).toBeLessThan(1000);
  });

  it('that no pack is known to hold are a fault, and so is a chunk whose bytes were changed', async () => {
    const { reader, seal, packs } = await openRoom();
    const unknown = parseChunkId(dice.bytes(32));
    await expect(reader.chunks([unknown], never)).rejects.toMatchObject({ code: 'blob-unavailable' });
    const ids = await seal(blobA, [text('one')]);
    const pack = packs.get(blobA);
    if (pack) pack[20] = (pack[20] ?? 0) ^ 1;
    await expect(reader.chunks(ids, never)).rejects.toMatchObject({ code: 'pack-damaged' });
  });

  it('can be had from a place alone, without the catalog', async () => {
    const { reader, seal, locations, packs } = await openRoom();
    const [id] = await seal(blobA, [text('before'), text('snapshot')]).then((ids) => ids.slice(1));
    const place = id === undefined ? undefined : locations.get(id);
    if (place === undefined) throw new Error('no place');
    locations.clear();
    const found = await reader.at(blobA, packs.get(blobA)?.length ?? 0, place satisfies ChunkPlace, never);
    expect(textOf(found)).toBe('snapshot');
  });
});

describe('nested content', () => {
  it('is flattened to the chunks of the content itself', async () => {
    const { reader, seal } = await openRoom();
    const leaves = await seal(blobA, [text('one '), text('two '), text('three')]);
    const lists = await seal(blobA, [chunkListToBytes(leaves.slice(0, 2)), chunkListToBytes(leaves.slice(2))]);
    const content: Content = { depth: 1, chunks: lists };
    expect(await reader.flatten(content, never)).toEqual(leaves);
    expect(textOf(await reader.bytes(content, 100, never))).toBe('one two three');
    const above = await seal(blobA, [chunkListToBytes(lists)]);
    expect(await reader.flatten({ depth: 2, chunks: above }, never)).toEqual(leaves);
  });

  it('that is deeper, longer or other than it may be is refused', async () => {
    const { reader, seal } = await openRoom();
    const leaves = await seal(blobA, [text('a leaf, and no list of ids')]);
    const damaged = { code: 'pack-damaged' };
    await expect(reader.flatten({ depth: contentDepthMax + 1, chunks: leaves }, never)).rejects.toMatchObject(damaged);
    await expect(reader.flatten({ depth: 1, chunks: leaves }, never)).rejects.toMatchObject({ name: 'Fault' });
    await expect(reader.bytes({ depth: 0, chunks: leaves }, 5, never)).rejects.toMatchObject(damaged);
  });

  it('without chunks is empty', async () => {
    const { reader } = await openRoom();
    expect(await reader.bytes({ depth: 0, chunks: [] }, 0, never)).toHaveLength(0);
  });
});

// The ids above are as the pool names chunks: otherwise opening would refuse every one of them.
it('names chunks as the pool does', async () => {
  const plain = text('the same');
  const named = await pool.chunk(
    {
      buffer: plain.slice().buffer,
      runs: [{ start: 0, bytes: plain.length, isLast: true }],
      limits: { min: 64, normal: 128, max: 256 },
      gearKey: keys.gear,
      idKey: keys.chunkId,
    },
    { urgency: 'bulk', signal: never },
  );
  expect(named.runs[0]?.[0]?.id).toBe(toHex(nodeCrypto.hmac(keys.chunkId, plain)));
});
