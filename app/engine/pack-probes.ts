/**
 * Slivers of a pack as its nodes give them, each proven against the blob's metadata: drawn by chance for a check, or all of them where it matters whether
 * a pack can still be rebuilt. What a node says it does not have, or sends wrong, is wanting; silence is only silence.
 */
import { pairOfShard, parseBlobId, type BlobId } from '../domain/blob-id.ts';
import type { Committee, CommitteeMember } from '../domain/committee.ts';
import type { Axis, BlobMetadata } from '../domain/encoding.ts';
import { Fault, faultOf, orFault, type FaultCode } from '../domain/fault.ts';
import { Gate } from '../domain/gate.ts';
import { metadataBodyBytes, parseMetadata, sliverHashIn } from '../domain/metadata-form.ts';
import { redStuff } from '../domain/redstuff.ts';
import { parseSliverBody, sliverBodyBytes, sliverForm, sliverOfPair } from '../domain/sliver-form.ts';
import type { PackRow, SpaceRow } from '../ports/catalog.ts';
import { isLost } from '../upkeep/pack-health.ts';
import type { EngineCore } from './engine-core.ts';

export type SliverState = 'good' | 'missing' | 'corrupt' | 'unreachable';

export interface Probe {
  readonly member: CommitteeMember;
  readonly pair: number;
  readonly axis: Axis;
}

export interface Subject {
  readonly space: SpaceRow;
  readonly pack: PackRow;
  readonly committee: Committee;
}

/** Slivers fetched at once; each is verified on the pool as it comes. */
const fetchedAtOnceMax = 16;

/** Both slivers of so many pairs, drawn by chance without replacement. */
export function drawProbes({ dice }: EngineCore, { pack, committee }: Subject, pairs: number): readonly Probe[] {
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

export async function probeAll(
  core: EngineCore,
  metadata: BlobMetadata,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<readonly SliverState[]> {
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
): Promise<SliverState> {
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
export async function provenMetadata(
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
    const found = await orFault(async () => {
      const body = await core.nodes.node(member).metadata(blobId, metadataBodyBytes(shards), signal);
      return body && parseMetadata(body, blobId, shards);
    }, signal);
    // Else the next node is asked; only when none has it is that a finding.
    if (found !== undefined && !(found instanceof Fault)) return found;
  }
  throw new Fault('blob-unavailable', 'later', `No storage node gives the metadata of blob ${blobId}.`);
}

/**
 * Whether the pack is lost for good, as far as nodes can say: so many definitely lack their slivers that even if everybody who is silent had all of theirs,
 * it could not be rebuilt.
 */
export async function isPackLost(core: EngineCore, subject: Subject, signal: AbortSignal): Promise<boolean> {
  const { committee, pack } = subject;
  const { shards } = committee;
  const metadata = await whereLacking('blob-unavailable', () => provenMetadata(core, subject, signal));
  if (metadata === undefined) {
    // Who has slivers of a blob has its metadata.
    let possible = shards;
    for (const member of committee.members)
      if (pack.blobId && (await hasNoMetadata(core, member, pack.blobId, shards, signal)))
        possible -= member.shards.length;
    return isLost(shards, { primary: possible, secondary: possible });
  }
  const probes = drawProbes(core, subject, shards);
  const states = await probeAll(core, metadata, probes, signal);
  const possible = { primary: shards, secondary: shards };
  probes.forEach(({ axis }, i) => {
    if (states[i] === 'missing' || states[i] === 'corrupt') possible[axis]--;
  });
  return isLost(shards, possible);
}

/** Rows of the pack that nodes still give, each proven; none when nobody gives its metadata. */
export async function goodRows(core: EngineCore, subject: Subject, signal: AbortSignal): Promise<ReadonlySet<number>> {
  const metadata = await whereLacking('blob-unavailable', () => provenMetadata(core, subject, signal));
  if (metadata === undefined) return new Set();
  const { shards } = subject.committee;
  const { rows } = redStuff(shards);
  const probes = drawProbes(core, subject, shards).filter(({ axis, pair }) => axis === 'primary' && pair < rows);
  const states = await probeAll(core, metadata, probes, signal);
  return new Set(probes.flatMap(({ pair }, i) => (states[i] === 'good' ? [pair] : [])));
}

async function hasNoMetadata(
  core: EngineCore,
  member: CommitteeMember,
  blobId: BlobId,
  shards: number,
  signal: AbortSignal,
): Promise<boolean> {
  const ask = () => core.nodes.node(member).metadata(blobId, metadataBodyBytes(shards), signal);
  return (await orFault(ask, signal)) === undefined;
}

/** What is asked for; undefined when the fault says that it cannot be had. */
async function whereLacking<T>(code: FaultCode, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (faultOf(error)?.code !== code) throw error;
    return undefined;
  }
}
