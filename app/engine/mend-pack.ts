/**
 * A pack that nodes lack slivers of is rebuilt from what survives, encoded again, and each node is sent what it lacks. The spool is not needed and nothing is
 * spent. A blob that is not what its encoding should be is not sent again: that is a fault 'blob-inconsistent'.
 */
import { parseBlobId } from '../domain/blob-id.ts';
import type { BlobMetadata } from '../domain/encoding.ts';
import { Fault, orFault } from '../domain/fault.ts';
import { metadataBody } from '../domain/metadata-form.ts';
import { encodedSlivers, sliverForm, sliverOfPair } from '../domain/sliver-form.ts';
import { upload } from '../stages/upload/upload.ts';
import type { EngineCore } from './engine-core.ts';
import { probeAll, type Probe, type Subject } from './pack-probes.ts';

/** Rebuilds the pack and sends what nodes lack. Returns how many of the slivers found wanting are in place afterwards. */
export async function mendPack(
  core: EngineCore,
  subject: Subject,
  metadata: BlobMetadata,
  lacking: readonly Probe[],
  signal: AbortSignal,
): Promise<number> {
  const { pack, committee } = subject;
  const blobId = parseBlobId(metadata.blobId);
  const object = pack.pool && (await core.chain.pooledBlob(pack.pool, blobId, signal))?.objectId;
  if (object === undefined)
    throw new Fault('not-found', 'never', `Blob ${blobId} is no longer on the network: its lease has ended.`);
  const bytes = metadata.unencodedBytes;
  const [whole] = await core.blobs.readRanges(blobId, bytes, [{ start: 0, end: bytes }], signal);
  const fill = async (into: Uint8Array): Promise<void> => into.set(whole ?? new Uint8Array());
  const encoded = await core.pool.encode(committee.shards, bytes, fill, { urgency: 'bulk', signal });
  try {
    if (parseBlobId(encoded.metadata.blobId) !== blobId)
      throw new Fault('blob-inconsistent', 'never', `Blob ${blobId} was not rebuilt as it was.`);
    const slivers = encodedSlivers(sliverForm(committee.shards, bytes), encoded.blob, encoded.slivers);
    await upload(
      { committee, blobId, metadata: encoded.metadata, slivers, objectId: object, already: [], isResumed: true },
      core,
      { onConfirmation: () => undefined, onProgress: () => undefined },
      signal,
    );
    // Nodes that confirm what they do not have are not asked what they lack: they are sent it.
    const left = await notGood(core, metadata, lacking, signal);
    for (const { member, pair, axis } of left) {
      const node = core.nodes.node(member);
      const body = slivers.body(axis, sliverOfPair(axis, pair, committee.shards));
      // A node that does not take it still lacks it, which the next look shows.
      await orFault(async () => {
        await node.putMetadata(blobId, metadataBody(metadata), signal);
        await node.putSliver(blobId, pair, axis, body, signal);
      }, signal);
    }
    return lacking.length - (await notGood(core, metadata, left, signal)).length;
  } finally {
    encoded.release();
  }
}

async function notGood(
  core: EngineCore,
  metadata: BlobMetadata,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<readonly Probe[]> {
  const states = await probeAll(core, metadata, probes, signal);
  return probes.filter((_, i) => states[i] !== 'good');
}
