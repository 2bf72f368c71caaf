/**
 * The desk: what stands between windows and the engine of one home. It opens the account, keeps the spaces in step, answers every call of the contract
 * and holds the value of every topic. A desktop process and the daemon serve the same desk; it knows of neither. The door of this folder.
 */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemClock } from '../../adapters/time/time.ts';
import { openWatcher } from '../../adapters/watcher/watcher.ts';
import type { NetworkState } from '../../domain/committee.ts';
import { faultOf } from '../../domain/fault.ts';
import type {
  EngineEvent,
  EngineStatus,
  SnapshotLine,
  SpaceStatus,
  RenewReport,
  SyncReport,
} from '../../engine/engine.ts';
import type { AccountState } from '../../wire/account.ts';
import type { Activity, Pause, Summary, Work } from '../../wire/activity.ts';
import type { EngineTopics, Handlers, TopicName, Topics } from '../../wire/contract.ts';
import { wireFault } from '../../wire/fault-form.ts';
import { readConfig } from '../config.ts';
import type { Host, HostOptions } from '../host.ts';
import { AccountHolder } from './account-holder.ts';
import { openActivityLog, type ActivityLog } from './activity-log.ts';
import { makeHandlers } from './handlers.ts';
import { holdValue, type HeldValue } from './held-value.ts';
import { newsOf } from './news.ts';
import { openKeeper, type Keeper } from './keeper.ts';
import { openPreviews, type Previews } from './previews.ts';
import { needsView, nodesView, spacesView, summaryView, type SpaceFacts, type ViewInput } from './views.ts';
import { openWindowRecord, type WindowRecordFile } from './window-record.ts';
import { workAfter } from './work.ts';

/** Quiet time after a change before a pass: an editor that saves in several steps is done by then. */
const settleMs = 500;
/** Topics follow the engine at most this often: more than the eye takes in, little enough to cost nothing. */
const refreshMs = 250;
/** Prices, balances and the committee are asked for again after this long, even when nothing happens here. */
const chainMs = 60_000;

export const floeVersion = '0.1.0';

export interface DeskOptions {
  readonly home: string;
  readonly passphrase: () => Promise<string | undefined>;
  readonly host: Pick<HostOptions, 'log' | 'onPoint'>;
  readonly localnet?: string | undefined;
  readonly onReport?: (report: SyncReport) => void;
  readonly onRenewed?: (report: RenewReport) => void;
  readonly onWarning?: (words: string) => void;
  /** A host that was opened, before its first pass. */
  readonly onHost?: (host: Host) => void;
}

export interface Power {
  readonly isOnBattery: boolean;
  readonly isMetered: boolean;
}

export interface Desk {
  readonly handlers: Handlers;
  readonly topics: Topics;
  readonly previews: Previews;
  /** The opened host, waiting while it opens. */
  host(): Promise<Host>;
  /** Folders were added behind the desk's back: a pass begins. */
  wake(): void;
  setPower(power: Power): void;
  /** Rejects when the desk met a defect and can go on no longer. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/** After these there is something new in the catalog; the others only tell how far the work is. */
const changesState = new Set<EngineEvent['kind']>(['packed', 'encoding', 'certified', 'published', 'problem']);

const isSending = (work: Work | undefined): boolean =>
  work?.kind === 'encoding' || work?.kind === 'uploading' || work?.kind === 'certifying';

type Held = { readonly [K in TopicName]: HeldValue<EngineTopics[K]> };

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
const emptyActivity: Activity = { revision: 0, total: 0, waiting: 0, work: undefined, newest: [] };

export async function openDesk(options: DeskOptions): Promise<Desk> {
  const desk = new DeskState(options);
  await desk.holder.begin();
  return {
    handlers: makeHandlers(desk),
    topics: desk.held,
    previews: desk.previews,
    host: () => desk.holder.host(),
    wake: () => desk.keeper?.wake(),
    setPower: (power) => desk.setPower(power),
    failed: desk.failed,
    close: () => desk.close(),
  };
}

/** What the handlers work on. */
export class DeskState {
  readonly options: DeskOptions;
  readonly clock = systemClock();
  readonly record: WindowRecordFile;
  readonly holder: AccountHolder;
  readonly held: Held;
  readonly previews: Previews;
  readonly failed: Promise<never>;
  readonly signal: AbortSignal;
  keeper: Keeper | undefined;
  log: ActivityLog | undefined;
  #fail: (error: unknown) => void = () => undefined;
  readonly #end = new AbortController();
  #power: Power = { isOnBattery: false, isMetered: false };
  #work: Work | undefined;
  #status: EngineStatus | undefined;
  #network: NetworkState | undefined;
  #askedChainAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #workTimer: NodeJS.Timeout | undefined;
  #input: ViewInput | undefined;
  readonly #certified = new Map<string, SnapshotLine>();
  #pauseTimer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(options: DeskOptions) {
    this.options = options;
    this.signal = this.#end.signal;
    this.failed = new Promise<never>((_, reject) => (this.#fail = reject));
    // A host that only closes never asks.
    this.failed.catch(() => undefined);
    this.record = openWindowRecord(options.home);
    this.previews = openPreviews(this.clock);
    this.holder = new AccountHolder({
      ...options,
      localnet: options.localnet,
      deviceName: hostname(),
      signal: this.signal,
      onChange: () => this.showAccount(),
      onOpen: (host) => this.#opened(host),
      onClose: () => this.#closing(),
    });
    this.held = {
      account: holdValue(this.#account()),
      summary: holdValue(emptySummary),
      spaces: holdValue<EngineTopics['spaces']>([]),
      activity: holdValue(emptyActivity),
      nodes: holdValue<EngineTopics['nodes']>({
        network: '',
        epoch: undefined,
        nextEpochAtMs: undefined,
        epochDurationMs: undefined,
        shards: 0,
        nodes: [],
      }),
      needs: holdValue<EngineTopics['needs']>([]),
      settings: holdValue(this.record.read().settings),
    };
    this.#armPause();
  }

  /** The reason that keeps the spaces resting now. */
  pause(): Pause | undefined {
    const { pause, settings } = this.record.read();
    const { isOnBattery, isMetered } = this.#power;
    if (pause && (pause.untilMs === undefined || pause.untilMs > this.clock.now()))
      return { reason: 'user', untilMs: pause.untilMs };
    if (isOnBattery && settings.pauseOnBattery) return { reason: 'battery', untilMs: undefined };
    return isMetered && settings.pauseOnMetered ? { reason: 'metered', untilMs: undefined } : undefined;
  }

  /** A pause began or ended, or its reason did. */
  pauseChanged(): void {
    this.#armPause();
    if (this.pause()) void this.keeper?.between(() => Promise.resolve()).catch(this.#fail);
    else this.keeper?.wake();
    this.refreshSoon();
  }

  setPower(power: Power): void {
    this.#power = power;
    this.pauseChanged();
  }

  /** Wakes when a pause has run its time. */
  #armPause(): void {
    clearTimeout(this.#pauseTimer);
    const untilMs = this.record.read().pause?.untilMs;
    if (untilMs === undefined) return;
    const ms = Math.min(2 ** 31 - 1, Math.max(0, untilMs - this.clock.now()) + 1);
    this.#pauseTimer = setTimeout(() => this.pauseChanged(), ms).unref();
  }

  #account(): AccountState {
    const host = this.holder.open;
    const { phraseConfirmedMs } = this.record.read();
    const network = (host?.config ?? readConfig(this.options.home))?.network;
    const device = this.#status?.device;
    return {
      phase: this.holder.phase,
      home: this.options.home,
      version: floeVersion,
      deviceNameUsual: hostname(),
      network,
      isPlayMoney: network === 'local',
      device,
      vault: this.#vault,
      phraseConfirmedMs,
      fault: this.holder.fault && wireFault(this.holder.fault),
    };
  }
  #vault: AccountState['vault'];

  showAccount(): void {
    this.held.account.set(this.#account());
  }

  async #opened(host: Host): Promise<void> {
    this.#vault = await host.vault.kept();
    this.#askedChainAt = -Infinity;
    this.options.onHost?.(host);
    this.log = openActivityLog(host.engine);
    const names = new Map((await host.engine.spaces()).map((space) => [space.space as string, space.name]));
    this.#unsubscribe = host.engine.subscribe((event) => {
      const nameOf = (space: string): string =>
        names.get(space) ?? this.#status?.spaces.find((each) => each.space === space)?.name ?? '';
      this.#work = workAfter(event, this.#work, this.clock.now(), nameOf);
      if (changesState.has(event.kind)) this.refreshSoon();
      else this.#showWorkSoon();
    });
    this.keeper = openKeeper({
      engine: host.engine,
      clock: this.clock,
      watcher: openWatcher({ settleMs, clock: this.clock }),
      isPaused: () => this.pause() !== undefined,
      news: (signal) => newsOf(host.engine, this.clock, signal, (fault) => this.options.onWarning?.(fault.message)),
      onChange: () => {
        if (!this.keeper?.isWorking) this.#work = undefined;
        this.#askedChainAt = -Infinity;
        this.refreshSoon();
      },
      onReport: (report) => this.options.onReport?.(report),
      onRenewed: (report) => this.options.onRenewed?.(report),
      onFault: (fault, retryMs) =>
        this.options.onWarning?.(`${fault.message} Trying again in ${Math.round(retryMs / 1000)} s.`),
      onTrouble: (words) => this.options.onWarning?.(words),
    });
    this.keeper.failed.catch(this.#fail);
    await this.refresh();
  }

  async #closing(): Promise<void> {
    this.#unsubscribe();
    await this.keeper?.close();
    this.keeper = undefined;
    this.log = undefined;
    this.#status = undefined;
    this.#input = undefined;
    this.#certified.clear();
    this.#work = undefined;
    await this.#refreshing?.catch(() => undefined);
  }

  /** Work of a window's own call, such as a restore, is over. */
  workEnded(): void {
    if (this.keeper?.isWorking !== true) this.#work = undefined;
    this.refreshSoon();
  }

  /** Progress changes nothing that is kept: the last input is shown with the work of now. */
  #showWorkSoon(): void {
    this.#workTimer ??= setTimeout(() => {
      this.#workTimer = undefined;
      if (this.#input) this.#showViews({ ...this.#input, work: this.#work });
    }, refreshMs).unref();
  }

  refreshSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.refresh().catch(this.#fail);
    }, refreshMs).unref();
  }

  /** Brings every topic up to date with engine and chain. One at a time; a call during one waits for a whole new one. */
  async refresh(): Promise<void> {
    await this.#refreshing?.catch(() => undefined);
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const host = this.holder.open;
    if (!host || this.signal.aborted) return;
    try {
      await this.#show(host);
    } catch (error) {
      // The chain or the disk may be away for a while; the next refresh says so or is better.
      const fault = faultOf(error);
      if (!fault) throw error;
      this.options.host.log.write('warning', 'desk.refresh', { code: fault.code });
    }
  }

  async #show(host: Host): Promise<void> {
    const { engine } = host;
    const now = this.clock.steady();
    if (now - this.#askedChainAt > chainMs || !this.#status) {
      this.#askedChainAt = now;
      this.#status = await engine.status(this.signal);
      if (this.#status.chain) this.#network = await engine.network(this.signal);
    } else {
      const leases = new Map(this.#status.spaces.map((space) => [space.space, space]));
      const spaces = (await engine.spaces()).map((space) => ({
        ...space,
        leaseEndEpoch: leases.get(space.space)?.leaseEndEpoch,
        leaseEndsAtMs: leases.get(space.space)?.leaseEndsAtMs,
      }));
      this.#status = { ...this.#status, spaces };
    }
    for (const space of this.#status.spaces) await this.log?.refresh(space, this.keeper?.passes.get(space.space));
    this.#input = await this.#viewInput(host, this.#status);
    this.#showViews({ ...this.#input, work: this.#work });
    this.showAccount();
  }

  #showViews(input: ViewInput): void {
    const host = this.holder.open;
    if (!host) return;
    const spaces = spacesView(input);
    const needs = needsView(input, spaces);
    this.held.spaces.set(spaces);
    this.held.needs.set(needs);
    this.held.summary.set(summaryView(input, spaces, needs));
    this.held.nodes.set(nodesView(input.status.network, this.#network, host.engine.health));
    if (!this.log) return;
    this.log.setSending(isSending(input.work) ? input.work?.space : undefined);
    const { revision, total, waiting, newest } = this.log;
    this.held.activity.set({ revision, total, waiting, work: input.work, newest });
  }

  async #viewInput(host: Host, status: EngineStatus): Promise<ViewInput> {
    const facts = new Map<string, SpaceFacts>();
    for (const space of status.spaces) {
      const certified = await this.#newestCertified(host, space);
      facts.set(space.space, {
        pass: this.keeper?.passes.get(space.space),
        certifiedFiles: space.isPending ? (certified?.files ?? 0) : certified ? space.files : 0,
        certifiedMs: certified?.timeMs,
        isFolderThere: space.folder === undefined || existsSync(space.folder),
      });
    }
    return {
      status,
      network: this.#network,
      facts,
      work: this.#work,
      pause: this.pause(),
      retryAtMs: this.keeper?.retryAtMs,
      nowMs: this.clock.now(),
      isPhraseConfirmed: this.record.read().phraseConfirmedMs !== undefined,
      isPlayMoney: status.network === 'local',
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

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    clearTimeout(this.#workTimer);
    clearTimeout(this.#pauseTimer);
    this.#end.abort();
    await this.holder.close();
  }
}
