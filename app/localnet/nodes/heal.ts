/**
 * A node that lost slivers gets them back from the others: metadata as it is, slivers rebuilt by the codec from symbols of the crossing
 * slivers that the others hold. Nothing is believed: what was rebuilt goes through the same checks as an upload. Symbols without proofs are
 * asked for first, many slivers at a time; where they lead to a wrong sliver, symbols with proofs tell whose are genuine.
 */
import { pairOfShard, parseBlobId, type BlobId } from '../../domain/blob-id.ts';
import type { Clock } from '../../domain/clock.ts';
import { within } from '../../domain/deadline.ts';
import { Fault } from '../../domain/fault.ts';
import { symbolBytes } from '../../domain/redstuff.ts';
import { verifySymbolProof } from '../../../native-workers/portable/portable.ts';
import type { Axis, CrossingSymbol } from '../../../native-workers/rs2.ts';
import {
  encodeMetadata,
  encodeSliver,
  parseDecodingSymbols,
  parseMetadataWithId,
  parseRecoverySymbols,
  type MetadataBody,
} from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import { putMetadata, putSliver } from './accept.ts';
import { octetStream, Refusal, type NodeDoor, type NodeRequest } from './exchange.ts';
import { codeOf, ownShards, sliverHashOf, sliverIndexOf, storedMetadata, type NodeState } from './node-state.ts';

export interface HealReport {
  /** Slivers that were rebuilt. */
  readonly rebuilt: number;
  /** Slivers that the others do not hold enough symbols for. */
  readonly lacking: number;
  /** Bytes of the other nodes' answers. */
  readonly bytes: number;
}

/** Counts what others sent. */
export interface Meter {
  bytes(): number;
  add(bytes: number): void;
}

export function createMeter(): Meter {
  let bytes = 0;
  return {
    bytes: () => bytes,
    add: (more) => {
      bytes += more;
    },
  };
}

/** Symbols of one request to one peer: bounds what is in memory to about this many bytes for each peer. */
const symbolBytesMax = 16 * 1024 * 1024;
/** A peer that says nothing for so long is passed over. */
const peerMs = 20_000;
const axes: readonly Axis[] = ['primary', 'secondary'];
const otherAxis = (axis: Axis): Axis => (axis === 'primary' ? 'secondary' : 'primary');

/** Rebuilds everything that this node should hold of certified blobs and does not; of some shards only, if they are named. */
export async function heal(
  state: NodeState,
  doors: readonly NodeDoor[],
  signal: AbortSignal,
  shards: readonly number[] = ownShards(state),
): Promise<HealReport> {
  const meter = createMeter();
  const peers = doors.map((door) => peerBehind(door, state.clock, signal, meter));
  const all = state.chain.committee().shards;
  let rebuilt = 0;
  let lacking = 0;
  if (shards.length === 0) return { rebuilt, lacking, bytes: 0 };
  for (const id of state.registry.certifiedBlobs()) {
    const blobId = parseBlobId(id);
    const metadata = storedMetadata(state, blobId) ?? (await fetchMetadata(state, blobId, peers));
    const pairs = shards.map((shard) => pairOfShard(shard, blobId, all));
    for (const axis of axes) {
      const missing = pairs.filter((pair) => !state.holdings.hasSliver(blobId, pair, axis));
      if (metadata === undefined) lacking += missing.length;
      else {
        const done = await healAxis({ state, peers, blobId, metadata, axis }, missing);
        rebuilt += done;
        lacking += missing.length - done;
      }
    }
  }
  return { rebuilt, lacking, bytes: meter.bytes() };
}

interface Healing {
  readonly state: NodeState;
  readonly peers: readonly Peer[];
  readonly blobId: BlobId;
  readonly metadata: MetadataBody;
  readonly axis: Axis;
}

/** Asks a peer; undefined when it has nothing to say, nothing in time, or nonsense, which all come to the same. */
export type Peer = <T>(request: NodeRequest, parse: (body: Uint8Array) => T) => Promise<T | undefined>;

export function peerBehind(door: NodeDoor, clock: Clock, signal: AbortSignal, meter: Meter): Peer {
  return async (request, parse) => {
    const late = (): Fault => new Fault('node-failed', 'later', 'Another storage node does not answer.');
    try {
      const reply = await within(clock, peerMs, signal, late, (inner) => door.handle({ ...request, signal: inner }));
      if (reply.status !== 200) return undefined;
      meter.add(reply.body.length);
      return parse(reply.body);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Fault) return undefined;
      throw error;
    }
  };
}

export function requestOf(method: string, path: string, body: Uint8Array<ArrayBuffer>, query = ''): NodeRequest {
  return { method, path, query: new URLSearchParams(query), contentType: octetStream, body, signal: undefined };
}

const question = (path: string, query: string): NodeRequest => requestOf('GET', path, new Uint8Array(0), query);

/** Whether what was put was right. A refusal is an answer here: somebody's data was wrong. */
export async function isTaken(put: Promise<unknown>): Promise<boolean> {
  try {
    await put;
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

export async function fetchMetadata(
  state: NodeState,
  blobId: BlobId,
  peers: readonly Peer[],
): Promise<MetadataBody | undefined> {
  for (const peer of peers) {
    const found = await peer(question(`/v1/blobs/${blobId}/metadata`, ''), parseMetadataWithId);
    if (found === undefined) continue;
    if (await isTaken(putMetadata(state, requestOf('PUT', '', encodeMetadata(found.body)), blobId))) {
      return storedMetadata(state, blobId);
    }
  }
  return undefined;
}

async function healAxis(healing: Healing, pairs: readonly number[]): Promise<number> {
  const { state, metadata, axis } = healing;
  const code = codeOf(state);
  const bytesEach = symbolBytes(code, metadata.unencodedBytes) * code.shards;
  const atOnce = Math.max(1, Math.floor(symbolBytesMax / bytesEach));
  let rebuilt = 0;
  for (let at = 0; at < pairs.length; at += atOnce) {
    const some = pairs.slice(at, at + atOnce);
    const symbols = await decodingSymbols(healing, some);
    for (const pair of some) {
      const target = sliverIndexOf(pair, axis, code.shards);
      const isRebuilt =
        (await rebuild(healing, pair, symbols.get(target) ?? [])) ||
        (await rebuild(healing, pair, await provenSymbols(healing, target)));
      if (isRebuilt) rebuilt++;
    }
  }
  return rebuilt;
}

/** Symbols that make one sliver: together they are as many bytes as it has. */
function neededOf({ state, axis }: Healing): number {
  const code = codeOf(state);
  return axis === 'primary' ? code.columns : code.rows;
}

/** Symbols without proofs for several slivers, by sliver index. Nobody is asked when there are enough. */
async function decodingSymbols(
  healing: Healing,
  pairs: readonly number[],
): Promise<ReadonlyMap<number, readonly CrossingSymbol[]>> {
  const { state, peers, blobId, axis } = healing;
  const needed = neededOf(healing);
  const { shards } = codeOf(state);
  const found = new Map(pairs.map((pair) => [sliverIndexOf(pair, axis, shards), new Array<CrossingSymbol>()]));
  const targets = [...found.keys()].map((target) => `targetSlivers=${target}`).join('&');
  for (const peer of peers) {
    if ([...found.values()].every((symbols) => symbols.length >= needed)) break;
    const path = `/v1/blobs/${blobId}/decodingSymbols`;
    const answer = await peer(question(path, `targetType=${axis}&${targets}`), parseDecodingSymbols);
    for (const [target, symbols] of answer ?? []) found.get(target)?.push(...symbols);
  }
  return found;
}

/** Symbols for one sliver whose proofs lead to the hash of the sliver that they are from. */
async function provenSymbols(healing: Healing, target: number): Promise<readonly CrossingSymbol[]> {
  const { state, peers, blobId, metadata, axis } = healing;
  const { shards } = codeOf(state);
  const from = otherAxis(axis);
  const proven: CrossingSymbol[] = [];
  for (const peer of peers) {
    if (proven.length >= neededOf(healing)) break;
    const path = `/v1/blobs/${blobId}/recoverySymbols`;
    const answer = await peer(question(path, `targetType=${axis}&targetSliver=${target}`), parseRecoverySymbols);
    for (const { symbol, path: proof } of answer ?? []) {
      if (symbol.index >= shards) continue;
      const root = sliverHashOf(metadata, sliverIndexOf(symbol.index, from, shards), from);
      if (verifySymbolProof(root, target, shards, symbol.data, proof)) proven.push(symbol);
    }
  }
  return proven;
}

/** Rebuilds one sliver and puts it where an uploaded one would go; false when the symbols are too few or not all genuine. */
async function rebuild(healing: Healing, pair: number, symbols: readonly CrossingSymbol[]): Promise<boolean> {
  const { state, blobId, metadata, axis } = healing;
  const code = codeOf(state);
  const symbol = symbolBytes(code, metadata.unencodedBytes);
  const sound = new Map(symbols.filter(({ data }) => data.length === symbol).map((each) => [each.index, each.data]));
  const needed = neededOf(healing);
  const indices = [...sound.keys()].filter((index) => index < code.shards).slice(0, needed);
  if (indices.length < needed) return false;
  const together = new Uint8Array(needed * symbol);
  for (const [i, index] of indices.entries()) together.set(sound.get(index) ?? [], i * symbol);
  const { shards } = code;
  const task = { kind: 'recover', shards, axis, symbolBytes: symbol, indices, symbols: together } as const;
  const data = await state.workbench.recover(task);
  const body = encodeSliver({ data, symbolBytes: symbol, index: sliverIndexOf(pair, axis, shards) });
  return isTaken(putSliver(state, requestOf('PUT', '', body), blobId, String(pair), axis));
}
