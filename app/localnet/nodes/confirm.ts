/**
 * Storage confirmations: a node's signature, for the current epoch, that it holds every sliver of every shard it owns (walrus-protocol
 * sections 3.4 and 4). One signature per epoch and message is made and remembered.
 */
import { blobIdToBytes, pairOfShard, type BlobId } from '../../domain/blob-id.ts';
import { fromHex, toHex } from '../../domain/bytes.ts';
import { confirmationMessage, type Persistence } from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import { toBase64 } from './base64.ts';
import { Refusal, successReply, textReply, type NodeReply, type NodeRequest } from './exchange.ts';
import { shardsOf, type NodeState } from './node-state.ts';

/** The longest a confirmation waits for a registration, whatever the asker wishes: below common client timeouts. */
const waitMsMax = 10_000;
/** Signatures remembered: asked for again within seconds or never; about 1 KB each. */
const signaturesMax = 4096;

/** `objectText` is undefined for a permanent blob. */
export async function getConfirmation(
  state: NodeState,
  request: NodeRequest,
  blobId: BlobId,
  objectText: string | undefined,
): Promise<NodeReply> {
  const objectId = objectText === undefined ? undefined : parseObjectId(objectText);
  if (objectText !== undefined && objectId === undefined) {
    return textReply(400, 'Invalid URL: Cannot parse `object_id`: unable to parse the object ID');
  }
  await waitForRegistration(state, request, blobId);
  await state.flushes.get(blobId);
  const objects = state.registry.liveObjects(blobId);
  const isRegistered = objects.some((object) =>
    objectId === undefined ? object.deletable === 0 : object.deletable === 1 && object.object_id === objectId,
  );
  if (!isRegistered || state.registry.invalidBy(blobId)) {
    throw new Refusal('NOT_REGISTERED', 'the blob has not been registered or has already expired');
  }
  if (!isFullyStored(state, blobId)) {
    throw new Refusal('MISSING_SLIVERS', 'the required slivers are not all stored');
  }
  return signedConfirmation(state, blobId, objectId);
}

/** 0x-hex of 32 bytes in lower case; short forms are completed as Sui does. */
function parseObjectId(text: string): string | undefined {
  const digits = /^(?:0x)?([0-9a-fA-F]{1,64})$/.exec(text)?.[1];
  return digits === undefined ? undefined : `0x${digits.toLowerCase().padStart(64, '0')}`;
}

async function waitForRegistration(state: NodeState, { query, signal }: NodeRequest, blobId: BlobId): Promise<void> {
  const asked = Number(query.get('wait_millis') ?? 0);
  const isWanted = query.get('wait_for_registration') === 'true' && asked > 0;
  const isWaiting = () => state.pending.get(blobId) !== undefined && !state.registry.isRegistered(blobId);
  if (!isWanted || !isWaiting()) return;
  const stop = new AbortController();
  const end = (): void => stop.abort();
  signal?.addEventListener('abort', end, { once: true });
  const onNews = (): void => {
    if (!isWaiting()) end();
  };
  state.followers.add(onNews);
  try {
    await state.clock.sleep(Math.min(asked, waitMsMax), stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    state.followers.delete(onNews);
    signal?.removeEventListener('abort', end);
  }
}

function isFullyStored(state: NodeState, blobId: BlobId): boolean {
  const committee = state.chain.committee();
  const held = state.holdings.heldPairs(blobId);
  const shards = shardsOf(committee, state.nodeId);
  return (
    shards.length > 0 && shards.every((shard) => held.get(pairOfShard(shard, blobId, committee.shards))?.size === 2)
  );
}

/** Signs without looking at what is held: that is the caller's duty. */
export async function signedConfirmation(
  state: NodeState,
  blobId: BlobId,
  objectId: string | undefined,
): Promise<NodeReply> {
  const persistence: Persistence =
    objectId === undefined ? { kind: 'permanent' } : { kind: 'deletable', objectId: fromHex(objectId) };
  const { epoch } = state.chain.committee();
  const message = confirmationMessage({ epoch, blobId: blobIdToBytes(blobId), persistence });
  const signature = await signOnce(state, message);
  return successReply({ signed: { serializedMessage: toBase64(message), signature: toBase64(signature) } });
}

/** A signature over a message of this epoch, made once. */
export function signOnce(state: NodeState, message: Uint8Array): Promise<Uint8Array> {
  const key = toHex(message);
  const made = state.signatures.get(key);
  if (made !== undefined) return made;
  for (const oldest of state.signatures.keys()) {
    if (state.signatures.size < signaturesMax) break;
    state.signatures.delete(oldest);
  }
  const signature = state.workbench.sign({ kind: 'sign', secretKey: state.keys.secretKey, message });
  state.signatures.set(key, signature);
  signature.catch(() => state.signatures.delete(key));
  return signature;
}
