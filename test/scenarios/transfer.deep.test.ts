/** Writing and reading over the embedded network: real chain adapter, real node adapter, real codec; faults in any third of the nodes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openChain } from '../../app/adapters/chain/chain.ts';
import { deviceSigner } from '../../app/adapters/chain/device-signer.ts';
import { openNodes } from '../../app/adapters/nodes/nodes.ts';
import { systemClock } from '../../app/adapters/time/time.ts';
import { parseBlobId } from '../../app/domain/blob-id.ts';
import type { SuiId } from '../../app/domain/ids.ts';
import { parseSuiId } from '../../app/domain/ids.ts';
import { openNodeHealth } from '../../app/domain/node-health.ts';
import { encodedBytes, redStuff } from '../../app/domain/redstuff.ts';
import { encodedSlivers, sliverForm } from '../../app/domain/sliver-form.ts';
import { openLocalnet, startLocalnet, type NodeFault, type RunningNode } from '../../app/localnet/localnet.ts';
import type { Chain, ChainStep, Outcome } from '../../app/ports/chain.ts';
import type { Nodes } from '../../app/ports/nodes.ts';
import { openReader, type BlobReader } from '../../app/restore/fetch/fetch.ts';
import { upload, type UploadInput, type UploadResult } from '../../app/stages/upload/upload.ts';
import { loadNative } from '../../native-workers/codec/codec.ts';
import { openInlinePool } from '../world/inline-pool.ts';
import { seededDice } from '../world/seeded-dice.ts';

// Every sliver is checked and every confirmation signed for real.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const pool = openInlinePool();
const clock = systemClock();
const shards = 100;
const nodeCount = 10;

interface Journey {
  readonly chain: Chain;
  readonly members: readonly RunningNode[];
  readonly advanceEpoch: () => void;
  act(step: ChainStep): Promise<Outcome>;
  /** A registered blob, ready to be uploaded. */
  registered(bytes: Uint8Array): Promise<{ input: UploadInput; space: SuiId }>;
  send(input: UploadInput): Promise<UploadResult>;
  reader(): BlobReader;
  /** Requests to nodes so far, by method and last part of the path. */
  readonly requests: string[];
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing there');
  return value;
}

async function openJourney(seed: number): Promise<Journey> {
  const dice = seededDice(seed);
  const native = loadNative();
  const codec = native === undefined ? {} : { rs2: native };
  const local = await openLocalnet({ nodes: nodeCount, shards, clock, dice, ...codec });
  closers.push(() => local.close());
  const requests: string[] = [];
  const nodes = openNodes({
    scheme: 'http',
    clock,
    requestMs: 1_500,
    fetch: (url, init) => {
      requests.push(`${init.method ?? ''} ${new URL(url).pathname.split('/').slice(4).join('/')}`);
      return local.nodeFetch(url, init);
    },
  });
  closers.push(() => nodes.close());
  const { ids } = local.ledger;
  const endpoint = {
    network: 'local',
    grpcUrl: 'http://sui.local',
    systemObjectId: parseSuiId(ids.systemObjectId),
    stakingObjectId: parseSuiId(ids.stakingObjectId),
    exchangeIds: ids.exchangeIds.map((id) => parseSuiId(id)),
  } as const;
  const chain = openChain({ clock, fetch: local.suiFetch, endpoint });
  const signer = deviceSigner(dice.bytes(32));
  local.ledger.fund(signer.address, 20_000_000_000n);
  return journeyOver({
    chain,
    signer,
    nodes,
    dice,
    members: local.nodes,
    requests,
    advanceEpoch: () => local.ledger.advanceEpoch(),
  });
}

interface Parts {
  readonly chain: Chain;
  readonly signer: ReturnType<typeof deviceSigner>;
  readonly nodes: Nodes;
  readonly dice: ReturnType<typeof seededDice>;
  readonly members: readonly RunningNode[];
  readonly requests: string[];
  readonly advanceEpoch: () => unknown;
}

async function journeyOver(parts: Parts): Promise<Journey> {
  const { chain, signer, nodes, dice, members, requests } = parts;
  const health = openNodeHealth(clock, dice);
  const act = async (step: ChainStep): Promise<Outcome> => {
    const { transaction } = await chain.prepare(step, signer.address);
    const outcome = await chain.send(transaction, await signer.sign(transaction));
    expect(outcome).toMatchObject({ isSuccess: true });
    return outcome;
  };
  await act({ kind: 'exchange', frost: 2_000_000_000n });
  const limits = { restStallMs: 300, patienceMs: 300, attemptsMax: 2 };
  return {
    chain,
    members,
    requests,
    act,
    advanceEpoch: () => void parts.advanceEpoch(),
    async registered(bytes) {
      const { committee } = await chain.network();
      const encoded = await pool.encode(committee.shards, bytes.length, async (blob) => blob.set(bytes), {
        urgency: 'bulk',
        signal: never,
      });
      const blobId = parseBlobId(encoded.metadata.blobId);
      const blob = {
        blobId,
        rootHash: encoded.metadata.rootHash,
        unencodedBytes: bytes.length,
        encodedBytes: encodedBytes(redStuff(committee.shards), bytes.length),
      };
      const growBytes = 16 * 1024 * 1024;
      const outcome = await act({ kind: 'register', pool: undefined, growBytes, epochsAhead: 5, blob });
      const slivers = encodedSlivers(sliverForm(committee.shards, bytes.length), encoded.blob, encoded.slivers);
      const objectId = there(outcome.registeredBlob);
      const input = { committee, blobId, metadata: encoded.metadata, slivers, objectId, already: [], isResumed: false };
      return { input, space: there(outcome.createdPool) };
    },
    send: (input) =>
      upload(
        input,
        { nodes, pool, clock, dice, health, limits },
        { onConfirmation: () => {}, onProgress: () => {} },
        never,
      ),
    reader: () =>
      openReader({
        nodes,
        pool,
        clock,
        dice,
        health: openNodeHealth(clock, dice),
        network: (signal) => chain.network(signal),
        limits: { patienceMs: 200, networkMs: 60_000 },
      }),
  };
}

async function certified(journey: Journey, bytes: Uint8Array): Promise<{ input: UploadInput; result: UploadResult }> {
  const { input, space } = await journey.registered(bytes);
  const result = await journey.send(input);
  const blobs = [{ blobId: input.blobId, certificate: result.certificate }];
  await journey.act({ kind: 'certify', pool: space, blobs, head: undefined });
  return { input, result };
}

async function readsRight(reader: BlobReader, input: UploadInput, bytes: Uint8Array): Promise<void> {
  const { bytes: whole } = await reader.readWhole(input.blobId, bytes.length, never);
  expect(Buffer.from(whole).equals(bytes), 'the whole blob').toBe(true);
  const part = await reader.readRange(input.blobId, 1000, 9000, never);
  expect(Buffer.from(part).equals(bytes.subarray(1000, 9000)), 'a part').toBe(true);
}

describe('a blob on the embedded network', () => {
  it('is uploaded, certified on chain and read back', async () => {
    const journey = await openJourney(1);
    const bytes = seededDice(11).bytes(200_000);
    const { input, result } = await certified(journey, bytes);
    expect(result.missing).toEqual([]);
    expect(result.certificate.weight).toBe(shards);
    expect(journey.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(2 * shards + nodeCount);
    journey.requests.length = 0;
    const reader = journey.reader();
    await reader.readRange(input.blobId, 0, 10, never);
    expect(journey.requests, 'metadata and one sliver').toHaveLength(2);
    await readsRight(reader, input, bytes);
  });

  const faults: readonly (NodeFault | 'stopped')[] = [
    'stopped',
    { kind: 'silent' },
    { kind: 'slow', ms: 10_000 },
    { kind: 'refuse', rate: 1 },
    { kind: 'lie-confirm', rate: 1 },
    { kind: 'corrupt', rate: 1 },
  ];
  it.each(faults)('is certified and read while a third of the nodes are %o', async (fault) => {
    const journey = await openJourney(2);
    const bad = [1, 4, 8].map((index) => there(journey.members[index]));
    for (const node of bad) {
      if (fault === 'stopped') node.stop();
      else node.setFault(fault);
    }
    const bytes = seededDice(12).bytes(100_000);
    const { input, result } = await certified(journey, bytes);
    // Nodes that only serve wrong bytes take them correctly.
    const isHonestWriter = fault !== 'stopped' && fault.kind === 'corrupt';
    expect(result.missing).toHaveLength(isHonestWriter ? 0 : 3);
    await readsRight(journey.reader(), input, bytes);
  });

  it('is read although it was certified by nodes that never stored it', async () => {
    const journey = await openJourney(3);
    for (const index of [0, 3, 7]) there(journey.members[index]).setFault({ kind: 'lie-confirm', rate: 0 });
    const bytes = seededDice(13).bytes(100_000);
    const { input, result } = await certified(journey, bytes);
    expect(result.missing).toEqual([]);
    for (const node of journey.members) node.setFault(undefined);
    there(journey.members[5]).stop();
    await readsRight(journey.reader(), input, bytes);
  });

  it('finds its new committee when the epoch changes before it is certified, and is sent only once', async () => {
    const journey = await openJourney(4);
    const bytes = seededDice(14).bytes(50_000);
    const { input, space } = await journey.registered(bytes);
    journey.advanceEpoch();
    await expect(journey.send(input)).rejects.toMatchObject({ code: 'chain-stale', retry: 'now' });
    const isPut = (request: string): boolean => request.startsWith('PUT slivers');
    const sent = journey.requests.filter(isPut).length;
    const { committee } = await journey.chain.network();
    const result = await journey.send({ ...input, committee, isResumed: true });
    expect(result.missing).toEqual([]);
    expect(journey.requests.filter(isPut).length).toBeLessThanOrEqual(2 * shards + sent);
    const blobs = [{ blobId: input.blobId, certificate: result.certificate }];
    await journey.act({ kind: 'certify', pool: space, blobs, head: undefined });
    await readsRight(journey.reader(), input, bytes);
  });

  it('is completed on a node that lost everything, without sending to the others', async () => {
    const journey = await openJourney(5);
    const bytes = seededDice(15).bytes(50_000);
    const { input } = await certified(journey, bytes);
    await there(journey.members[6]).wipe();
    journey.requests.length = 0;
    const result = await journey.send({ ...input, isResumed: true });
    expect(result.missing).toEqual([]);
    expect(journey.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1 + (2 * shards) / nodeCount);
  });

  it('cannot be certified with more than a third of the nodes gone, and says so', async () => {
    const journey = await openJourney(6);
    for (const index of [0, 1, 2, 3]) there(journey.members[index]).stop();
    const { input } = await journey.registered(seededDice(16).bytes(5_000));
    await expect(journey.send(input)).rejects.toMatchObject({ code: 'quorum-lost', retry: 'later' });
  });
});

describe('over loopback sockets', () => {
  it('a blob is uploaded and read with a third of the nodes silent', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'floe-transfer-'));
    closers.push(() => rm(dir, { recursive: true, force: true }));
    const dice = seededDice(7);
    const native = loadNative();
    const codec = native === undefined ? {} : { codec: native };
    const local = await startLocalnet({ dir, nodes: nodeCount, shards, clock, dice, ...codec });
    closers.push(() => local.close());
    const nodes = openNodes({ scheme: 'http', clock, requestMs: 1_500 });
    closers.push(() => nodes.close());
    const { ids } = local.ledger;
    const endpoint = {
      network: 'local',
      grpcUrl: local.ready.sui,
      systemObjectId: parseSuiId(ids.systemObjectId),
      stakingObjectId: parseSuiId(ids.stakingObjectId),
      exchangeIds: ids.exchangeIds.map((id) => parseSuiId(id)),
    } as const;
    const chain = openChain({ clock, endpoint });
    const signer = deviceSigner(dice.bytes(32));
    local.ledger.fund(signer.address, 20_000_000_000n);
    const advanceEpoch = (): unknown => local.ledger.advanceEpoch();
    const journey = await journeyOver({ chain, signer, nodes, dice, members: local.nodes, requests: [], advanceEpoch });
    for (const index of [2, 5, 9]) there(journey.members[index]).setFault({ kind: 'silent' });
    const bytes = dice.bytes(300_000);
    const { input, result } = await certified(journey, bytes);
    expect(result.missing).toHaveLength(3);
    await readsRight(journey.reader(), input, bytes);
  });
});
