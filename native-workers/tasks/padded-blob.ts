/**
 * The buffer in which a blob is encoded: its zero-padded rows, so that systematic primary slivers are views of it. Callers that allocate
 * `paddedBlobBytes` from the start save one copy of the blob.
 */
import { blobBytesMax, paddedBlobBytes as paddedBytes, redStuff, type RedStuff } from '../../app/domain/redstuff.ts';
import { Fault } from '../../app/domain/fault.ts';

/** Bytes of a blob padded to full rows: rows x columns x symbol bytes. */
export function paddedBlobBytes(shards: number, blobBytes: number): number {
  return paddedBytes(redStuff(shards), blobBytes);
}

/** Shards are a u16 in the protocol. */
const shardsMax = 65_535;

/** The code for some shards and a blob that they can hold; anything else is refused before memory is asked for. */
export function checkedCode(shards: number, blobBytes: number): RedStuff {
  if (!Number.isInteger(shards) || shards < 1 || shards > shardsMax) {
    throw new Fault('codec-refused', 'never', 'That is not a number of shards.');
  }
  const code = redStuff(shards);
  if (!Number.isSafeInteger(blobBytes) || blobBytes < 0 || blobBytes > blobBytesMax(code)) {
    throw new Fault('codec-refused', 'never', 'The blob is too large for this number of shards.');
  }
  return code;
}
