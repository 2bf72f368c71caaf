import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../adapters/crypto/crypto.ts';
import { toHex } from '../../domain/bytes.ts';
import { parseSpaceId } from '../../domain/ids.ts';
import type { ChunkKind } from '../../domain/space.ts';
import { frameBytes, parseIndex, parseTrailer, trailerBytes } from '../../formats/pack.ts';
import type { NewPack } from '../../ports/catalog.ts';
import type { SealedChunk } from '../../ports/pool.ts';
import { openMemorySpool } from '../../../test/world/memory-spool.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import { startPacker } from './pack.ts';

const packBytes = 10_000;
const key = new Uint8Array(32).fill(3);

function openRoom(seed: number) {
  const dice = seededDice(seed);
  const spool = openMemorySpool();
  const id = parseSpaceId(dice.bytes(16));
  const full: NewPack[] = [];
  const packer = startPacker(
    { space: { num: 4, id }, indexKey: key, round: 9, packBytes, onPack: async (pack) => void full.push(pack) },
    { spool, crypto: nodeCrypto, dice },
  );
  /** Plaintext stands for sealed bytes here: the packer never looks inside. */
  const written = new Map<string, Uint8Array>();
  const add = async (sizes: readonly number[], kind: ChunkKind = 'file', gap = 0): Promise<void> => {
    const parts = sizes.map((size) => dice.bytes(size));
    const sealed = Buffer.concat([Buffer.alloc(gap), ...parts]);
    let start = gap;
    const chunks = parts.map((part): SealedChunk => {
      const chunk = { id: toHex(dice.bytes(32)), start, bytes: part.length, plainBytes: part.length + 1 };
      written.set(chunk.id, part);
      start += part.length;
      return chunk;
    });
    await packer.add(Uint8Array.from(sealed).buffer, chunks, kind);
  };
  /** Everything as a stranger with the key would read it from the stored pack. */
  const check = (pack: NewPack): void => {
    const stored = spool.packs.get(pack.name) ?? new Uint8Array();
    expect(stored).toHaveLength(pack.bytes);
    const index = parseTrailer(nodeCrypto, key, id, stored.subarray(-trailerBytes), stored.length);
    if (index === undefined) throw new Error('the trailer does not open');
    const sealedIndex = stored.subarray(index.start, index.start + index.bytes);
    expect(parseIndex(nodeCrypto, key, id, sealedIndex, index.start)).toEqual(pack.chunks);
    for (const place of pack.chunks)
      expect(toHex(stored.subarray(place.start, place.start + place.bytes))).toBe(
        toHex(written.get(place.id) ?? new Uint8Array()),
      );
  };
  return { packer, spool, full, add, check, written };
}

describe('a packer', () => {
  it('keeps chunks in their order and ends the pack with its own index', async () => {
    const { packer, add, check, spool, written } = openRoom(1);
    await add([100, 200], 'file', 17);
    await add([300], 'tree');
    expect(packer.lastPlace()).toMatchObject({ kind: 'tree', start: 300, bytes: 300, plainBytes: 301 });
    expect(await spool.names(), 'nothing is there before it is whole').toEqual([]);
    const pack = await packer.finish();
    if (pack === undefined) throw new Error('no pack');
    expect(pack).toMatchObject({ space: 4, round: 9 });
    expect(pack.chunks.map(({ id }) => id)).toEqual([...written.keys()]);
    check(pack);
  });

  it('fills a pack to the last byte that its frame leaves, and not further', async () => {
    const room = openRoom(2);
    const most = packBytes - frameBytes(2);
    await room.add([1000, most - 1000]);
    expect(room.full).toHaveLength(0);
    const pack = await room.packer.finish();
    expect(pack?.bytes).toBe(packBytes);
    const over = openRoom(3);
    await over.add([1000, most - 999]);
    expect(over.full.map(({ chunks }) => chunks.length)).toEqual([1]);
    for (const one of over.full) over.check(one);
  });

  it('edge 41: spreads a run of chunks over as many packs as it needs and loses none', async () => {
    const room = openRoom(4);
    await room.add(Array.from({ length: 60 }, (_, i) => 400 + ((i * 37) % 900)));
    const last = await room.packer.finish();
    const packs = [...room.full, ...(last ? [last] : [])];
    expect(packs.length).toBeGreaterThan(4);
    for (const pack of packs) {
      expect(pack.bytes).toBeLessThanOrEqual(packBytes);
      room.check(pack);
    }
    expect(packs.flatMap(({ chunks }) => chunks.map(({ id }) => id))).toEqual([...room.written.keys()]);
    expect(new Set(packs.map(({ name }) => name)).size).toBe(packs.length);
  });

  it('makes no pack of nothing, and leaves nothing behind when it is abandoned', async () => {
    const { packer, add, spool } = openRoom(5);
    expect(await packer.finish()).toBeUndefined();
    await add([500]);
    await packer.abandon();
    expect(packer.lastPlace()).toBeUndefined();
    expect(await packer.finish()).toBeUndefined();
    expect(await spool.names()).toEqual([]);
  });

  it('starts a pack of its own for each round of chunks after it was finished', async () => {
    const room = openRoom(6);
    await room.add([500]);
    const first = await room.packer.finish();
    await room.add([500]);
    const second = await room.packer.finish();
    expect(first?.name).not.toBe(second?.name);
    expect(second?.chunks[0]?.start).toBe(0);
  });
});
