/**
 * Four storage nodes over a chain written by hand, behind the memory door or real sockets: the world that both suites of nodes run in.
 */
import { parseBlobId, shardOfPair } from '../../../domain/blob-id.ts';
import { portableRs2 } from '../../../../native-workers/portable/portable.ts';
import { createByteBudget } from '../byte-budget.ts';
import { httpDoor, type HttpDoor } from '../http-server.ts';
import { nodeFetch } from '../memory-door.ts';
import {
  bodyBytesMax,
  inlineWorkbench,
  nodeKeysFromSeed,
  openNode,
  tooLargeReply,
  type RunningNode,
} from '../../nodes/nodes.ts';
import { createFakeChain, createManualClock, fakeNodeId, seededDice } from './fake-chain.ts';
import type { SampleBlob } from './sample-blob.ts';

export const [nodeCount, shards] = [4, 10];
export const objectId = `0x${'ab'.repeat(32)}`;
export const octets = { 'content-type': 'application/octet-stream' };
const closers: (() => Promise<void>)[] = [];

/** Closes every world that was opened. */
export async function closeWorlds(): Promise<void> {
  for (const close of closers.splice(0)) await close();
}

export async function openWorld(door: 'memory' | 'loopback') {
  const chain = createFakeChain(nodeCount, shards);
  const clock = createManualClock();
  const nodes: RunningNode[] = [];
  for (let index = 0; index < nodeCount; index++) {
    const node = await openNode({
      index,
      nodeId: fakeNodeId(index),
      keys: nodeKeysFromSeed(new Uint8Array(48).fill(index + 1)),
      chain,
      clock,
      dice: seededDice(index),
      workbench: inlineWorkbench(portableRs2),
      peers: () => nodes.filter((each) => each.index !== index),
      folder: undefined,
    });
    chain.listeners.add(() => node.catchUp());
    nodes.push(node);
    closers.push(() => node.close());
  }
  const get = door === 'memory' ? memoryGet(nodes) : await loopbackGet(nodes);
  /** Status and reason, or data. */
  const answer = async (index: number, path: string, init?: RequestInit): Promise<[number, unknown]> => {
    const response = await get(index, path, init);
    const text = await response.text();
    if (!text.startsWith('{')) return [response.status, text];
    const body = JSON.parse(text) as { success?: { data: unknown }; error?: { details: { reason: string }[] } };
    return [response.status, body.success ? body.success.data : body.error?.details[0]?.reason];
  };
  const put = (
    index: number,
    path: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = octets,
  ) => answer(index, path, { method: 'PUT', body, headers });
  const register = (blob: SampleBlob, deletable = false, endEpoch = 3): void =>
    chain.emit({ kind: 'registered', blobId: blob.id, objectId, deletable, term: { endEpoch } });
  const certify = (blob: SampleBlob, endEpoch = 3): void =>
    chain.emit({ kind: 'certified', epoch: 1, blobId: blob.id, objectId, term: { endEpoch }, isExtension: false });
  return { chain, clock, nodes, get, answer, put, register, certify };
}

export type NodeWorld = Awaited<ReturnType<typeof openWorld>>;
type Get = (index: number, path: string, init?: RequestInit) => Promise<Response>;

function memoryGet(nodes: readonly RunningNode[]): Get {
  const ask = nodeFetch(nodes, shards);
  return (index, path, init) => ask(`http://node-${index}.local${path}`, init);
}

async function loopbackGet(nodes: readonly RunningNode[]): Promise<Get> {
  const budget = createByteBudget(64 * 1024 * 1024);
  const doors: { door: HttpDoor; port: number }[] = [];
  for (const node of nodes) {
    const onTrouble = (error: unknown): never => {
      throw error;
    };
    const door = httpDoor({
      door: node,
      bodyBytesMax: (path) => bodyBytesMax(path, shards),
      tooLarge: tooLargeReply,
      budget,
      onTrouble,
    });
    doors.push({ door, port: await door.listen(0) });
    closers.push(() => door.stop());
  }
  return (index, path, init) => fetch(`http://127.0.0.1:${doors[index]?.port}${path}`, init);
}

export const content = (length: number, seed = 7): Uint8Array<ArrayBuffer> => seededDice(seed).bytes(length);

/** Which node owns a pair. */
export function ownerOf(world: NodeWorld, blob: SampleBlob, pair: number): number {
  const shard = shardOfPair(pair, parseBlobId(blob.id), shards);
  return world.chain.committee().members.findIndex((member) => member.shards.includes(shard));
}

/** Puts everything where it belongs; each answer must be the one for something new. */
export async function uploadAll(world: NodeWorld, blob: SampleBlob): Promise<void> {
  const put = async (index: number, path: string, body: Uint8Array<ArrayBuffer>, expected: string): Promise<void> => {
    const [status, data] = await world.put(index, path, body);
    if (status !== 201 || data !== expected) throw new Error(`${path}: ${status} ${JSON.stringify(data)}`);
  };
  for (let index = 0; index < nodeCount; index++) {
    await put(index, `/v1/blobs/${blob.id}/metadata`, blob.metadataBody, 'metadata successfully stored');
  }
  for (let pair = 0; pair < shards; pair++) {
    for (const axis of ['primary', 'secondary'] as const) {
      const path = `/v1/blobs/${blob.id}/slivers/${pair}/${axis}`;
      await put(ownerOf(world, blob, pair), path, blob.sliver(pair, axis), 'sliver stored successfully');
    }
  }
}
