/**
 * Seals chunks: compress what compresses, then AES-256-GCM under the chunk's own key (docs/formats/chunk.md). All sealed forms go into one
 * buffer sized for the worst case, which is then moved out as it is.
 */
import { createCipheriv } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sealOverheadBytes } from '../../app/domain/chunk.ts';
import { chunkKey, hmacKey, idBytes, idToBytes } from './chunk-keys.ts';
import { compressed, looksCompressible } from './compression.ts';
import type { FoundChunk } from './chunk.ts';
import type { Sealing } from '../codec/codec.ts';
import type { IsCancelled } from '../rs2.ts';
import { claimBuffer, copied, movable } from './moved-bytes.ts';
import {
  chunkPlainBytesMax,
  cipherName,
  codecRaw,
  codecZstd,
  fillAad,
  headBytes,
  nonceBytes,
  runCipher,
  tagBytes,
} from './sealed-form.ts';
import { badInput, checkSpan, stopIfCancelled, type Task } from './task.ts';

export interface SealInput {
  readonly buffer: ArrayBufferLike;
  readonly chunks: readonly FoundChunk[];
  readonly sealKey: Uint8Array;
  /** 12 fresh random bytes for each chunk. */
  readonly nonces: Uint8Array;
  /** zstd's levels 1 to 19; 0 leaves everything as it is. */
  readonly compressLevel: number;
  /** `sealed` is this buffer if it is large enough for the worst case. */
  readonly room?: ArrayBufferLike;
}

export interface SealedChunk {
  readonly id: string;
  readonly start: number;
  readonly bytes: number;
  readonly plainBytes: number;
}

export interface SealOutput {
  readonly buffer: ArrayBufferLike;
  readonly sealed: ArrayBufferLike;
  readonly chunks: readonly SealedChunk[];
}

const compressLevelMax = 19;
const aad = new Uint8Array(1 + idBytes);

function check({ buffer, chunks, nonces, compressLevel }: SealInput): void {
  if (nonces.length !== nonceBytes * chunks.length) throw badInput('There is not one nonce for each chunk.');
  if (!Number.isInteger(compressLevel) || compressLevel < 0 || compressLevel > compressLevelMax) {
    throw badInput('That is not a compression level.');
  }
  for (const chunk of chunks) {
    checkSpan(chunk, buffer.byteLength, 'A chunk');
    if (chunk.bytes > chunkPlainBytesMax) throw badInput('A chunk is larger than a chunk may be.');
  }
}

/** Bytes that sealing can come to at most: nothing compresses. */
function sealedBytesMax(chunks: readonly FoundChunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.bytes + sealOverheadBytes, 0);
}

/** Writes one sealed form at `at` and returns its length. */
function sealOne(
  plain: Uint8Array,
  id: Uint8Array,
  key: KeyObject,
  nonce: Uint8Array,
  level: number,
  out: Uint8Array,
  at: number,
): number {
  const frame = level > 0 && looksCompressible(plain) ? compressed(plain, level) : undefined;
  const body = frame ?? plain;
  const codec = frame === undefined ? codecRaw : codecZstd;
  const cipher = createCipheriv(cipherName, chunkKey(key, id), nonce, { authTagLength: tagBytes });
  cipher.setAAD(fillAad(aad, codec, id));
  out[at] = codec;
  out.set(nonce, at + 1);
  runCipher(cipher, body, out, at + headBytes);
  cipher.final();
  out.set(cipher.getAuthTag(), at + headBytes + body.length);
  return headBytes + body.length + tagBytes;
}

function sealedBy(native: Sealing, input: SealInput, out: Uint8Array, isCancelled: IsCancelled): SealedChunk[] {
  const { buffer, chunks, sealKey, nonces, compressLevel } = input;
  const ids = new Uint8Array(idBytes * chunks.length);
  const spans = new Uint32Array(2 * chunks.length);
  for (const [i, { id, start, bytes }] of chunks.entries()) {
    ids.set(idToBytes(id), idBytes * i);
    spans.set([start, bytes], 2 * i);
  }
  const secrets = { ids, sealKey, nonces };
  const lengths = native.seal(new Uint8Array(buffer), spans, secrets, compressLevel, out, isCancelled);
  let at = 0;
  return chunks.map(({ id, bytes: plainBytes }, i) => {
    const bytes = lengths[i] ?? 0;
    at += bytes;
    return { id, start: at - bytes, bytes, plainBytes };
  });
}

export const sealTask: Task<SealInput, SealOutput> = {
  run(input, { isCancelled, sealing }) {
    check(input);
    const { buffer, chunks, nonces, compressLevel, room } = input;
    const key = hmacKey(input.sealKey, 'The seal key');
    const bytesMax = sealedBytesMax(chunks);
    const sealed = room !== undefined && room.byteLength >= bytesMax ? room : new ArrayBuffer(bytesMax);
    const out = new Uint8Array(sealed);
    const native = sealing();
    if (native) return { buffer, sealed, chunks: sealedBy(native, input, out, isCancelled) };
    let at = 0;
    const done = chunks.map(({ id, start, bytes }, i) => {
      stopIfCancelled(isCancelled);
      const plain = new Uint8Array(buffer, start, bytes);
      const nonce = nonces.subarray(nonceBytes * i, nonceBytes * (i + 1));
      const sealedBytes = sealOne(plain, idToBytes(id), key, nonce, compressLevel, out, at);
      at += sealedBytes;
      return { id, start: at - sealedBytes, bytes: sealedBytes, plainBytes: bytes };
    });
    return { buffer, sealed, chunks: done };
  },
  claim: (input) => ({
    ...input,
    buffer: claimBuffer(input.buffer),
    sealKey: copied(input.sealKey),
    nonces: copied(input.nonces),
    ...(input.room === undefined ? {} : { room: claimBuffer(input.room) }),
  }),
  inputBuffers: ({ buffer, room }) => (room === undefined ? movable(buffer) : movable(buffer, room)),
  outputBuffers: ({ buffer, sealed }) => movable(buffer, sealed),
  peakBytes: ({ buffer, chunks }) => buffer.byteLength + sealedBytesMax(chunks),
};
