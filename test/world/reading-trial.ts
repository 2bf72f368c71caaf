/** A blob on model nodes, and a reader of it: what tests of the reader begin with. */
import { expect } from 'vitest';
import { openInlinePool } from './inline-pool.ts';
import { openIdleClock } from './idle-clock.ts';
import { modelCommittee, openModelNetwork, type ModelNetwork } from './model-nodes.ts';
import { seededDice } from './seeded-dice.ts';
import { pairOfShard, parseBlobId, type BlobId } from '../../app/domain/blob-id.ts';
import type { Clock, Dice } from '../../app/domain/clock.ts';
import type { Committee, NetworkState } from '../../app/domain/committee.ts';
import type { BlobMetadata } from '../../app/domain/encoding.ts';
import type { Fault } from '../../app/domain/fault.ts';
import { metadataBody } from '../../app/domain/metadata-form.ts';
import { openNodeHealth } from '../../app/domain/node-health.ts';
import { encodedSlivers, sliverDataBytes, sliverForm, sliverOfPair } from '../../app/domain/sliver-form.ts';
import { openReader, type BlobReader } from '../../app/restore/fetch/fetch.ts';

export const never: AbortSignal = new AbortController().signal;
export const pool = openInlinePool();
const bulk = { urgency: 'bulk', signal: never } as const;

interface Stored {
  readonly blobId: BlobId;
  readonly bytes: Uint8Array;
  readonly metadata: BlobMetadata;
}

export interface Trial {
  readonly network: ModelNetwork;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly state: { now: NetworkState };
  readonly blob: Stored;
  /** Keeps its health and cache, as the one reader of a process does. */
  readonly reader: BlobReader;
}

export function stateOf(committee: Committee): NetworkState {
  return {
    committee,
    previousCommittee: undefined,
    isChanging: false,
    epoch: committee.epoch,
    epochDurationMs: 1000,
    nextEpochAtMs: 0,
    epochsAheadMax: 53,
    storagePrice: 1n,
    writePrice: 1n,
  };
}

/** Puts a random blob on all nodes of a committee. */
async function store(network: ModelNetwork, committee: Committee, dice: Dice, length: number): Promise<Stored> {
  const { shards } = committee;
  const bytes = dice.bytes(length);
  const encoded = await pool.encode(shards, length, async (into) => into.set(bytes), bulk);
  const blobId = parseBlobId(encoded.metadata.blobId);
  const source = encodedSlivers(sliverForm(shards, length), encoded.blob, encoded.slivers);
  for (const member of committee.members) {
    const client = network.node(member);
    await client.putMetadata(blobId, metadataBody(encoded.metadata), never);
    for (const shard of member.shards) {
      const pair = pairOfShard(shard, blobId, shards);
      for (const axis of ['primary', 'secondary'] as const) {
        const body = source.body(axis, sliverOfPair(axis, pair, shards));
        await client.putSliver(blobId, pair, axis, body, never);
      }
    }
  }
  return { blobId, bytes, metadata: encoded.metadata };
}

export async function openTrial(
  nodes: number,
  shards: number,
  seed: number,
  length = 3000,
  clock: Clock = openIdleClock(),
): Promise<Trial> {
  const dice = seededDice(seed);
  const committee = modelCommittee(nodes, shards);
  const network = openModelNetwork(clock, committee);
  // Another blob, so that confusing nodes have something to confuse with.
  await store(network, committee, dice, length);
  const blob = await store(network, committee, dice, length);
  network.counts.clear();
  const state = { now: stateOf(committee) };
  return { network, clock, dice, state, blob, reader: readerOf(network, clock, dice, state) };
}

export function readerOf(network: ModelNetwork, clock: Clock, dice: Dice, state: { now: NetworkState }): BlobReader {
  const health = openNodeHealth(clock, dice);
  return openReader({ nodes: network, pool, clock, dice, health, network: () => Promise.resolve(state.now) });
}

export function chooseNodes({ network, dice }: Trial, count: number): ModelNetwork['all'] {
  return network.all
    .map((node) => ({ node, luck: dice.fraction() }))
    .sort((a, b) => a.luck - b.luck)
    .slice(0, count)
    .map(({ node }) => node);
}

export async function readsRight({ reader, blob, dice }: Trial, note: string): Promise<void> {
  const { bytes: whole, release } = await reader.readWhole(blob.blobId, blob.bytes.length, never);
  expect(Buffer.from(whole).equals(blob.bytes), `whole, ${note}`).toBe(true);
  release();
  const start = Math.floor(dice.fraction() * blob.bytes.length);
  const end = start + Math.floor(dice.fraction() * (blob.bytes.length - start));
  const part = await reader.readRange(blob.blobId, start, end, never);
  expect(Buffer.from(part).equals(blob.bytes.subarray(start, end)), `${start}..${end}, ${note}`).toBe(true);
}

/** Takes slivers away so that exactly these are left. */
export function keepOnly({ network, blob }: Trial, keeps: (axis: string, pair: number) => boolean): void {
  for (const { bodies } of network.all) {
    for (const name of bodies.keys()) {
      const [id, pair, axis] = name.split(' ');
      if (id === blob.blobId && axis !== undefined && !keeps(axis, Number(pair))) bodies.delete(name);
    }
  }
}

export const fault = (wanted: Partial<Fault>): Partial<Fault> => expect.objectContaining(wanted) as Partial<Fault>;
export const says = (text: string): string => expect.stringContaining(text) as string;

/** Metadata whose hashes fit slivers of two different blobs: what a malicious writer could store. */
export async function forgeInconsistent({ network, dice }: Trial): Promise<BlobId> {
  const { portableRs2, blobIdOf, metadataRoot } = await import('../../native-workers/portable/portable.ts');
  const form = sliverForm(4, 60);
  const slivers = Array.from({ length: 4 }, () => dice.bytes(sliverDataBytes(form, 'primary')));
  const hashes = new Uint8Array(4 * 64);
  for (const [i, data] of slivers.entries()) hashes.set(portableRs2.sliverHash(form.code, 'primary', data), i * 64);
  const rootHash = metadataRoot(hashes);
  const id = blobIdOf(1, 60, rootHash);
  const blobId = parseBlobId(id);
  const metadata = { blobId: id, rootHash, unencodedBytes: 60, hashes };
  const { sliverHead, sliverTail } = await import('../../app/domain/sliver-form.ts');
  for (const { member } of network.all) {
    const client = network.node(member);
    await client.putMetadata(blobId, metadataBody(metadata), never);
    for (const shard of member.shards) {
      const pair = pairOfShard(shard, blobId, 4);
      const data = slivers[pair] ?? new Uint8Array(0);
      const body = [sliverHead(data.length), data, sliverTail(form.symbolBytes, pair)];
      await client.putSliver(blobId, pair, 'primary', body, never);
    }
  }
  return blobId;
}
