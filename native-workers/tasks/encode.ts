/**
 * Encodes a blob: metadata and all slivers that are not the blob itself. The blob comes back padded with zeros to full rows
 * (`paddedBlobBytes`); it is the same memory if the caller's buffer was large enough, and one copy otherwise.
 */
import type { BlobMetadata } from '../../app/domain/encoding.ts';
import { sliverLayout } from '../sliver-layout.ts';
import { claimBuffer } from './moved-bytes.ts';
import { checkedCode, paddedBlobBytes } from './padded-blob.ts';
import { badInput, type Task } from './task.ts';

export interface EncodeInput {
  readonly shards: number;
  readonly blob: ArrayBuffer;
  /** This many bytes of `blob` count. */
  readonly blobBytes: number;
}

export interface EncodeOutput {
  readonly blob: ArrayBuffer;
  readonly slivers: ArrayBuffer;
  readonly metadata: BlobMetadata;
}

function padded(blob: ArrayBuffer, blobBytes: number, wanted: number): ArrayBuffer {
  if (blob.byteLength >= wanted) {
    new Uint8Array(blob, blobBytes, wanted - blobBytes).fill(0);
    return blob;
  }
  const rows = new ArrayBuffer(wanted);
  new Uint8Array(rows).set(new Uint8Array(blob, 0, blobBytes));
  return rows;
}

function encodePeakBytes({ shards, blob, blobBytes }: EncodeInput): number {
  const code = checkedCode(shards, blobBytes);
  const rows = paddedBlobBytes(shards, blobBytes);
  return sliverLayout(code, blobBytes, true).bytes + rows + (blob.byteLength < rows ? blob.byteLength : 0);
}

export const encodeTask: Task<EncodeInput, EncodeOutput> = {
  run({ shards, blob, blobBytes }, { rs2, isCancelled }) {
    const code = checkedCode(shards, blobBytes);
    if (blobBytes > blob.byteLength) throw badInput('The blob is longer than its buffer.');
    const rows = padded(blob, blobBytes, paddedBlobBytes(shards, blobBytes));
    const layout = sliverLayout(code, blobBytes, true);
    const slivers = new ArrayBuffer(layout.bytes);
    const source = new Uint8Array(rows, 0, blobBytes);
    const metadata = rs2().encode(shards, source, new Uint8Array(slivers), layout, isCancelled);
    return { blob: rows, slivers, metadata };
  },
  claim: (input) => ({ ...input, blob: claimBuffer(input.blob) }),
  inputBuffers: ({ blob }) => [blob],
  outputBuffers: ({ blob, slivers }) => [blob, slivers],
  peakBytes: encodePeakBytes,
};
