/**
 * A Walrus storage node as a state machine: accept, verify, confirm, serve, forget. It follows the chain's events in order before it
 * answers, keeps nothing it has not verified and nothing that has ended, and survives the death of its process at any point. It knows
 * no sockets and no timers.
 */
import type { Clock } from '../../domain/clock.ts';
import { Fault } from '../../domain/fault.ts';
import { parseBlobId, type BlobId } from '../../domain/blob-id.ts';
import { redStuff, symbolBytesMax } from '../../domain/redstuff.ts';
import type { Axis } from '../../../native-workers/rs2.ts';
import { flushPending, putMetadata, putSliver } from './accept.ts';
import type { Chain } from './chain.ts';
import { getConfirmation, signedConfirmation } from './confirm.ts';
import { errorReply, Refusal, textReply, type NodeDoor, type NodeReply, type NodeRequest } from './exchange.ts';
import { heal, type HealReport } from './heal.ts';
import { openHoldings, type SliverFiles } from './holdings.ts';
import { postInconsistencyProof } from './inconsistency.ts';
import type { NodeDatabase } from './node-database.ts';
import type { NodeKeys } from './node-keys.ts';
import { blobIdInPath, ownShards, type NodeState, type PeerNode } from './node-state.ts';
import { createPendingCache } from './pending-cache.ts';
import { openRegistry } from './registry.ts';
import { getDecodingSymbols, getRecoverySymbols } from './repair.ts';
import { getBlobStatus, getHealth, getMetadata, getMetadataStatus, getSliver, getSliverStatus } from './serve.ts';
import { markWhereEmpty, openShardBook, releaseShards } from './shard-book.ts';
import { postSyncShard } from './sync-shard.ts';
import { takeShards, type TakeReport } from './take-shards.ts';
import type { Workbench } from './workbench.ts';

interface StorageNodeParts {
  readonly nodeId: string;
  readonly keys: NodeKeys;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly workbench: Workbench;
  readonly database: NodeDatabase;
  readonly files: SliverFiles;
}

export interface StorageNode extends NodeDoor {
  readonly nodeId: string;
  /** Applies all events that the chain has beyond the node's cursor. */
  catchUp(): void;
  /** A confirmation without having looked at the slivers: what a lying node would say. */
  confirmBlindly(blobId: BlobId, objectId: string | undefined): Promise<NodeReply>;
  /** Rebuilds what it should hold and does not from what the other nodes hold. */
  heal(peers: readonly NodeDoor[], signal: AbortSignal): Promise<HealReport>;
  /** Gets what its shards hold, from their owners of the epoch before or out of symbols. */
  takeShards(peers: readonly PeerNode[], signal: AbortSignal): Promise<TakeReport>;
  counts(): { readonly objects: number; readonly blobs: number; readonly slivers: number; readonly bytes: number };
  /** Waits until nothing is on its way to or off the disk. */
  settled(): Promise<void>;
}

/** Events applied in one transaction. */
const eventsBatchMax = 256;
const defaultBodyBytesMax = 2 * 1024 * 1024;

/** Largest body a path takes, as real nodes limit it (walrus-protocol section 3.1). */
export function bodyBytesMax(path: string, shards: number): number {
  const isSliver = /^\/v1\/blobs\/[^/]+\/slivers\/[^/]+\/[^/]+$/.test(path);
  return isSliver ? redStuff(shards).columns * symbolBytesMax + 128 : defaultBodyBytesMax;
}

/** The refusal of a larger body, in the two forms that real nodes have for it. */
export function tooLargeReply(path: string): NodeReply {
  const message = 'Failed to buffer the request body: length limit exceeded';
  return path.includes('/slivers/') ? textReply(413, message) : errorReply('INVALID_CONTENT_TYPE', message);
}

export async function openStorageNode(parts: StorageNodeParts): Promise<StorageNode> {
  const { nodeId, keys, chain, clock, workbench, database, files } = parts;
  const state: NodeState = {
    nodeId,
    keys,
    chain,
    clock,
    workbench,
    files,
    registry: openRegistry(database),
    holdings: await openHoldings(database, files),
    shardBook: openShardBook(database),
    pending: createPendingCache(() => clock.steady()),
    known: new Map(),
    signatures: new Map(),
    flushes: new Map(),
    followers: new Set(),
  };
  const startedMs = clock.steady();
  // A process that died between an event and the forgetting it asks for left data of ended blobs behind.
  forget(
    state,
    state.holdings.blobIds().filter((blobId) => !state.registry.isRegistered(blobId)),
  );
  const catchUp = (): void => followChain(state);
  catchUp();
  releaseShards(state);
  markWhereEmpty(state);
  return {
    nodeId,
    catchUp,
    async handle(request) {
      try {
        catchUp();
        const isTooLarge = request.body.length > bodyBytesMax(request.path, chain.committee().shards);
        if (isTooLarge) return tooLargeReply(request.path);
        return await route(state, request, startedMs);
      } catch (error) {
        if (error instanceof Refusal) return errorReply(error.reason, error.message);
        if (error instanceof Fault && error.retry === 'later') {
          return errorReply('UNAVAILABLE', 'the service is currently unavailable');
        }
        throw error;
      }
    },
    confirmBlindly: (blobId, objectId) => signedConfirmation(state, blobId, objectId),
    async heal(peers, signal) {
      catchUp();
      const report = await heal(state, peers, signal);
      if (report.lacking === 0) state.shardBook.mark(ownShards(state));
      return report;
    },
    async takeShards(peers, signal) {
      catchUp();
      return takeShards(state, peers, signal);
    },
    counts: () => ({ objects: state.registry.objectCount(), ...state.holdings.counts() }),
    async settled() {
      await Promise.all(state.flushes.values());
      await state.holdings.settled();
    },
  };
}

function followChain(state: NodeState): void {
  for (;;) {
    const events = state.chain.eventsAfter(state.registry.cursor(), eventsBatchMax);
    if (events.length === 0) return;
    const ended = state.registry.apply(events);
    forget(state, ended);
    if (events.some(({ event }) => event.kind === 'epoch-done')) releaseShards(state);
    if (events.some(({ event }) => event.kind === 'epoch')) markWhereEmpty(state);
    for (const blobId of state.pending.blobIds()) {
      if (!state.registry.isRegistered(blobId)) continue;
      startFlush(state, parseBlobId(blobId));
    }
    for (const tell of state.followers) tell();
  }
}

/** What cannot be written is not held, and a confirmation will say so: a failed flush needs no other word. */
function startFlush(state: NodeState, blobId: BlobId): void {
  const done = (): void => void state.flushes.delete(blobId);
  state.flushes.set(blobId, flushPending(state, blobId).then(done, done));
}

function forget(state: NodeState, blobIds: readonly string[]): void {
  state.holdings.drop(blobIds);
  for (const blobId of blobIds) state.known.delete(blobId);
}

async function route(state: NodeState, request: NodeRequest, startedMs: number): Promise<NodeReply> {
  const [empty, version, kind, ...rest] = request.path.split('/');
  if (empty !== '' || version !== 'v1') return textReply(404, '');
  if (kind === 'health' && rest.length === 0) {
    if (request.method !== 'GET') return textReply(405, '');
    return getHealth(state, startedMs, request.query.get('detailed') === 'true');
  }
  const [idText = '', ...tail] = rest;
  if (kind === 'migrate' && idText === 'sync_shard' && tail.length === 0) {
    return request.method === 'POST' ? postSyncShard(state, request) : textReply(405, '');
  }
  if (kind !== 'blobs') return textReply(404, '');
  const blobId = blobIdInPath(idText);
  const handler = blobRoute(state, request, tail);
  if (handler === undefined) return textReply(404, '');
  if (blobId === undefined) return textReply(400, 'Invalid URL: Cannot parse `blob_id`: failed to parse a blob ID');
  const answer = handler[request.method === 'HEAD' ? 'GET' : request.method];
  return answer === undefined ? textReply(405, '') : answer(blobId);
}

type Handlers = Readonly<Record<string, (blobId: BlobId) => NodeReply | Promise<NodeReply>>>;

/** What a path below `/v1/blobs/{id}/` answers, by method; undefined when there is no such path. */
function blobRoute(state: NodeState, request: NodeRequest, tail: readonly string[]): Handlers | undefined {
  const [first = '', second, third, fourth, ...more] = tail;
  if (more.length > 0) return undefined;
  const pattern = [first, ...[second, third, fourth].flatMap((part) => (part === undefined ? [] : [part]))];
  switch (`${first}/${pattern.length}`) {
    case 'metadata/1':
      return { GET: (id) => getMetadata(state, id), PUT: (id) => putMetadata(state, request, id) };
    case 'metadata/2':
      return second === 'status' ? { GET: (id) => getMetadataStatus(state, id) } : undefined;
    case 'slivers/3':
    case 'slivers/4':
      return sliverRoute(state, request, second ?? '', third ?? '', fourth);
    case 'confirmation/2':
      return second === 'permanent' ? { GET: (id) => getConfirmation(state, request, id, undefined) } : undefined;
    case 'confirmation/3':
      return second === 'deletable' ? { GET: (id) => getConfirmation(state, request, id, third ?? '') } : undefined;
    case 'status/1':
      return { GET: (id) => getBlobStatus(state, id) };
    case 'recoverySymbols/1':
      return { GET: (id) => getRecoverySymbols(state, request, id) };
    case 'decodingSymbols/1':
      return { GET: (id) => getDecodingSymbols(state, request, id) };
    case 'inconsistencyProof/2':
      return { POST: (id) => postInconsistencyProof(state, request, id, second ?? '') };
    default:
      return undefined;
  }
}

function sliverRoute(
  state: NodeState,
  request: NodeRequest,
  pair: string,
  type: string,
  status: string | undefined,
): Handlers | undefined {
  const axis: Axis | undefined = type === 'primary' || type === 'secondary' ? type : undefined;
  if (axis === undefined) {
    const refuse = () => textReply(400, 'Invalid URL: Cannot parse `sliver_type`: invalid sliver type');
    return { GET: refuse, PUT: refuse };
  }
  if (status === 'status') return { GET: (id) => getSliverStatus(state, id, pair, axis) };
  if (status !== undefined) return undefined;
  return { GET: (id) => getSliver(state, id, pair, axis), PUT: (id) => putSliver(state, request, id, pair, axis) };
}
