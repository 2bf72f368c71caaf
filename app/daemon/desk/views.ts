/** From what the engine says to what a window shows: spaces, summary, needs, nodes. Pure, so that each can be looked at alone. */
import type { NetworkState } from '../../domain/committee.ts';
import type {
  Engine,
  EngineStatus,
  HeldDeletions,
  MissingFolder,
  SpaceStatus,
  SteeringState,
} from '../../engine/engine.ts';
import type { Need, Summary, Work } from '../../wire/activity.ts';
import { wireFault } from '../../wire/fault-form.ts';
import { spaceWords, type SpaceState, type SpaceWord } from '../../wire/space.ts';
import type { NodesState, NodeState, NodeWord } from '../../wire/storage.ts';
import type { SpacePass } from './keeper.ts';
import { pauseForm } from '../steering-handlers.ts';
import { leaseFrost, monthMs } from '../prices.ts';

/** A lease this near its end is somebody's business. */
const leaseWarningDays = 14;
const leaseWarningMs = leaseWarningDays * 24 * 3_600_000;
/** Problems told with a space; its activity has all of them. */
const problemsToldMax = 50;
/** An answer that takes this long is slow: four times what a node far away needs. */
const slowMs = 2_000;

type HeldCount = Pick<HeldDeletions, 'here' | 'elsewhere' | 'rewritesHere' | 'rewritesElsewhere'>;

/** What is known of a space beside its status. */
export interface SpaceFacts {
  readonly pass: SpacePass | undefined;
  readonly certifiedFiles: number;
  readonly certifiedMs: number | undefined;
  /** Its folder is not where it was. */
  readonly missing: MissingFolder | undefined;
  /** As the last pass left it, in this run or an earlier one. */
  readonly held: HeldCount | undefined;
  /** That wait for a person now. */
  readonly conflicts: number;
}

export interface ViewInput {
  readonly status: EngineStatus;
  readonly network: NetworkState | undefined;
  readonly facts: ReadonlyMap<string, SpaceFacts>;
  readonly work: Work | undefined;
  readonly steering: SteeringState | undefined;
  readonly retryAtMs: number | undefined;
  readonly nowMs: number;
  readonly isPhraseConfirmed: boolean;
  readonly isPlayMoney: boolean;
  /** Pools of which the autopilot warned, with the mark that was passed: 60, 30, 14 or 7 days. */
  readonly leaseMarks: ReadonlyMap<string, number>;
}

export function spacesView(input: ViewInput): readonly SpaceState[] {
  return input.status.spaces.map((space) => spaceView(space, input));
}

function spaceView(space: SpaceStatus, input: ViewInput): SpaceState {
  const { facts, network } = input;
  const known = facts.get(space.space);
  const report = known?.pass?.report;
  const fault = known?.pass?.fault;
  return {
    space: space.space,
    name: space.name,
    mode: space.mode,
    folder: space.folder,
    word: wordOf(space, input),
    files: space.files,
    bytes: space.bytes,
    certifiedFiles: known?.certifiedFiles ?? 0,
    packs: space.packs,
    storedBytes: space.storedBytes,
    encodedBytes: space.encodedBytes,
    snapshot: space.snapshot,
    sequence: space.sequence,
    certifiedMs: known?.certifiedMs,
    paidUntilMs: space.leaseEndsAtMs,
    leaseEndEpoch: space.leaseEndEpoch,
    monthFrost: network && String(leaseFrost(space.encodedBytes, network, monthMs)),
    held: deletionsOf(known?.held),
    rewritesHere: known?.held?.rewritesHere ?? 0,
    rewritesElsewhere: known?.held?.rewritesElsewhere ?? 0,
    pause: space.paused && { ...pauseForm(space.paused), isAll: space.paused.isAll },
    conflicts: known?.conflicts ?? 0,
    problems: (report?.problems ?? [])
      .slice(0, problemsToldMax)
      .map((problem) => ({ path: problem.path, fault: wireFault(problem.fault) })),
    problemsTotal: report?.problems.length ?? 0,
    special: report?.special ?? 0,
    lastPassMs: known?.pass?.timeMs,
    drill: space.drill && drillForm(space, space.drill),
    fault: fault && wireFault(fault),
  };
}

const deletionsOf = (held: HeldCount | undefined): number => (held ? held.here + held.elsewhere : 0);
const isHeld = (held: HeldCount | undefined): boolean =>
  deletionsOf(held) + (held ? held.rewritesHere + held.rewritesElsewhere : 0) > 0;

const drillForm = (
  { space, name }: SpaceStatus,
  { atMs, files, bytes, refusedShards, shards, seconds, failed }: NonNullable<SpaceStatus['drill']>,
): NonNullable<SpaceState['drill']> => ({
  space,
  files,
  bytes,
  refusedShards,
  shards,
  seconds,
  failed,
  spaceName: name,
  timeMs: atMs,
});

const sendingKinds = new Set<Work['kind']>(['encoding', 'uploading', 'certifying']);

function wordOf(space: SpaceStatus, { facts, work, nowMs, isPlayMoney }: ViewInput): SpaceWord {
  const known = facts.get(space.space);
  const report = known?.pass?.report;
  const fault = known?.pass?.fault;
  if (isHeld(known?.held)) return 'held';
  if ((known?.conflicts ?? 0) > 0) return 'conflict';
  const needsHand = fault?.retry === 'after-user' || fault?.retry === 'never';
  if (needsHand || known?.missing !== undefined || (report?.problems.length ?? 0) > 0) return 'attention';
  if (isLeaseShort(space, nowMs) && !isPlayMoney) return 'attention';
  if (space.folder === undefined) return space.snapshot === undefined ? 'saved' : 'certified';
  if (space.paused) return 'paused';
  const mine = work?.space === space.space ? work.kind : undefined;
  if (mine !== undefined && sendingKinds.has(mine)) return 'uploading';
  if (mine === 'reading' || mine === 'packing') return 'packing';
  return space.isPending || space.snapshot === undefined ? 'saved' : 'certified';
}

const isLeaseShort = ({ leaseEndsAtMs }: SpaceStatus, nowMs: number): boolean =>
  leaseEndsAtMs !== undefined && leaseEndsAtMs - nowMs < leaseWarningMs;

export function summaryView(input: ViewInput, spaces: readonly SpaceState[], needs: readonly Need[]): Summary {
  const sum = (count: (space: SpaceState) => number): number => spaces.reduce((all, space) => all + count(space), 0);
  const ends = spaces.flatMap((space) => space.paidUntilMs ?? []);
  const words = new Set(spaces.map((space) => space.word));
  const drills = spaces.flatMap(({ drill }) => (drill && drill.failed === 0 && drill.files > 0 ? [drill.timeMs] : []));
  return {
    files: sum((space) => space.files),
    certifiedFiles: sum((space) => space.certifiedFiles),
    bytes: sum((space) => space.bytes),
    spaces: spaces.length,
    worst: spaceWords.find((word) => words.has(word)) ?? 'certified',
    needs: needs.length,
    paidUntilMs: ends.length === 0 ? undefined : Math.min(...ends),
    paidLongestMs: ends.length === 0 ? undefined : Math.max(...ends),
    lastDrillMs: drills.length === 0 ? undefined : Math.max(...drills),
    work: input.work,
    pause: input.steering?.paused && pauseForm(input.steering.paused),
    fault: spaces.find((space) => space.fault)?.fault,
    retryAtMs: input.retryAtMs,
    isChainReached: input.status.chain !== undefined,
  };
}

/** What the autopilot said; before it was asked, only what is near is somebody's business. */
function leaseMark({ status, leaseMarks, nowMs }: ViewInput, { space, paidUntilMs }: SpaceState): number | undefined {
  const pool = status.spaces.find((each) => each.space === space)?.pool;
  const told = pool === undefined ? undefined : leaseMarks.get(pool);
  const isNear = paidUntilMs !== undefined && paidUntilMs - nowMs < leaseWarningMs;
  return told ?? (isNear ? leaseWarningDays : undefined);
}

export function needsView(input: ViewInput, spaces: readonly SpaceState[]): readonly Need[] {
  const { status, facts, isPlayMoney } = input;
  const needs: Need[] = [];
  for (const space of spaces) {
    const about = { space: space.space, spaceName: space.name };
    const need = (kind: string): string => `${kind}:${space.space}`;
    const { held: deletions, rewritesHere, rewritesElsewhere } = space;
    if (deletions + rewritesHere + rewritesElsewhere > 0)
      needs.push({ ...about, id: need('held'), kind: 'held', deletions, rewritesHere, rewritesElsewhere });
    if (space.conflicts > 0) needs.push({ ...about, id: need('conflict'), kind: 'conflict', files: space.conflicts });
    const missing = facts.get(space.space)?.missing;
    if (missing) {
      const { folder, isAnother, proposed } = missing;
      needs.push({ ...about, id: need('folder'), kind: 'folder-missing', folder, isAnother, proposed });
    }
    // That nothing of it could be kept says no more.
    if (space.problemsTotal > 0 && !missing)
      needs.push({ ...about, id: need('unkept'), kind: 'unkept', files: space.problemsTotal });
    const mark = isPlayMoney ? undefined : leaseMark(input, space);
    // Another mark is another need: it is told anew.
    if (mark !== undefined && space.paidUntilMs !== undefined)
      needs.push({ ...about, id: need(`lease-${mark}`), kind: 'lease', paidUntilMs: space.paidUntilMs });
    const { fault } = space;
    if (fault && !missing && (fault.retry === 'after-user' || fault.retry === 'never') && fault.code !== 'money-short')
      needs.push({ ...about, id: need('fault'), kind: 'fault', fault });
  }
  const whole = { space: undefined, spaceName: '' };
  const isShort = spaces.some((space) => space.fault?.code === 'money-short');
  const balances = status.chain?.balances;
  if (status.device && (isShort || (balances !== undefined && balances.mist === 0n)))
    needs.push({
      ...whole,
      id: 'money',
      kind: 'money',
      address: status.device.address,
      frost: String(balances?.frost ?? 0n),
      mist: String(balances?.mist ?? 0n),
    });
  if (!input.isPhraseConfirmed) needs.push({ ...whole, id: 'phrase', kind: 'phrase' });
  return needs;
}

export function nodesView(name: string, network: NetworkState | undefined, health: Engine['health']): NodesState {
  return {
    network: name,
    epoch: network?.epoch,
    nextEpochAtMs: network?.nextEpochAtMs,
    epochDurationMs: network?.epochDurationMs,
    shards: network?.committee.shards ?? 0,
    nodes: (network?.committee.members ?? []).map((member): NodeState => {
      const { nodeId } = member;
      const latencyMs = health.isKnown(nodeId) ? Math.round(health.latencyMs(nodeId)) : undefined;
      return {
        index: member.index,
        id: nodeId,
        name: member.name,
        host: member.networkAddress,
        shards: member.shards,
        word: nodeWord(nodeId, latencyMs, health),
        latencyMs,
        restMs: Math.round(health.restMs(nodeId)),
      };
    }),
  };
}

function nodeWord(
  node: NetworkState['committee']['members'][number]['nodeId'],
  latencyMs: number | undefined,
  health: Engine['health'],
): NodeWord {
  if (health.isLiar(node)) return 'lies';
  if (latencyMs === undefined) return 'unknown';
  if (health.isDoubtful(node)) return 'silent';
  return latencyMs >= slowMs ? 'slow' : 'answers';
}
