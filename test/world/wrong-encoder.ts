/**
 * A pool that encodes blobs wrongly, as a device that means harm or has bad memory would: one sliver is another than the blob's, and the metadata gives it
 * the hash that it has. Every sliver is then genuine by itself, nodes take all of them, and only together they contradict each other.
 */
import { redStuff, symbolBytes } from '../../app/domain/redstuff.ts';
import { sliverBodyBytes, sliverForm, sliverHead, sliverDataBytes } from '../../app/domain/sliver-form.ts';
import type { EncodeResult, Pool } from '../../app/ports/pool.ts';
import { blobIdOf, encodingTypeRs2, metadataRoot, portableRs2 } from '../../native-workers/portable/portable.ts';

export type WrongSliver = { readonly axis: 'primary' | 'secondary'; readonly index: number };

export interface WrongEncoder {
  readonly pool: (pool: Pool) => Pool;
  /** What it gets wrong; undefined: nothing. */
  wrong: WrongSliver | undefined;
}

export function openWrongEncoder(): WrongEncoder {
  const encoder: WrongEncoder = {
    wrong: undefined,
    pool: (pool) => ({
      ...pool,
      async encode(shards, blobBytes, fill, options) {
        const encoded = await pool.encode(shards, blobBytes, fill, options);
        return encoder.wrong === undefined ? encoded : spoil(encoded, shards, blobBytes, encoder.wrong);
      },
    }),
  };
  return encoder;
}

/** The first symbol of the sliver is another. Only rows of the blob and secondary slivers are spoilt. */
function spoil(encoded: EncodeResult, shards: number, blobBytes: number, { axis, index }: WrongSliver): EncodeResult {
  const form = sliverForm(shards, blobBytes);
  const bytes = sliverDataBytes(form, axis);
  const secondaries = (shards - form.code.rows) * sliverBodyBytes(form, 'primary');
  const at = secondaries + index * sliverBodyBytes(form, 'secondary') + sliverHead(bytes).length;
  const data =
    axis === 'primary'
      ? new Uint8Array(encoded.blob, index * bytes, bytes)
      : new Uint8Array(encoded.slivers, at, bytes);
  for (let i = 0; i < symbolBytes(form.code, blobBytes); i++) data[i] = (data[i] ?? 0) ^ 0x55;
  const hash = portableRs2.sliverHash(redStuff(shards), axis, data);
  const hashes = encoded.metadata.hashes.slice();
  hashes.set(hash, axis === 'primary' ? index * 64 : (shards - 1 - index) * 64 + 32);
  const rootHash = metadataRoot(hashes);
  const blobId = blobIdOf(encodingTypeRs2, blobBytes, rootHash);
  return { ...encoded, metadata: { blobId, rootHash, unencodedBytes: blobBytes, hashes } };
}
