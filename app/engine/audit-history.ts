/**
 * The checks that were made, as a record of the catalog, oldest first: what a chart is drawn from. Losing it loses no data. Once a day a small check
 * runs by itself; which packs it looks at is decided by chance, so that over weeks all of them have their turn.
 */
import type { SpaceId } from '../domain/ids.ts';
import type { Catalog } from '../ports/catalog.ts';
import { checkPacks, type BrokenPack, type CheckReport, type CheckRequest } from './audit.ts';
import type { EngineCore } from './engine-core.ts';
import { remakePacks } from './remake.ts';

export interface CheckLine {
  /** The chain's time, ms since 1970. */
  readonly atMs: number;
  readonly isDaily: boolean;
  readonly packs: number;
  /** Packs there were to look at. */
  readonly ofPacks: number;
  readonly slivers: number;
  readonly missing: number;
  readonly corrupt: number;
  readonly unreachable: number;
  readonly repaired: number;
  /** 1 less the doubt for all packs looked at together (docs/checking.md). */
  readonly confidence: number;
  /** Nodes at which anything was amiss, the worst first. */
  readonly nodes: readonly {
    readonly name: string;
    readonly sampled: number;
    readonly missing: number;
    readonly corrupt: number;
    readonly unreachable: number;
  }[];
}

const recordKey = 'checks';
/** Two years of days. */
const linesMax = 732;
/** More are no longer single nodes' trouble. */
const nodesMax = 24;
const dayMs = 86_400_000;
/** Packs that the daily check looks at: about 50 MB of traffic on mainnet when all are full. */
const dailyPacksMax = 8;

export async function checkHistory(catalog: Pick<Catalog, 'record'>): Promise<readonly CheckLine[]> {
  const text = await catalog.record(recordKey);
  return text === undefined ? [] : (JSON.parse(text) as readonly CheckLine[]);
}

/** Work that changes the engine's state, after what is going on. */
type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** A check that somebody asked for. What mending does not help is made anew when mending was asked for too. */
export async function askedCheck(
  core: EngineCore,
  request: CheckRequest,
  inTurn: InTurn,
  signal: AbortSignal,
): Promise<CheckReport> {
  const { report, broken } = await recordedCheck(core, request, false, signal);
  if (!request.repairs || broken.length === 0) return report;
  const remade = await inTurn(() => remakePacks(core, broken, signal));
  return { ...report, remade };
}

/** A check whose outcome is written down. */
async function recordedCheck(
  core: EngineCore,
  request: CheckRequest,
  isDaily: boolean,
  signal: AbortSignal,
): Promise<{ readonly report: CheckReport; readonly broken: readonly BrokenPack[] }> {
  // The daily one goes on beside everything else and is not what a person waits for.
  const tell = isDaily
    ? undefined
    : (space: SpaceId, packs: number, ofPacks: number): void => core.emit({ kind: 'checking', space, packs, ofPacks });
  const checked = await checkPacks(core, request, signal, tell);
  const { report } = checked;
  // Nothing to look at is no outcome.
  if (report.packs > 0) await add(core.catalog, lineOf(report, await core.chain.timeMs(signal), isDaily));
  return checked;
}

/** The day's check; undefined when it was made already, or there is nothing to look at. */
export async function dailyCheck(core: EngineCore, signal: AbortSignal): Promise<CheckReport | undefined> {
  const last = (await checkHistory(core.catalog)).findLast(({ isDaily }) => isDaily);
  const nowMs = await core.chain.timeMs(signal);
  if (last !== undefined && nowMs - last.atMs < dayMs) return undefined;
  const request = { share: undefined, repairs: false, mendsWeak: true, packsMax: dailyPacksMax };
  const { report } = await recordedCheck(core, request, true, signal);
  return report.packs === 0 ? undefined : report;
}

function lineOf(report: CheckReport, atMs: number, isDaily: boolean): CheckLine {
  const { packs, ofPacks, slivers, missing, corrupt, unreachable, repaired, doubtAll } = report;
  const badOf = (node: CheckReport['nodes'][number]): number => node.missing + node.corrupt + node.unreachable;
  const nodes = report.nodes
    .filter((node) => badOf(node) > 0)
    .sort((a, b) => badOf(b) - badOf(a))
    .slice(0, nodesMax)
    .map(({ name, sampled, ...rest }) => {
      return { name, sampled, missing: rest.missing, corrupt: rest.corrupt, unreachable: rest.unreachable };
    });
  return {
    atMs,
    isDaily,
    packs,
    ofPacks,
    slivers,
    missing,
    corrupt,
    unreachable,
    repaired,
    confidence: 1 - doubtAll,
    nodes,
  };
}

async function add(catalog: Catalog, line: CheckLine): Promise<void> {
  const lines = [...(await checkHistory(catalog)), line].slice(-linesMax);
  await catalog.setRecord(recordKey, JSON.stringify(lines));
}
