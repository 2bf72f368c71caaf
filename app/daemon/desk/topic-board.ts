/**
 * The values of all topics, kept up to date with the engine: at once with how far its work is, and with catalog and chain after whatever changes them.
 * Reads at most so often; what cannot be read now keeps its last value.
 */
import { existsSync } from 'node:fs';
import type { Clock } from '../../domain/clock.ts';
import type { NetworkState } from '../../domain/committee.ts';
import { faultOf } from '../../domain/fault.ts';
import type { EngineEvent, EngineStatus, MissingFolder, SnapshotLine, SpaceStatus } from '../../engine/engine.ts';
import type { Log } from '../../ports/log.ts';
import type { AccountState, DeviceState, Settings } from '../../wire/account.ts';
import type { Activity, Summary, Work } from '../../wire/activity.ts';
import type { EngineTopics, TopicName } from '../../wire/contract.ts';
import type { Host } from '../host.ts';
import type { ActivityLog } from './activity-log.ts';
import { holdValue, type HeldValue } from './held-value.ts';
import type { Keeper } from './keeper.ts';
import { needsView, nodesView, spacesView, summaryView, type SpaceFacts, type ViewInput } from './views.ts';
import { steeringForm } from '../steering-handlers.ts';
import { workAfter } from './work.ts';

/** More often than this the eye takes nothing in. */
const refreshMs = 250;
/** Prices, balances, leases and the committee are asked for again after this long, even when nothing happens here. */
const chainMs = 60_000;
/** A later turn is armed by one of the refreshes before it: timers go wrong when they are set for more than 24 days. */
const timerMsMax = 3_600_000;

/** After these there is something new in the catalog; the others only tell how far the work is. */
const changesState = new Set<EngineEvent['kind']>(['packed', 'encoding', 'certified', 'published', 'problem']);

const emptySummary: Summary = {
  files: 0,
  certifiedFiles: 0,
  bytes: 0,
  spaces: 0,
  worst: 'certified',
  needs: 0,
  paidUntilMs: undefined,
  paidLongestMs: undefined,
  lastDrillMs: undefined,
  work: undefined,
  pause: undefined,
  fault: undefined,
  retryAtMs: undefined,
  isChainReached: false,
};
const emptySteering: EngineTopics['steering'] = {
  limits: {},
  plan: [],
  speed: 'full',
  policy: { battery: 'never', metered: 'all' },
  power: {},
  isBulkHeld: false,
  aggregators: [],
};
const emptyActivity: Activity = { revision: 0, total: 0, waiting: 0, work: undefined, newest: [] };
const emptyNodes: EngineTopics['nodes'] = {
  network: '',
  epoch: undefined,
  nextEpochAtMs: undefined,
  epochDurationMs: undefined,
  shards: 0,
  nodes: [],
};

const isSending = (work: Work | undefined): boolean =>
  work?.kind === 'encoding' || work?.kind === 'uploading' || work?.kind === 'certifying';

/** What the board looks at. */
export interface BoardSources {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The open host, its keeper and its activity; undefined while there is none. */
  readonly open: () => { readonly host: Host; readonly keeper: Keeper; readonly activity: ActivityLog } | undefined;
  readonly isPhraseConfirmed: () => boolean;
  /** Pools of which the autopilot warned, with the mark that was passed. */
  readonly leaseMarks: () => ReadonlyMap<string, number>;
  readonly account: (device: DeviceState | undefined) => AccountState;
  readonly settings: Settings;
  readonly onBug: (error: unknown) => void;
}

export type HeldTopics = { readonly [K in TopicName]: HeldValue<EngineTopics[K]> };

export class TopicBoard {
  readonly topics: HeldTopics;
  readonly #sources: BoardSources;
  readonly #certified = new Map<string, SnapshotLine>();
  #status: EngineStatus | undefined;
  #network: NetworkState | undefined;
  #missing: ReadonlyMap<string, MissingFolder> = new Map();
  /** The folders when they were last looked for, and which of them were there. */
  #foldersSeen = '';
  #input: ViewInput | undefined;
  #work: Work | undefined;
  #askedChainAt = -Infinity;
  #refreshing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #workTimer: NodeJS.Timeout | undefined;
  #turnTimer: NodeJS.Timeout | undefined;
  readonly #beat: NodeJS.Timeout;

  constructor(sources: BoardSources) {
    this.#sources = sources;
    this.topics = {
      account: holdValue(sources.account(undefined)),
      summary: holdValue(emptySummary),
      spaces: holdValue<EngineTopics['spaces']>([]),
      activity: holdValue(emptyActivity),
      nodes: holdValue(emptyNodes),
      needs: holdValue<EngineTopics['needs']>([]),
      settings: holdValue(sources.settings),
      steering: holdValue(emptySteering),
    };
    this.#beat = setInterval(() => this.refreshSoon(), chainMs).unref();
  }

  showAccount(): void {
    this.topics.account.set(this.#sources.account(this.#status?.device));
  }

  take(event: EngineEvent): void {
    const nameOf = (space: string): string => this.#status?.spaces.find((each) => each.space === space)?.name ?? '';
    this.#work = workAfter(event, this.#work, this.#sources.clock.now(), nameOf);
    if (changesState.has(event.kind)) this.refreshSoon();
    else this.#showWorkSoon();
  }

  workEnded(): void {
    this.#work = undefined;
    this.refreshSoon();
  }

  /** Leases and balances may have changed: the next refresh asks the chain, too. */
  chainChanged(): void {
    this.#askedChainAt = -Infinity;
    this.refreshSoon();
  }

  /** Progress changes nothing that is kept: the last input is shown with the work of now. */
  #showWorkSoon(): void {
    this.#workTimer ??= setTimeout(() => {
      this.#workTimer = undefined;
      if (this.#input) this.#show({ ...this.#input, work: this.#work });
      else this.topics.summary.set({ ...this.topics.summary.value(), work: this.#work });
    }, refreshMs).unref();
  }

  refreshSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.refresh().catch(this.#sources.onBug);
    }, refreshMs).unref();
  }

  /** A pause ends, or the plan says something else: shown when it comes. */
  #turnSoon({ steering, spaces }: EngineStatus): void {
    clearTimeout(this.#turnTimer);
    const nowMs = this.#sources.clock.now();
    const turns = [steering?.nextChangeMs, steering?.paused?.untilMs, ...spaces.map(({ paused }) => paused?.untilMs)];
    const nextMs = Math.min(...turns.flatMap((ms) => (ms === undefined || ms <= nowMs ? [] : [ms])));
    if (nextMs - nowMs < timerMsMax) this.#turnTimer = setTimeout(() => this.refreshSoon(), nextMs - nowMs + 1).unref();
  }

  /** One at a time; a call during one waits for a whole new one. */
  async refresh(): Promise<void> {
    await this.#refreshing?.catch(() => undefined);
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
  }

  async #refresh(): Promise<void> {
    if (this.#sources.signal.aborted || !this.#sources.open()) return;
    try {
      await this.#read();
    } catch (error) {
      // The chain or the disk may be away for a while; the next refresh says so or is better.
      const fault = faultOf(error);
      if (!fault) throw error;
      this.#sources.log.write('warning', 'desk.refresh', { code: fault.code });
    }
  }

  async #read(): Promise<void> {
    const { clock, signal } = this.#sources;
    const open = this.#sources.open();
    if (!open) return;
    const { engine } = open.host;
    const before = this.#status;
    const isLong = clock.steady() - this.#askedChainAt > chainMs;
    if (isLong || !before) {
      this.#askedChainAt = clock.steady();
      this.#status = await engine.status(signal);
      if (this.#status.chain) this.#network = await engine.network(signal);
    } else {
      const leases = new Map(before.spaces.map((space) => [space.space, space]));
      const spaces = (await engine.spaces()).map((space) => ({
        ...space,
        leaseEndEpoch: leases.get(space.space)?.leaseEndEpoch,
        leaseEndsAtMs: leases.get(space.space)?.leaseEndsAtMs,
      }));
      this.#status = { ...before, spaces, steering: await engine.steering.state() };
    }
    await this.#lookForFolders(open.host, this.#status, isLong);
    for (const space of this.#status.spaces) await open.activity.refresh(space, open.keeper.passes.get(space.space));
    this.#input = await this.#inputOf(open.host, open.keeper, this.#status);
    this.#show({ ...this.#input, work: this.#work });
    this.showAccount();
    this.#turnSoon(this.#status);
  }

  /** After a pass and now and then, and at once when a folder came, went or is another one: neighbours are looked into, which is not done for every refresh. */
  async #lookForFolders({ engine }: Host, { spaces }: EngineStatus, isLong: boolean): Promise<void> {
    const seen = JSON.stringify(spaces.map(({ folder }) => [folder, folder !== undefined && existsSync(folder)]));
    if (!isLong && seen === this.#foldersSeen) return;
    this.#foldersSeen = seen;
    const missing = await engine.missingFolders(this.#sources.signal);
    this.#missing = new Map(missing.map((each) => [each.space, each]));
  }

  #show(input: ViewInput): void {
    const open = this.#sources.open();
    if (!open) return;
    const spaces = spacesView(input);
    const needs = needsView(input, spaces);
    this.topics.spaces.set(spaces);
    this.topics.needs.set(needs);
    this.topics.summary.set(summaryView(input, spaces, needs));
    if (input.status.steering) this.topics.steering.set(steeringForm(input.status.steering));
    this.topics.nodes.set(nodesView(input.status.network, this.#network, open.host.engine.health));
    open.activity.setSending(isSending(input.work) ? input.work?.space : undefined);
    const { revision, total, waiting, newest } = open.activity;
    this.topics.activity.set({ revision, total, waiting, work: input.work, newest });
  }

  async #inputOf(host: Host, keeper: Keeper, status: EngineStatus): Promise<ViewInput> {
    const facts = new Map<string, SpaceFacts>();
    const held = new Map((await host.engine.held()).map((each) => [each.space as string, each]));
    for (const space of status.spaces) {
      const certified = await this.#newestCertified(host, space);
      facts.set(space.space, {
        pass: keeper.passes.get(space.space),
        certifiedFiles: space.isPending ? (certified?.files ?? 0) : certified ? space.files : 0,
        certifiedMs: certified?.timeMs,
        held: held.get(space.space),
        conflicts: (await host.engine.conflicts(space.space)).length,
        missing: this.#missing.get(space.space),
      });
    }
    return {
      status,
      network: this.#network,
      facts,
      work: this.#work,
      steering: status.steering,
      retryAtMs: keeper.retryAtMs,
      nowMs: this.#sources.clock.now(),
      isPhraseConfirmed: this.#sources.isPhraseConfirmed(),
      isPlayMoney: status.network === 'local',
      leaseMarks: this.#sources.leaseMarks(),
    };
  }

  /** Asked again only when there is a newer one: a space may have thousands of snapshots. */
  async #newestCertified(host: Host, { space, snapshot }: SpaceStatus): Promise<SnapshotLine | undefined> {
    const known = this.#certified.get(space);
    if (snapshot === undefined || known?.snapshot === snapshot) return known;
    const newest = (await host.engine.log(space)).find((line) => line.snapshot === snapshot);
    if (newest) this.#certified.set(space, newest);
    return newest;
  }

  /** The account is closed: what comes next may be another one. */
  async forget(): Promise<void> {
    await this.#refreshing?.catch(() => undefined);
    this.#status = undefined;
    this.#foldersSeen = '';
    this.#input = undefined;
    this.#work = undefined;
    this.#askedChainAt = -Infinity;
    this.#certified.clear();
  }

  close(): void {
    clearInterval(this.#beat);
    clearTimeout(this.#timer);
    clearTimeout(this.#workTimer);
    clearTimeout(this.#turnTimer);
  }
}
