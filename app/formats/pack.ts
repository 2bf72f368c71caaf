/**
 * A pack's frame around its sealed chunks (docs/formats/pack.md): chunks, sealed index, random padding, sealed trailer of 64 bytes at the very
 * end. Without the space's key a pack is random bytes of a stepped size; with it, it explains itself.
 */
import { concatBytes } from '../domain/bytes.ts';
import { Fault } from '../domain/fault.ts';
import { idToBytes, parseChunkId, type SpaceId } from '../domain/ids.ts';
import { symbolBytesMax, type RedStuff } from '../domain/redstuff.ts';
import type { ChunkKind, ChunkPlace } from '../domain/space.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Dice } from '../domain/clock.ts';
import { ByteReader, ByteWriter } from './byte-reader.ts';

const packVersion = 1;
const boxBytes = 12 + 16;
const entryBytes = 1 + 32 + 4 + 4 + 4;
const indexHeadBytes = 1 + 4;
const trailerPlainBytes = 36;
export const trailerBytes = trailerPlainBytes + boxBytes;
const kinds: readonly ChunkKind[] = ['file', 'tree', 'snapshot'];

const text = new TextEncoder();
const indexLabel = (space: SpaceId): Uint8Array => concatBytes(text.encode('floe pack index v1'), idToBytes(space));
const trailerLabel = (space: SpaceId): Uint8Array => concatBytes(text.encode('floe pack trailer v1'), idToBytes(space));

/** Bytes of the frame for a number of chunks, without padding. */
export function frameBytes(chunks: number): number {
  return indexHeadBytes + chunks * entryBytes + boxBytes + trailerBytes;
}

/**
 * Size that a pack is padded to: a multiple of 1/16 of its power of two and of 64 KiB, never above `max`. Hides the exact size for at most 6 %.
 */
export function paddedPackBytes(bytes: number, max: number): number {
  const step = Math.max(64 * 1024, 2 ** (Math.floor(Math.log2(Math.max(bytes, 2))) - 4));
  return Math.min(Math.max(Math.ceil(bytes / step) * step, bytes), Math.max(max, bytes));
}

/**
 * The size of a full pack: the largest blob at most `limit` whose symbols fill BLAKE2b blocks, i.e. rows x columns x (128 k - 2) bytes, because a
 * leaf hashes one prefix byte and the symbol (56.59 MB at 1,000 shards for a limit of 64 MiB).
 */
export function fullPackBytes(code: RedStuff, limit: number): number {
  const cell = code.rows * code.columns;
  const most = Math.min(symbolBytesMax, Math.floor(limit / cell));
  const blocks = Math.floor((most + 2) / 128);
  return blocks > 0 ? cell * (128 * blocks - 2) : cell * Math.max(2, most - (most % 2));
}

/** Everything of a pack that follows its chunks: index, padding, trailer. `chunkBytes` is where the chunks end. */
export function packTail(
  crypto: Crypto,
  dice: Dice,
  key: Uint8Array,
  space: SpaceId,
  chunks: readonly ChunkPlace[],
  chunkBytes: number,
  max: number,
): Uint8Array<ArrayBuffer> {
  const plain = new ByteWriter().u8(packVersion).u32(chunks.length);
  for (const chunk of chunks) {
    plain.u8(kinds.indexOf(chunk.kind)).bytes(idToBytes(chunk.id));
    plain.u32(chunk.start).u32(chunk.bytes).u32(chunk.plainBytes);
  }
  const index = crypto.seal(key, dice.bytes(12), indexLabel(space), plain.done());
  const size = paddedPackBytes(chunkBytes + index.length + trailerBytes, max);
  const about = new ByteWriter().u16(packVersion).u64(chunkBytes).u32(index.length).done();
  const padded = new Uint8Array(trailerPlainBytes);
  padded.set(about);
  const trailer = crypto.seal(key, dice.bytes(12), trailerLabel(space), padded);
  return concatBytes(index, dice.bytes(size - chunkBytes - index.length - trailerBytes), trailer);
}

/** Where a pack's index lies. Undefined when the trailer does not open: not a pack of this space. */
export function parseTrailer(
  crypto: Crypto,
  key: Uint8Array,
  space: SpaceId,
  trailer: Uint8Array,
  packBytes: number,
): { readonly start: number; readonly bytes: number } | undefined {
  const plain = crypto.open(key, trailerLabel(space), trailer);
  if (!plain) return undefined;
  const from = new ByteReader(plain, 'pack trailer');
  const version = from.u16();
  if (version !== packVersion) from.refuse(`its version ${version} is newer than this Floe`);
  const start = from.u64();
  const bytes = from.u32();
  if (start + bytes + trailerBytes > packBytes) from.refuse('it points outside of its pack');
  return { start, bytes };
}

/** The places of a pack's chunks; `chunkBytes` bounds them. */
export function parseIndex(
  crypto: Crypto,
  key: Uint8Array,
  space: SpaceId,
  sealed: Uint8Array,
  chunkBytes: number,
): readonly ChunkPlace[] {
  const plain = crypto.open(key, indexLabel(space), sealed);
  if (!plain) throw new Fault('pack-damaged', 'never', 'The index of a pack was changed or belongs to another space.');
  const from = new ByteReader(plain, 'pack index');
  const version = from.u8();
  if (version !== packVersion) from.refuse(`its version ${version} is newer than this Floe`);
  const count = from.u32();
  if (count * entryBytes !== from.left) from.refuse('its length is wrong');
  return Array.from({ length: count }, () => {
    const kind = kinds[from.u8()] ?? from.refuse('it holds an unknown kind of chunk');
    const place = {
      kind,
      id: parseChunkId(from.bytes(32)),
      start: from.u32(),
      bytes: from.u32(),
      plainBytes: from.u32(),
    };
    if (place.start + place.bytes > chunkBytes) from.refuse('a chunk lies outside of its pack');
    return place;
  });
}
