/**
 * The transfer of a shard from its owner of the last epoch (walrus-protocol sections 2.3, 3.5 and 4.1): a signed request for the slivers of
 * one shard and axis from one blob id on, and the answer, ascending by blob id.
 */
import { concatBytes } from '../../app/domain/bytes.ts';
import type { Axis } from '../rs2.ts';
import { parseWhole, refusedBody, u16Of, u32Of, ulebOf } from './reader.ts';

export interface SyncShardRequest {
  /** Of the asker; also inside the body. */
  readonly epoch: number;
  readonly shard: number;
  readonly axis: Axis;
  /** 32 bytes, inclusive. */
  readonly startingBlobId: Uint8Array;
  readonly sliverCount: number;
}

export interface SyncedSliver {
  /** 32 bytes. */
  readonly blobId: Uint8Array;
  readonly axis: Axis;
  readonly data: Uint8Array;
  readonly symbolBytes: number;
  readonly index: number;
}

const syncShardType = 3;
const version = 0;
const applicationId = 3;
const signatureBytes = 96;
const axes: readonly Axis[] = ['primary', 'secondary'];

function u64Of(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

/** The message that the asker signs. */
export function syncShardMessage({ epoch, shard, axis, startingBlobId, sliverCount }: SyncShardRequest) {
  return concatBytes(
    Uint8Array.of(syncShardType, version, applicationId),
    u32Of(epoch),
    Uint8Array.of(0),
    u16Of(shard),
    Uint8Array.of(axes.indexOf(axis)),
    startingBlobId,
    u64Of(sliverCount),
    u32Of(epoch),
  );
}

export function parseSyncShardMessage(bytes: Uint8Array): SyncShardRequest {
  return parseWhole(bytes, (reader) => {
    const isSync = reader.u8() === syncShardType && reader.u8() === version && reader.u8() === applicationId;
    if (!isSync) throw refusedBody('That is not a request for a shard.');
    const epoch = reader.u32();
    if (reader.uleb() !== 0) throw refusedBody('A request for a shard of an unknown form.');
    const shard = reader.u16();
    const axis = axes[reader.uleb()];
    if (axis === undefined) throw refusedBody('The body names an unknown axis.');
    const startingBlobId = new Uint8Array(reader.bytes(32));
    const sliverCount = reader.u64();
    if (reader.u32() !== epoch) throw refusedBody('A request for a shard names two epochs.');
    return { epoch, shard, axis, startingBlobId, sliverCount };
  });
}

/** SignedMessage: the message with its length, and the signature without. */
export function encodeSignedMessage(message: Uint8Array, signature: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(ulebOf(message.length), message, signature);
}

export function parseSignedMessage(bytes: Uint8Array): {
  readonly message: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
} {
  return parseWhole(bytes, (reader) => ({
    message: new Uint8Array(reader.bytes(reader.uleb())),
    signature: new Uint8Array(reader.bytes(signatureBytes)),
  }));
}

/** The answer out of slivers in their BCS form (SliverData). */
export function encodeSyncedSlivers(
  axis: Axis,
  slivers: readonly { readonly blobId: Uint8Array; readonly body: Uint8Array }[],
): Uint8Array<ArrayBuffer> {
  const tag = Uint8Array.of(axes.indexOf(axis));
  return concatBytes(
    Uint8Array.of(0),
    ulebOf(slivers.length),
    ...slivers.flatMap(({ blobId, body }) => [blobId, tag, body]),
  );
}

/** `data` is a view of the body. */
export function parseSyncedSlivers(bytes: Uint8Array): readonly SyncedSliver[] {
  return parseWhole(bytes, (reader) => {
    if (reader.uleb() !== 0) throw refusedBody('An answer of an unknown form.');
    return reader.list(32 + 1 + 1 + 2 + 2, () => {
      const blobId = new Uint8Array(reader.bytes(32));
      const axis = axes[reader.uleb()];
      if (axis === undefined) throw refusedBody('The body names an unknown axis.');
      return { blobId, axis, data: reader.bytes(reader.uleb()), symbolBytes: reader.u16(), index: reader.u16() };
    });
  });
}
