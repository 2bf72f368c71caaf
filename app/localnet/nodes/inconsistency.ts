/**
 * Proofs that a blob was encoded wrongly (endpoint 12). A node believes nothing of them: every symbol must stand in the metadata that it keeps itself, and
 * only when the sliver that they determine has another hash than the metadata says does it sign that the blob is invalid.
 */
import { blobIdToBytes, type BlobId } from '../../domain/blob-id.ts';
import type { BlobMetadata } from '../../domain/encoding.ts';
import { isComplete, parseInconsistencyProof } from '../../domain/recovery-symbols.ts';
import { symbolBytes } from '../../domain/redstuff.ts';
import { encodeSliver, invalidBlobMessage } from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import { bodyOf } from './accept.ts';
import { toBase64 } from './base64.ts';
import { signOnce } from './confirm.ts';
import { Refusal, successReply, textReply, type NodeReply, type NodeRequest } from './exchange.ts';
import { codeOf, sliverHashOf, sliverIndexOf, storedMetadata, type NodeState } from './node-state.ts';

export async function postInconsistencyProof(
  state: NodeState,
  request: NodeRequest,
  blobId: BlobId,
  axis: string,
): Promise<NodeReply> {
  if (axis !== 'primary' && axis !== 'secondary')
    return textReply(400, 'Invalid URL: Cannot parse `sliver_type`: invalid sliver type');
  const stored = storedMetadata(state, blobId);
  if (stored === undefined) throw new Refusal('METADATA_REQUIRED', 'blob metadata is required but missing');
  const code = codeOf(state);
  const symbol = symbolBytes(code, stored.unencodedBytes);
  const { shards } = code;
  const proof = bodyOf(request, (body) => parseInconsistencyProof(body, axis, symbol, shards));
  const hashes = Uint8Array.from(stored.hashes);
  const metadata: BlobMetadata = {
    blobId: blobIdToBytes(blobId),
    rootHash: new Uint8Array(0),
    unencodedBytes: stored.unencodedBytes,
    hashes,
  };
  const wrong = (why: string): Refusal => new Refusal('INVALID_PROOF', `the inconsistency proof is invalid: ${why}`);
  if (!isComplete(proof, metadata)) throw wrong('a recovery symbol does not verify against the metadata');
  const symbols = new Uint8Array(proof.symbols.length * symbol);
  for (const [i, { data }] of proof.symbols.entries()) symbols.set(data, i * symbol);
  const indices = proof.symbols.map(({ index }) => index);
  const data = await state.workbench.recover({ kind: 'recover', shards, axis, symbolBytes: symbol, indices, symbols });
  const body = encodeSliver({ data, symbolBytes: symbol, index: proof.target });
  const expectedHash = sliverHashOf(stored, sliverIndexOf(proof.target, axis, shards), axis).slice();
  if (await state.workbench.checkSliver({ kind: 'sliver', shards, axis, body, expectedHash, path: undefined }))
    throw wrong('the recovered sliver has the hash that the metadata gives it');
  const message = invalidBlobMessage(state.chain.committee().epoch, blobIdToBytes(blobId));
  const signature = await signOnce(state, message);
  return successReply({ serializedMessage: toBase64(message), signature: toBase64(signature) });
}
