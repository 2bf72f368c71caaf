/**
 * The desk: what stands between windows and the engine of one home. It opens the account, keeps the spaces in step, answers every call of the contract
 * and holds the value of every topic. A desktop process and the daemon serve the same desk; it knows of neither. The door of this folder.
 */
import { hostname } from 'node:os';
import { openLinuxPower, openToldPower } from '../../adapters/power/power.ts';
import { systemClock } from '../../adapters/time/time.ts';
import { openWatcher } from '../../adapters/watcher/watcher.ts';
import type { RenewReport, SyncReport } from '../../engine/engine.ts';
import type { AccountState, DeviceState } from '../../wire/account.ts';
import type { Pause } from '../../wire/activity.ts';
import type { Handlers, Topics } from '../../wire/contract.ts';
import { wireFault } from '../../wire/fault-form.ts';
import { readConfig } from '../config.ts';
import type { Host, HostOptions } from '../host.ts';
import { floeVersion } from '../version.ts';
import { AccountHolder } from './account-holder.ts';
import { openActivityLog, type ActivityLog } from './activity-log.ts';
import { makeHandlers } from './handlers.ts';
import { newsOf } from './news.ts';
import { openKeeper, type Keeper } from './keeper.ts';
import { openPastShares, type PastShares } from './past-shares.ts';
import { openPreviews, type Previews } from './previews.ts';
import { TopicBoard } from './topic-board.ts';
import { openWindowRecord, type WindowRecordFile } from './window-record.ts';

/** Quiet time after a change before a pass: an editor that saves in several steps is done by then. */
const settleMs = 500;

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

export async function openDesk(options: DeskOptions): Promise<Desk> {
  const desk = new DeskState(options);
  await desk.holder.begin();
  return {
    handlers: makeHandlers(desk),
    topics: desk.board.topics,
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
  /** Of the autopilot's last turn. */
  #leaseMarks: ReadonlyMap<string, number> = new Map();
  readonly options: DeskOptions;
  readonly clock = systemClock();
  readonly record: WindowRecordFile;
  readonly holder: AccountHolder;
  readonly board: TopicBoard;
  readonly previews: Previews;
  readonly shares: PastShares;
  readonly failed: Promise<never>;
  keeper: Keeper | undefined;
  activity: ActivityLog | undefined;
  #fail: (error: unknown) => void = () => undefined;
  readonly #end = new AbortController();
  #power: Power = { isOnBattery: false, isMetered: false };
  readonly #told = openToldPower(openLinuxPower());
  #vault: AccountState['vault'];
  #pauseTimer: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(options: DeskOptions) {
    this.options = options;
    const { signal } = this.#end;
    this.failed = new Promise<never>((_, reject) => (this.#fail = reject));
    // A host that only closes never asks.
    this.failed.catch(() => undefined);
    this.record = openWindowRecord(options.home);
    this.previews = openPreviews(this.clock);
    this.shares = openPastShares(signal, (error) => options.onWarning?.(`A share of the past: ${String(error)}`));
    this.holder = new AccountHolder({
      ...options,
      host: { ...options.host, power: this.#told },
      localnet: options.localnet,
      deviceName: hostname(),
      signal,
      onChange: () => this.board.showAccount(),
      onHost: (host) => {
        options.onHost?.(host);
        this.#unsubscribe = host.engine.subscribe((event) => this.board.take(event));
      },
      onOpen: (host) => this.#opened(host),
      onClose: () => this.#closing(),
    });
    this.board = new TopicBoard({
      clock: this.clock,
      log: options.host.log,
      signal,
      open: () => {
        const { keeper, activity } = this;
        const host = this.holder.open;
        return host && keeper && activity && { host, keeper, activity };
      },
      pause: () => this.pause(),
      leaseMarks: () => this.#leaseMarks,
      isPhraseConfirmed: () => this.record.read().phraseConfirmedMs !== undefined,
      account: (device) => this.#account(device),
      settings: this.record.read().settings,
      onBug: (error) => this.#fail(error),
    });
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
    this.board.refreshSoon();
  }

  setPower(power: Power): void {
    this.#power = power;
    this.#told.tell(power);
    this.holder.open?.engine.steering.look();
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

  #account(device: DeviceState | undefined): AccountState {
    const { home } = this.options;
    const { open, phase, fault } = this.holder;
    const network = (open?.config ?? readConfig(home))?.network;
    return {
      phase,
      home,
      version: floeVersion,
      deviceNameUsual: hostname(),
      network,
      isPlayMoney: network === 'local',
      device,
      vault: this.#vault,
      phraseConfirmedMs: this.record.read().phraseConfirmedMs,
      fault: fault && wireFault(fault),
    };
  }

  async #opened(host: Host): Promise<void> {
    this.#vault = await host.vault.kept();
    this.activity = openActivityLog(host.engine);
    this.keeper = openKeeper({
      engine: host.engine,
      clock: this.clock,
      watcher: openWatcher({ settleMs, clock: this.clock }),
      isPaused: () => this.pause() !== undefined,
      news: (signal) => newsOf(host.engine, this.clock, signal, (fault) => this.options.onWarning?.(fault.message)),
      onChange: () => {
        this.workEnded();
        this.board.chainChanged();
      },
      onReport: (report) => this.options.onReport?.(report),
      onRenewed: (report) => {
        this.#leaseMarks = new Map(report.warnings.map(({ id, mark }) => [id, mark]));
        this.options.onRenewed?.(report);
      },
      onFault: (fault, retryMs) =>
        this.options.onWarning?.(`${fault.message} Trying again in ${Math.round(retryMs / 1000)} s.`),
      onTrouble: (words) => this.options.onWarning?.(words),
    });
    this.keeper.failed.catch(this.#fail);
    await this.board.refresh();
  }

  /** A pass or a window's own work, such as a restore, is over: nothing is shown as going on, unless a pass is. */
  workEnded(): void {
    if (this.keeper?.isWorking !== true) this.board.workEnded();
  }

  async #closing(): Promise<void> {
    await this.shares.closeAll();
    await this.keeper?.close();
    this.keeper = undefined;
    this.activity = undefined;
    await this.board.forget();
  }

  async close(): Promise<void> {
    clearTimeout(this.#pauseTimer);
    this.#end.abort();
    await this.holder.close();
    this.#unsubscribe();
    this.board.close();
  }
}
