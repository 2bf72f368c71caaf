/**
 * Opens sealed chunks and believes nothing: lengths, codec byte, tag, frame and id are all checked, and a chunk that fails any of them is
 * a fault 'pack-damaged' that names it. No plaintext of a refused task leaves the worker.
 */
import { createDecipheriv } from 'node:crypto';
import { sealOverheadBytes } from '../../app/domain/chunk.ts';
import { Fault } from '../../app/domain/fault.ts';
import { chunkId, chunkKey, hmacKey, idBytes, idToBytes } from './chunk-keys.ts';
import type { FoundChunk } from './chunk.ts';
import { decompressed } from './compression.ts';
import { claimBuffer, copied, movable } from './moved-bytes.ts';
import type { SealedChunk } from './seal.ts';
import {
  chunkPlainBytesMax,
  cipherName,
  codecRaw,
  codecZstd,
  fillAad,
  headBytes,
  runCipher,
  tagBytes,
} from './sealed-form.ts';
import type { Sealing } from '../codec/codec.ts';
import { badInput, checkKey, checkSpan, stopIfCancelled, type Task } from './task.ts';

export interface OpenInput {
  /** Moved, unless it is shared: then it stays where it is. */
  readonly buffer: ArrayBufferLike;
  readonly chunks: readonly SealedChunk[];
  readonly sealKey: Uint8Array;
  readonly idKey: Uint8Array;
}

export interface OpenOutput {
  readonly buffer: ArrayBufferLike;
  readonly plain: ArrayBuffer;
  readonly chunks: readonly FoundChunk[];
}

/** Most plaintext of one task: a directory that claims more is not believed. */
const openBytesMax = 1024 * 1024 * 1024;
const aad = new Uint8Array(1 + idBytes);
/** Opened frames on their way to zstd; grows to the largest frame seen and stays. */
let frameScratch = new Uint8Array(64 * 1024);

function damaged(id: string, why: string, cause?: unknown): Fault {
  return new Fault('pack-damaged', 'never', `Chunk ${id} ${why}.`, cause);
}

function check({ buffer, chunks }: OpenInput): void {
  for (const chunk of chunks) {
    checkSpan(chunk, buffer.byteLength, 'A sealed chunk');
    const { id, bytes, plainBytes } = chunk;
    if (!Number.isSafeInteger(plainBytes) || plainBytes < 0 || plainBytes > chunkPlainBytesMax) {
      throw damaged(id, 'claims an impossible length');
    }
    if (bytes < sealOverheadBytes) throw damaged(id, 'is cut short');
  }
}

function plainSum(chunks: readonly SealedChunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.plainBytes, 0);
}

/** The body of a sealed form to where it belongs; throws when the tag is another. */
type Decipher = (chunk: SealedChunk, sealed: Uint8Array, body: Uint8Array) => void;

function changed(id: string, cause?: unknown): Fault {
  return damaged(id, 'was changed or sealed with another key', cause);
}

function nativeDecipher(native: Sealing, sealKey: Uint8Array): Decipher {
  return ({ id }, sealed, body) => {
    if (!native.open(sealed, idToBytes(id), sealKey, body)) throw changed(id);
  };
}

function portableDecipher(sealKey: Uint8Array): Decipher {
  const key = hmacKey(sealKey, 'The seal key');
  return (chunk, sealed, body) => {
    const id = idToBytes(chunk.id);
    const nonce = sealed.subarray(1, headBytes);
    const decipher = createDecipheriv(cipherName, chunkKey(key, id), nonce, { authTagLength: tagBytes });
    decipher.setAAD(fillAad(aad, sealed[0] ?? 255, id));
    decipher.setAuthTag(sealed.subarray(headBytes + body.length));
    runCipher(decipher, sealed.subarray(headBytes, headBytes + body.length), body, 0);
    try {
      decipher.final();
    } catch (error) {
      throw changed(chunk.id, error);
    }
  };
}

function openOne(chunk: SealedChunk, sealed: Uint8Array, decipher: Decipher, plain: Uint8Array): void {
  const codec = sealed[0] ?? 255;
  const bodyBytes = sealed.length - sealOverheadBytes;
  if (codec !== codecRaw && codec !== codecZstd)
    throw damaged(chunk.id, 'is in a form that this version does not know');
  if (codec === codecRaw && bodyBytes !== plain.length)
    throw damaged(chunk.id, 'does not have the length that it should have');
  if (codec === codecZstd && frameScratch.length < bodyBytes) frameScratch = new Uint8Array(bodyBytes);
  const body = codec === codecRaw ? plain : frameScratch.subarray(0, bodyBytes);
  decipher(chunk, sealed, body);
  if (codec === codecRaw) return;
  try {
    plain.set(decompressed(body, plain.length));
  } catch (error) {
    throw damaged(chunk.id, 'does not decompress to the length that it should have', error);
  }
}

/** What is shared is there anyway. */
const held = (buffer: ArrayBufferLike): number => (buffer instanceof ArrayBuffer ? buffer.byteLength : 0);

export const openTask: Task<OpenInput, OpenOutput> = {
  run(input, { isCancelled, sealing }) {
    check(input);
    const { buffer, chunks } = input;
    checkKey(input.sealKey, 'The seal key');
    const native = sealing();
    const decipher = native ? nativeDecipher(native, input.sealKey) : portableDecipher(input.sealKey);
    const idKey = hmacKey(input.idKey, 'The id key');
    const plainBytes = plainSum(chunks);
    if (plainBytes > openBytesMax) throw badInput('That is more than can be opened at once.');
    const plain = new ArrayBuffer(plainBytes);
    let at = 0;
    const done = chunks.map((chunk) => {
      stopIfCancelled(isCancelled);
      const { id, start, bytes } = chunk;
      const place = new Uint8Array(plain, at, chunk.plainBytes);
      openOne(chunk, new Uint8Array(buffer, start, bytes), decipher, place);
      if (chunkId(idKey, place) !== id) throw damaged(id, 'holds other bytes than its name says');
      at += chunk.plainBytes;
      return { id, start: at - chunk.plainBytes, bytes: chunk.plainBytes };
    });
    return { buffer, plain, chunks: done };
  },
  claim: (input) => ({
    ...input,
    buffer: claimBuffer(input.buffer),
    sealKey: copied(input.sealKey),
    idKey: copied(input.idKey),
  }),
  inputBuffers: ({ buffer }) => movable(buffer),
  outputBuffers: ({ buffer, plain }) => movable(buffer, plain),
  peakBytes: ({ buffer, chunks }) => held(buffer) + Math.min(openBytesMax, plainSum(chunks)),
};
