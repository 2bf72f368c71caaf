/**
 * The messages that storage nodes sign (walrus-protocol section 4.1): type, version 0, application 3, epoch, body. A parser accepts
 * exactly the bytes that the builder makes, because the chain compares them byte by byte.
 */
import { concatBytes } from '../../app/domain/bytes.ts';
import { parseWhole, refusedBody, u32Of } from './reader.ts';

/** Whether a blob may be deleted before it ends, and if so by which object. */
export type Persistence =
  { readonly kind: 'permanent' } | { readonly kind: 'deletable'; /** 32 bytes. */ readonly objectId: Uint8Array };

export interface ConfirmationMessage {
  readonly epoch: number;
  /** 32 bytes. */
  readonly blobId: Uint8Array;
  readonly persistence: Persistence;
}

const confirmationType = 1;
const invalidBlobType = 2;
const version = 0;
const applicationId = 3;
const idBytes = 32;

function header(type: number, epoch: number): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.of(type, version, applicationId), u32Of(epoch));
}

/** A node's word that it stores all slivers of its shards: 40 bytes, or 72 for a deletable blob. */
export function confirmationMessage({ epoch, blobId, persistence }: ConfirmationMessage): Uint8Array<ArrayBuffer> {
  const start = concatBytes(header(confirmationType, epoch), blobId);
  return persistence.kind === 'permanent'
    ? concatBytes(start, Uint8Array.of(0))
    : concatBytes(start, Uint8Array.of(1), persistence.objectId);
}

/** A node's word that a blob was encoded wrongly: 39 bytes. */
export function invalidBlobMessage(epoch: number, blobId: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(header(invalidBlobType, epoch), blobId);
}

export function parseConfirmationMessage(bytes: Uint8Array): ConfirmationMessage {
  return parseWhole(bytes, (reader) => {
    const isConfirmation = reader.u8() === confirmationType && reader.u8() === version && reader.u8() === applicationId;
    if (!isConfirmation) throw refusedBody('That is not a storage confirmation.');
    const epoch = reader.u32();
    const blobId = new Uint8Array(reader.bytes(idBytes));
    const tag = reader.u8();
    if (tag > 1) throw refusedBody('A confirmation of an unknown kind.');
    const persistence: Persistence =
      tag === 0 ? { kind: 'permanent' } : { kind: 'deletable', objectId: new Uint8Array(reader.bytes(idBytes)) };
    return { epoch, blobId, persistence };
  });
}
