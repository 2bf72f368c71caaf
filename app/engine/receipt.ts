/**
 * Issues a receipt: reads the content back from the network and hashes it, lets the nodes of today's committee confirm each of its blobs anew, takes
 * the chain's word on certification and lease, and signs the whole with the device's key. Nothing is spent, and nothing has to have been kept.
 */
import type { NetworkState } from '../domain/committee.ts';
import { Fault } from '../domain/fault.ts';
import type { ChunkId } from '../domain/ids.ts';
import { restoreWindowBytes } from '../domain/limits.ts';
import type { Content, Version } from '../domain/space.ts';
import { chunkListFromBytes, contentDepthMax } from '../formats/listing.ts';
import { receiptDigest, receiptToBytes, signedText, type Receipt, type ReceiptBlob } from '../formats/receipt.ts';
import type { PackRow, SpaceRow } from '../ports/catalog.ts';
import { openChunkReader, type ChunkReader } from '../restore/content/content.ts';
import { askAgain } from './ask-again.ts';
import { readDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';
import { findSpace } from './look.ts';
import { findMoment, type Moment } from './moment.ts';

export interface ReceiptRequest {
  readonly space: string;
  readonly path: string;
  readonly at: string | undefined;
  /** The receipt then tells the names of space and file. */
  readonly withName: boolean;
}

export interface IssuedReceipt {
  readonly bytes: Uint8Array;
  readonly receipt: Receipt;
}

/** A file in more packs than this has a receipt that nobody wants to read: thousands of requests to nodes, megabytes of text. */
const blobsMax = 1_000;

export async function issueReceipt(
  core: EngineCore,
  request: ReceiptRequest,
  signal: AbortSignal,
): Promise<IssuedReceipt> {
  const device = await readDevice(core.catalog);
  if (!device) throw new Fault('no-account', 'after-user', "This home has no device yet. Run 'floe init' first.");
  const space = await findSpace(core.catalog, request.space);
  const moment = await findMoment(core, space, request.at, signal);
  const file = await fileAt(space, request.path, moment);
  const { packs, sha256 } = await readBack(core, space, moment, file, signal);
  const network = await core.chain.network(signal);
  const blobs: ReceiptBlob[] = [];
  for (const pack of packs) blobs.push(await proveBlob(core, pack, network, signal));
  const signer = core.account.signer(device.index);
  const { epoch, shards, members } = network.committee;
  const receipt: Receipt = {
    network: core.networkName,
    issuer: signer.address,
    committee: {
      epoch,
      shards,
      members: members.map(({ nodeId, publicKey, shards: held }) => ({ node: nodeId, publicKey, weight: held.length })),
    },
    content: { bytes: file.bytes, sha256 },
    name: request.withName ? { space: space.name, path: file.path } : undefined,
    blobs,
  };
  const digest = receiptDigest(receipt);
  const signature = await signer.signMessage(signedText(digest));
  return { bytes: receiptToBytes({ receipt, digest, signature }), receipt };
}

async function fileAt(space: SpaceRow, path: string, { tree, sequence }: Moment): Promise<Version> {
  const entry = await tree.entryAtSequence(space.num, path, sequence);
  if (!entry) throw new Fault('not-found', 'never', `'${space.name}' had no such file then.`);
  if (entry.kind !== 'file') throw new Fault('bad-input', 'after-user', 'A receipt is for one file; that is none.');
  return entry;
}

/** The content as the network gives it, hashed window by window, and the packs that it lies in. */
async function readBack(
  core: EngineCore,
  space: SpaceRow,
  { snapshot }: Moment,
  file: Version,
  signal: AbortSignal,
): Promise<{ readonly packs: readonly PackRow[]; readonly sha256: Uint8Array }> {
  const reader = openChunkReader(core.open(space).keys, core);
  const { all, leaves } = await chunksOf(reader, file.content, signal);
  const places = await core.catalog.chunkLocations(all);
  // An empty file lies in no chunk; the snapshot's own pack says that it is there and empty.
  const where = places.length === 0 ? await core.catalog.chunkLocations([snapshot]) : places;
  const nums = new Set(where.map((place) => place?.pack ?? 0));
  if (nums.size > blobsMax)
    throw new Fault('bad-input', 'never', `The file lies in ${nums.size} blobs; a receipt takes ${blobsMax}.`);
  const packs: PackRow[] = [];
  for (const num of nums) {
    const pack = await core.catalog.pack(num);
    if (pack?.blobId === undefined || pack.pool === undefined)
      throw new Fault('not-found', 'later', 'A part of that file is in no certified pack that this device knows.');
    packs.push(pack);
  }
  const digest = core.crypto.digest();
  let bytes = 0;
  const sizes = new Map(all.map((id, i) => [id, places[i]?.plainBytes ?? 0]));
  for (const window of windowsOf(leaves, (id) => sizes.get(id) ?? 0)) {
    const found = await reader.chunks(window, signal);
    for (const id of window) {
      const chunk = found.get(id) ?? new Uint8Array();
      digest.add(chunk);
      bytes += chunk.length;
    }
  }
  if (bytes !== file.bytes) throw new Fault('pack-damaged', 'never', 'The stored file is not as long as it says.');
  return { packs, sha256: digest.finish() };
}

/** Runs of chunks that may be in memory together. */
function* windowsOf(leaves: readonly ChunkId[], bytesOf: (id: ChunkId) => number): Generator<readonly ChunkId[]> {
  let window: ChunkId[] = [];
  let bytes = 0;
  for (const id of leaves) {
    if (window.length > 0 && bytes + bytesOf(id) > restoreWindowBytes) {
      yield window;
      window = [];
      bytes = 0;
    }
    window.push(id);
    bytes += bytesOf(id);
  }
  if (window.length > 0) yield window;
}

/** The chunks of the content, in order, and with them those of the lists above it. */
async function chunksOf(
  reader: ChunkReader,
  content: Content,
  signal: AbortSignal,
): Promise<{ readonly all: readonly ChunkId[]; readonly leaves: readonly ChunkId[] }> {
  if (content.depth > contentDepthMax) throw new Fault('pack-damaged', 'never', 'A stored file is nested too deep.');
  let leaves = content.chunks;
  const all = new Set(leaves);
  for (let depth = content.depth; depth > 0; depth--) {
    leaves = chunkListFromBytes(await reader.bytes({ depth: 0, chunks: leaves }, restoreWindowBytes, signal));
    for (const id of leaves) all.add(id);
  }
  return { all: [...all], leaves };
}

async function proveBlob(
  core: EngineCore,
  { blobId, pool: poolId }: PackRow,
  { committee }: NetworkState,
  signal: AbortSignal,
): Promise<ReceiptBlob> {
  if (blobId === undefined || poolId === undefined) throw new Error('a pack that was read back has its blob and pool');
  const [blob, pool] = await Promise.all([
    core.chain.pooledBlob(poolId, blobId, signal),
    core.chain.pool(poolId, signal),
  ]);
  if (blob?.certifiedEpoch === undefined || pool === undefined)
    throw new Fault('not-found', 'later', 'The chain does not show a part of that file as certified.');
  const { message, signature, signerBitmap } = await askAgain(committee, blobId, blob.objectId, core, signal);
  return {
    blobId,
    object: blob.objectId,
    pool: poolId,
    bytes: blob.unencodedBytes,
    certifiedEpoch: blob.certifiedEpoch,
    endEpoch: pool.endEpoch,
    message,
    signature,
    signers: signerBitmap,
    event: await core.chain.certifiedEvent(blob.objectId, signal),
  };
}
