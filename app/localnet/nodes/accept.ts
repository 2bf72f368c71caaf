/**
 * The writing side of a node (walrus-protocol sections 3.3 and 3.4): metadata and slivers are verified before they are held, each
 * refusal has the reason a real node gives, and what is held was right.
 */
import { blobIdToBytes, type BlobId } from '../../domain/blob-id.ts';
import { Fault } from '../../domain/fault.ts';
import { blobBytesMax, symbolBytes } from '../../domain/redstuff.ts';
import { encodingTypeRs2 } from '../../../native-workers/portable/portable.ts';
import type { Axis } from '../../../native-workers/rs2.ts';
import {
  parseMetadata,
  parseSliver,
  type MetadataBody,
  type SliverBody,
} from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import { octetStream, Refusal, successReply, type NodeReply, type NodeRequest } from './exchange.ts';
import { inlineBytesMax, type EnteredSliver } from './holdings.ts';
import {
  codeOf,
  ownedPair,
  sliverDataBytes,
  sliverHashOf,
  sliverIndexOf,
  storedMetadata,
  type NodeState,
} from './node-state.ts';
import { pendingSliverBytesMax } from './pending-cache.ts';

const notRegistered = 'the blob has not been registered or has already expired';
const saturated = 'pending upload cache is saturated; retry once the node catches up';

/** A parsed binary body, or the refusal of one that is not what it should be. */
export function bodyOf<T>(request: NodeRequest, parse: (bytes: Uint8Array) => T): T {
  const mediaType = request.contentType?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== undefined && mediaType !== octetStream) {
    throw new Refusal('INVALID_CONTENT_TYPE', `Expected request with \`Content-Type: ${octetStream}\``);
  }
  try {
    return parse(request.body);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Refusal('INVALID_CONTENT_TYPE', 'unable to decode request body as BCS');
  }
}

const isPending = (request: NodeRequest): boolean => request.query.get('pending') === 'true';

export async function putMetadata(state: NodeState, request: NodeRequest, blobId: BlobId): Promise<NodeReply> {
  const metadata = bodyOf(request, parseMetadata);
  const invalid = state.registry.invalidBy(blobId);
  if (invalid) {
    throw new Refusal('INVALID_BLOB', `the blob for this metadata is invalid: ${invalid.txDigest}:${invalid.eventSeq}`);
  }
  if (!state.registry.isRegistered(blobId) && !isPending(request)) throw new Refusal('NOT_REGISTERED', notRegistered);
  if (state.holdings.metadata(blobId) !== undefined) return successReply('metadata already stored');
  await checkMetadata(state, blobId, metadata);
  // The chain may have moved while the hashes were checked.
  if (state.registry.isRegistered(blobId)) {
    state.holdings.putMetadata(blobId, request.body);
    return successReply('metadata successfully stored', 201);
  }
  if (!isPending(request)) throw new Refusal('NOT_REGISTERED', notRegistered);
  if (!state.pending.putMetadata(blobId, request.body)) throw new Refusal('CACHE_SATURATED', saturated);
  return successReply('metadata buffered pending registration', 202);
}

async function checkMetadata(state: NodeState, blobId: BlobId, metadata: MetadataBody): Promise<void> {
  const { encodingType, unencodedBytes, hashes } = metadata;
  if (encodingType !== encodingTypeRs2) {
    const message = `unsupported encoding type ${encodingType}, supported types are: [RS2]`;
    throw new Refusal('UNSUPPORTED_ENCODING_TYPE', message);
  }
  const code = codeOf(state);
  const invalid = (why: string) => new Refusal('INVALID_METADATA', `the provided metadata failed to verify: ${why}`);
  if (hashes.length !== code.shards * 64) {
    throw invalid(
      `the metadata contains an invalid number of hashes (expected ${code.shards}, actual ${hashes.length / 64})`,
    );
  }
  if (unencodedBytes > blobBytesMax(code)) throw invalid('the unencoded blob length is too large');
  const task = { kind: 'metadata', blobId: blobIdToBytes(blobId), encodingType, unencodedBytes, hashes } as const;
  if (!(await state.workbench.checkMetadata(task))) throw invalid('the blob ID does not match the provided metadata');
}

interface ArrivingSliver {
  readonly blobId: BlobId;
  readonly pair: number;
  readonly axis: Axis;
  readonly body: Uint8Array<ArrayBuffer>;
}

export async function putSliver(
  state: NodeState,
  request: NodeRequest,
  blobId: BlobId,
  pairText: string,
  axis: Axis,
): Promise<NodeReply> {
  const sliver = bodyOf(request, parseSliver);
  const pair = ownedPair(state, blobId, pairText, 'write');
  const registered = state.registry.isRegistered(blobId);
  if (!registered && !isPending(request)) throw new Refusal('NOT_REGISTERED', notRegistered);
  const metadata = storedMetadata(state, blobId) ?? (isPending(request) ? pendingMetadata(state, blobId) : undefined);
  if (metadata === undefined) throw new Refusal('METADATA_REQUIRED', 'blob metadata is required but missing');
  if (state.holdings.hasSliver(blobId, pair, axis)) return successReply('sliver already stored');
  checkShape(state, metadata, sliver, pair, axis);
  const arriving = { blobId, pair, axis, body: request.body };
  if (registered) return store(state, metadata, arriving);
  return buffer(state, metadata, arriving);
}

function pendingMetadata(state: NodeState, blobId: BlobId): MetadataBody | undefined {
  const pending = state.pending.get(blobId);
  return pending === undefined ? undefined : parseMetadata(pending.metadata);
}

function checkShape(state: NodeState, metadata: MetadataBody, sliver: SliverBody, pair: number, axis: Axis): void {
  const code = codeOf(state);
  if (sliver.index !== sliverIndexOf(pair, axis, code.shards)) {
    const message = `the sliver index ${sliver.index} does not match the sliver pair index ${pair}`;
    throw new Refusal('SLIVER_INDEX_MISMATCH', message);
  }
  const isSized =
    sliver.symbolBytes === symbolBytes(code, metadata.unencodedBytes) &&
    sliver.data.length === sliverDataBytes(code, axis, metadata.unencodedBytes);
  if (!isSized) {
    const why = 'the sliver size does not match the length of the blob in the metadata';
    throw new Refusal('INVALID_SLIVER', `the provided sliver is invalid: ${why}`);
  }
}

async function checkHash(
  state: NodeState,
  metadata: MetadataBody,
  { body, pair, axis }: ArrivingSliver,
  path: string | undefined,
): Promise<void> {
  const { shards } = codeOf(state);
  const expectedHash = sliverHashOf(metadata, pair, axis).slice();
  if (await state.workbench.checkSliver({ kind: 'sliver', shards, axis, body, expectedHash, path })) return;
  const why = 'the recomputed root hash does not match the provided root hash';
  throw new Refusal('INVALID_SLIVER', `the provided sliver is invalid: ${why}`);
}

/** Verifies and holds a sliver of a registered blob. */
async function store(state: NodeState, metadata: MetadataBody, arriving: ArrivingSliver): Promise<NodeReply> {
  const { body } = arriving;
  const bytes = body.length;
  if (bytes <= inlineBytesMax) {
    await checkHash(state, metadata, arriving, undefined);
    return enter(state, arriving, { body });
  }
  const fileId = state.holdings.nextFileId();
  const path = state.files.pathOf(fileId);
  await checkHash(state, metadata, arriving, path);
  if (path === undefined) await state.files.write(fileId, body);
  return enter(state, arriving, { fileId, bytes });
}

/** The commit point. The chain, or another request with the same sliver, may have been faster than the check. */
function enter(state: NodeState, { blobId, pair, axis }: ArrivingSliver, sliver: EnteredSliver): NodeReply {
  const isRegistered = state.registry.isRegistered(blobId);
  if (isRegistered && !state.holdings.hasSliver(blobId, pair, axis)) {
    state.holdings.enterSliver(blobId, pair, axis, sliver);
    return successReply('sliver stored successfully', 201);
  }
  if ('fileId' in sliver) state.holdings.dropFiles([sliver.fileId]);
  if (!isRegistered) throw new Refusal('NOT_REGISTERED', notRegistered);
  return successReply('sliver already stored');
}

async function buffer(state: NodeState, metadata: MetadataBody, arriving: ArrivingSliver): Promise<NodeReply> {
  const { blobId, pair, axis, body } = arriving;
  if (body.length > pendingSliverBytesMax) {
    const message = `the sliver is too large to be buffered: ${body.length} > ${pendingSliverBytesMax}`;
    throw new Refusal('SLIVER_TOO_LARGE', message);
  }
  await checkHash(state, metadata, arriving, undefined);
  if (state.registry.isRegistered(blobId)) {
    await keepVerified(state, arriving);
    return successReply('sliver stored successfully', 201);
  }
  if (!state.pending.putSliver(blobId, { pair, axis, body })) throw new Refusal('CACHE_SATURATED', saturated);
  return successReply('sliver buffered pending registration', 202);
}

async function keepVerified(state: NodeState, arriving: ArrivingSliver): Promise<void> {
  const { body } = arriving;
  if (body.length <= inlineBytesMax) {
    enter(state, arriving, { body });
    return;
  }
  const fileId = state.holdings.nextFileId();
  await state.files.write(fileId, body);
  enter(state, arriving, { fileId, bytes: body.length });
}

/** Writes what was buffered of a blob that has been registered meanwhile. */
export async function flushPending(state: NodeState, blobId: BlobId): Promise<void> {
  const blob = state.pending.take(blobId);
  if (blob === undefined) return;
  state.holdings.putMetadata(blobId, blob.metadata);
  for (const sliver of blob.slivers.values()) {
    if (!state.registry.isRegistered(blobId)) return;
    await keepVerified(state, { blobId, ...sliver });
  }
}
