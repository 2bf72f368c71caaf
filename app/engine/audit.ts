/**
 * Checks what is stored against the nodes that promised to store it: of each pack some sliver pairs are drawn, fetched and proven against the blob's
 * metadata. Says for each node what it lacked, how much doubt is left for each pack, and how well it stands. Mending is part of it where that was asked
 * for; packs that cannot be mended from what survives are handed on.
 */
import type { Dice } from '../domain/clock.ts';
import type { Committee, CommitteeMember } from '../domain/committee.ts';
import type { Fault } from '../domain/fault.ts';
import { faultOf } from '../domain/fault.ts';
import type { SpaceId, SuiId } from '../domain/ids.ts';
import { healthOf, type PackHealth } from '../upkeep/pack-health.ts';
import { doubt, sampleSize } from '../upkeep/sampling.ts';
import type { EngineCore } from './engine-core.ts';
import { mendPack } from './mend-pack.ts';
import { drawProbes, isPackLost, probeAll, provenMetadata, type SliverState, type Subject } from './pack-probes.ts';
import type { RemadePack } from './remake.ts';
import { unsoundPacks } from './unsound-packs.ts';

export interface CheckRequest {
  /** Share of each pack's sliver pairs, above 0 and at most 1; a number that leaves hardly any doubt when left out. */
  readonly share: number | undefined;
  readonly repairs: boolean;
  /** Packs that are weak are mended in any case. */
  readonly mendsWeak?: boolean;
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
  /** As it was found. Inconsistent: its slivers do not belong together. */
  readonly health: PackHealth | 'inconsistent';
  /** Slivers found missing or wrong, and how many of them are in place again. */
  readonly wanting: number;
  readonly repaired: number;
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
  /** Packs that were found below the threshold of health (docs/checking.md), the lost and inconsistent ones among them. */
  readonly weak: number;
  /** Packs that were made anew, or were to be. */
  readonly remade: readonly RemadePack[];
  /** The doubt of the worst pack, and of all packs together (at most their sum). */
  readonly doubtWorst: number;
  readonly doubtAll: number;
  readonly nodes: readonly NodeFindings[];
  /** Packs at which anything was amiss. */
  readonly findings: readonly PackFindings[];
}

export interface Checked {
  readonly report: CheckReport;
  /** Packs that no mending helps. */
  readonly broken: readonly BrokenPack[];
}

export interface BrokenPack {
  readonly subject: Subject;
  readonly health: 'lost' | 'inconsistent';
}

export async function checkPacks(
  core: EngineCore,
  request: CheckRequest,
  signal: AbortSignal,
  onPack?: (space: SpaceId, packs: number, ofPacks: number) => void,
): Promise<Checked> {
  const { committee } = await core.chain.network(signal);
  const tally = openTally(committee);
  const findings: PackFindings[] = [];
  const broken: BrokenPack[] = [];
  let repaired = 0;
  let doubtWorst = 0;
  let doubtAll = 0;
  const all = await subjects(core, committee);
  const chosen = choose(all, request.packsMax, core.dice);
  for (const [at, subject] of chosen.entries()) {
    onPack?.(subject.space.id, at + 1, chosen.length);
    const found = await checkPack(core, subject, request, tally, signal);
    const { health } = found;
    repaired += found.repaired;
    doubtWorst = Math.max(doubtWorst, found.doubt);
    doubtAll = Math.min(1, doubtAll + found.doubt);
    if (found.good < found.pairs || found.problem) findings.push(found);
    if (health === 'lost' || health === 'inconsistent') broken.push({ subject, health });
  }
  const nodes = tally.lines();
  const sum = (of: (line: NodeFindings) => number): number => nodes.reduce((total, line) => total + of(line), 0);
  const report: CheckReport = {
    packs: chosen.length,
    ofPacks: all.length,
    slivers: sum(({ sampled }) => sampled),
    missing: sum(({ missing }) => missing),
    corrupt: sum(({ corrupt }) => corrupt),
    unreachable: sum(({ unreachable }) => unreachable),
    repaired,
    weak: findings.filter(({ health }) => health !== 'sound' && health !== 'unknown').length,
    remade: [],
    doubtWorst,
    doubtAll,
    nodes,
    findings,
  };
  return { report, broken };
}

/** All packs but those whose chunks lie elsewhere by now, and which only wait to be deleted. */
async function subjects(core: EngineCore, committee: Committee): Promise<readonly Subject[]> {
  const all: Subject[] = [];
  for (const space of await core.catalog.spaces()) {
    const unsound = await unsoundPacks(core.catalog, space.num);
    const packs = await core.catalog.packs(space.num, ['certified', 'live']);
    for (const pack of packs)
      if (pack.blobId === undefined || unsound.get(pack.blobId) !== 'remade') all.push({ space, pack, committee });
  }
  return all;
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

/** More doubt than a usual sample leaves: then it is worth the traffic to know whether the pack is lost. */
const doubtWorthKnowing = 1e-9;

async function checkPack(
  core: EngineCore,
  subject: Subject,
  request: CheckRequest,
  tally: Tally,
  signal: AbortSignal,
): Promise<PackFindings> {
  const { space, pack, committee } = subject;
  const { blobId } = pack;
  if (blobId === undefined) throw new Error('a certified pack has its blob id');
  const { shards } = committee;
  const pairs = sampleSize(shards, request.share);
  const none = { good: 0, doubt: 1, health: 'unknown', wanting: 0, repaired: 0, problem: undefined } as const;
  let line: PackFindings = { space: space.name, blobId, pairs, ...none };
  try {
    const metadata = await provenMetadata(core, subject, signal);
    const probes = drawProbes(core, subject, pairs);
    const states = await probeAll(core, metadata, probes, signal);
    probes.forEach((probe, i) => tally.add(probe.member, states[i] ?? 'unreachable'));
    const bad = probes.filter((_, i) => states[i] !== 'good');
    const good = pairs - new Set(bad.map(({ pair }) => pair)).size;
    const health = healthOf(shards, pairs, good);
    const lacking = probes.filter((_, i) => states[i] === 'missing' || states[i] === 'corrupt');
    line = { ...line, good, doubt: doubt(shards, pairs, good), health, wanting: lacking.length };
    const isMended = request.repairs || (request.mendsWeak === true && health === 'weak');
    if (isMended && lacking.length > 0)
      return { ...line, repaired: await mendPack(core, subject, metadata, lacking, signal) };
    const isDoubtful = health === 'weak' && line.doubt > doubtWorthKnowing;
    return isDoubtful && (await isPackLost(core, subject, signal)) ? { ...line, health: 'lost' } : line;
  } catch (error) {
    const problem = faultOf(error);
    if (problem === undefined || problem.code === 'cancelled' || signal.aborted) throw error;
    return brokenLine(core, subject, { ...line, problem }, signal);
  }
}

/** What the trouble with a pack says of its health. */
async function brokenLine(
  core: EngineCore,
  subject: Subject,
  line: PackFindings,
  signal: AbortSignal,
): Promise<PackFindings> {
  const code = line.problem?.code;
  if (code === 'blob-inconsistent') return { ...line, health: 'inconsistent' };
  const isGone = code === 'blob-unavailable' && (await isPackLost(core, subject, signal));
  return isGone ? { ...line, health: 'lost' } : line;
}

interface Tally {
  add(member: CommitteeMember, state: SliverState): void;
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
