/**
 * Checks what is stored against the nodes that promised to store it: of each pack some sliver pairs are drawn, fetched and proven against the blob's
 * metadata. Says for each node what it lacked, and how much doubt is left for each pack. A repair rebuilds the pack from what survives, encodes it
 * again, and sends only what nodes lack; the spool is not needed, and nothing is spent.
 */
import { pairOfShard, parseBlobId } from '../domain/blob-id.ts';
import type { Dice } from '../domain/clock.ts';
import type { Committee, CommitteeMember } from '../domain/committee.ts';
import type { Axis, BlobMetadata } from '../domain/encoding.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import { Gate } from '../domain/gate.ts';
import type { SpaceId, SuiId } from '../domain/ids.ts';
import { metadataBody, metadataBodyBytes, parseMetadata, sliverHashIn } from '../domain/metadata-form.ts';
import { encodedSlivers, parseSliverBody, sliverBodyBytes, sliverForm, sliverOfPair } from '../domain/sliver-form.ts';
import type { PackRow, SpaceRow } from '../ports/catalog.ts';
import { upload } from '../stages/upload/upload.ts';
import { doubt, sampleSize } from '../upkeep/sampling.ts';
import type { EngineCore } from './engine-core.ts';

export interface CheckRequest {
  /** Share of each pack's sliver pairs, above 0 and at most 1; a number that leaves hardly any doubt when left out. */
  readonly share: number | undefined;
  readonly repairs: boolean;
  /** So many packs at most, chosen by chance; all when left out. */
  readonly packsMax?: number;
}

export interface NodeFindings {
  readonly node: SuiId;
  readonly name: string;
  readonly sampled: number;
  readonly missing: number;
  readonly corrupt: number;
  /** Slivers that it was asked for and did not answer about. */
  readonly unreachable: number;
}

export interface PackFindings {
  readonly space: string;
  readonly blobId: string;
  readonly pairs: number;
  readonly good: number;
  /** How likely so good a sample would be if the pack could not be rebuilt. */
  readonly doubt: number;
  /** Why it could not be looked at or mended. */
  readonly problem: Fault | undefined;
}

export interface CheckReport {
  readonly packs: number;
  /** Packs there were to look at. */
  readonly ofPacks: number;
  readonly slivers: number;
  readonly missing: number;
  readonly corrupt: number;
  readonly unreachable: number;
  /** Slivers found wanting that are in place again. */
  readonly repaired: number;
  /** The doubt of the worst pack, and of all packs together (at most their sum). */
  readonly doubtWorst: number;
  readonly doubtAll: number;
  readonly nodes: readonly NodeFindings[];
  /** Packs at which anything was amiss. */
  readonly findings: readonly PackFindings[];
}

type State = 'good' | 'missing' | 'corrupt' | 'unreachable';

interface Probe {
  readonly member: CommitteeMember;
  readonly pair: number;
  readonly axis: Axis;
}

/** Slivers fetched at once; each is verified on the pool as it comes. */
const fetchedAtOnceMax = 16;

export async function checkPacks(
  core: EngineCore,
  request: CheckRequest,
  signal: AbortSignal,
  onPack?: (space: SpaceId, packs: number, ofPacks: number) => void,
): Promise<CheckReport> {
  const { committee } = await core.chain.network(signal);
  const tally = openTally(committee);
  const findings: PackFindings[] = [];
  let repaired = 0;
  let doubtWorst = 0;
  let doubtAll = 0;
  const all: Subject[] = [];
  for (const space of await core.catalog.spaces()) {
    const packs = await core.catalog.packs(space.num, ['certified', 'live']);
    all.push(...packs.map((pack) => ({ space, pack, committee })));
  }
  const chosen = choose(all, request.packsMax, core.dice);
  for (const [at, subject] of chosen.entries()) {
    onPack?.(subject.space.id, at + 1, chosen.length);
    const found = await checkPack(core, subject, request, tally, signal);
    repaired += found.repaired;
    doubtWorst = Math.max(doubtWorst, found.line.doubt);
    doubtAll = Math.min(1, doubtAll + found.line.doubt);
    if (found.line.good < found.line.pairs || found.line.problem) findings.push(found.line);
  }
  const nodes = tally.lines();
  const sum = (of: (line: NodeFindings) => number): number => nodes.reduce((total, line) => total + of(line), 0);
  return {
    packs: chosen.length,
    ofPacks: all.length,
    slivers: sum(({ sampled }) => sampled),
    missing: sum(({ missing }) => missing),
    corrupt: sum(({ corrupt }) => corrupt),
    unreachable: sum(({ unreachable }) => unreachable),
    repaired,
    doubtWorst,
    doubtAll,
    nodes,
    findings,
  };
}

/** So many by chance, without replacement, in their own order. */
function choose<T>(all: readonly T[], most: number | undefined, dice: Dice): readonly T[] {
  if (most === undefined || all.length <= most) return all;
  const lots = all.map((item, at) => ({ item, at, luck: dice.fraction() })).sort((a, b) => a.luck - b.luck);
  return lots
    .slice(0, most)
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

interface Subject {
  readonly space: SpaceRow;
  readonly pack: PackRow;
  readonly committee: Committee;
}

async function checkPack(
  core: EngineCore,
  subject: Subject,
  request: CheckRequest,
  tally: Tally,
  signal: AbortSignal,
): Promise<{ readonly line: PackFindings; readonly repaired: number }> {
  const { space, pack, committee } = subject;
  const { blobId } = pack;
  if (blobId === undefined) throw new Error('a certified pack has its blob id');
  const pairs = sampleSize(committee.shards, request.share);
  const line = { space: space.name, blobId, pairs };
  try {
    const metadata = await provenMetadata(core, subject, signal);
    const probes = drawProbes(core, subject, pairs);
    const states = await probeAll(core, metadata, probes, signal);
    probes.forEach((probe, i) => tally.add(probe.member, states[i] ?? 'unreachable'));
    const bad = probes.filter((_, i) => states[i] !== 'good');
    const good = pairs - new Set(bad.map(({ pair }) => pair)).size;
    const lacking = probes.filter((_, i) => states[i] === 'missing' || states[i] === 'corrupt');
    const repaired = request.repairs && lacking.length > 0 ? await repair(core, subject, metadata, lacking, signal) : 0;
    return { line: { ...line, good, doubt: doubt(committee.shards, pairs, good), problem: undefined }, repaired };
  } catch (error) {
    const problem = faultOf(error);
    if (problem === undefined || problem.code === 'cancelled' || signal.aborted) throw error;
    return { line: { ...line, good: 0, doubt: 1, problem }, repaired: 0 };
  }
}

/** Both slivers of so many pairs, drawn by chance without replacement. */
function drawProbes({ dice }: EngineCore, { pack, committee }: Subject, pairs: number): readonly Probe[] {
  const { shards, members } = committee;
  const owners = new Map(members.flatMap((member) => member.shards.map((shard) => [shard, member] as const)));
  const rest = Array.from({ length: shards }, (_, shard) => shard);
  return Array.from({ length: pairs }, () => {
    const [shard = 0] = rest.splice(Math.floor(dice.fraction() * rest.length), 1);
    const member = owners.get(shard);
    if (member === undefined || pack.blobId === undefined) throw new Error('every shard has its member');
    const pair = pairOfShard(shard, pack.blobId, shards);
    return [
      { member, pair, axis: 'primary' },
      { member, pair, axis: 'secondary' },
    ] as const;
  }).flat();
}

async function probeAll(
  core: EngineCore,
  metadata: BlobMetadata,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<readonly State[]> {
  const gate = new Gate(fetchedAtOnceMax);
  return Promise.all(
    probes.map(async (probe) => {
      const leave = await gate.enter(1, signal);
      try {
        return await probeSliver(core, metadata, probe, signal);
      } finally {
        leave();
      }
    }),
  );
}

async function probeSliver(
  core: EngineCore,
  metadata: BlobMetadata,
  { member, pair, axis }: Probe,
  signal: AbortSignal,
): Promise<State> {
  const shards = metadata.hashes.length / 64;
  const form = sliverForm(shards, metadata.unencodedBytes);
  const index = sliverOfPair(axis, pair, shards);
  try {
    const blobId = parseBlobId(metadata.blobId);
    const body = await core.nodes.node(member).sliver(blobId, pair, axis, sliverBodyBytes(form, axis), signal);
    if (body === undefined) return 'missing';
    const data = Uint8Array.from(parseSliverBody(body, form, axis, index));
    const expected = sliverHashIn(metadata, axis, index);
    const options = { urgency: 'bulk', signal } as const;
    const { isGenuine } = await core.pool.verifySliver(shards, { axis, index, data }, expected, options);
    return isGenuine ? 'good' : 'corrupt';
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined || signal.aborted) throw error;
    return fault.code === 'codec-refused' ? 'corrupt' : 'unreachable';
  }
}

/** The metadata from whichever node has it; a single honest one suffices. */
async function provenMetadata(
  core: EngineCore,
  { pack, committee }: Subject,
  signal: AbortSignal,
): Promise<BlobMetadata> {
  const { blobId } = pack;
  if (blobId === undefined) throw new Error('a certified pack has its blob id');
  const { shards } = committee;
  const members = committee.members.filter((member) => member.shards.length > 0);
  const start = Math.floor(core.dice.fraction() * members.length);
  for (const member of [...members.slice(start), ...members.slice(0, start)]) {
    try {
      const body = await core.nodes.node(member).metadata(blobId, metadataBodyBytes(shards), signal);
      if (body !== undefined) return parseMetadata(body, blobId, shards);
    } catch (error) {
      // The next node is asked; only when none has it is that a finding.
      if (faultOf(error) === undefined || signal.aborted) throw error;
    }
  }
  throw new Fault('blob-unavailable', 'later', `No storage node gives the metadata of blob ${blobId}.`);
}

/** Rebuilds the pack and sends what nodes lack. Returns how many of the slivers found wanting are in place afterwards. */
async function repair(
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
      await unlessRefused(async () => {
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

/** A node that does not take it still lacks it, which the next look shows. */
async function unlessRefused(send: () => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (faultOf(error) === undefined || signal.aborted) throw error;
  }
}

interface Tally {
  add(member: CommitteeMember, state: State): void;
  lines(): readonly NodeFindings[];
}

function openTally({ members }: Committee): Tally {
  const counts = new Map(members.map(({ nodeId }) => [nodeId, { good: 0, missing: 0, corrupt: 0, unreachable: 0 }]));
  return {
    add({ nodeId }, state) {
      const count = counts.get(nodeId);
      if (count) count[state]++;
    },
    lines: () =>
      members.flatMap(({ nodeId, name }) => {
        const count = counts.get(nodeId);
        if (!count) return [];
        const { good, missing, corrupt, unreachable } = count;
        return [{ node: nodeId, name, sampled: good + missing + corrupt + unreachable, missing, corrupt, unreachable }];
      }),
  };
}
