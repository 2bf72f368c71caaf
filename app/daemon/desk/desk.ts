/**
 * The desk: what stands between windows and the engine of one home. It opens the account, keeps the spaces in step, answers every call of the contract
 * and holds the value of every topic. A desktop process and the daemon serve the same desk; it knows of neither. The door of this folder.
 */
import { hostname } from 'node:os';
import { openLinuxPower, openToldPower } from '../../adapters/power/power.ts';
import { systemClock } from '../../adapters/time/time.ts';
import { openWatcher } from '../../adapters/watcher/watcher.ts';
import type { RenewReport, SyncReport } from '../../engine/engine.ts';
import type { PowerState } from '../../ports/power.ts';
import type { AccountState, DeviceState } from '../../wire/account.ts';
import type { Handlers, Topics } from '../../wire/contract.ts';
import { wireFault } from '../../wire/fault-form.ts';
import { readConfig } from '../config.ts';
import type { Host, HostOptions } from '../host.ts';
import { floeVersion } from '../version.ts';
import { AccountHolder } from './account-holder.ts';
import { openActivityLog, type ActivityLog } from './activity-log.ts';
import { makeHandlers } from './handlers.ts';
import { betweenAndShown } from './between-passes.ts';
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
  readonly host: Pick<HostOptions, 'log' | 'onPoint' | 'isHeld'>;
  readonly localnet?: string | undefined;
  readonly onReport?: (report: SyncReport) => void;
  readonly onRenewed?: (report: RenewReport) => void;
  readonly onWarning?: (words: string) => void;
  /** A host that was opened, before its first pass. */
  readonly onHost?: (host: Host) => void;
}

export interface Desk {
  readonly handlers: Handlers;
  readonly topics: Topics;
  readonly previews: Previews;
  /** The opened host, waiting while it opens. */
  host(): Promise<Host>;
  /** Work that changes the engine's state: the running pass makes room, windows see it when it is done. */
  between<T>(work: () => Promise<T>): Promise<T>;
  /** Folders were added behind the desk's back: a pass begins. */
  wake(): void;
  setPower(power: PowerState): void;
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
    between: (work) => betweenAndShown(desk, work),
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
  readonly #told = openToldPower(openLinuxPower());
  #vault: AccountState['vault'];
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
      leaseMarks: () => this.#leaseMarks,
      isPhraseConfirmed: () => this.record.read().phraseConfirmedMs !== undefined,
      account: (device) => this.#account(device),
      settings: this.record.read().settings,
      onBug: (error) => this.#fail(error),
    });
  }

  /** Pauses, limits, policies or the power are others now: shown, and a pass finds out what it may do. */
  async steered(): Promise<void> {
    this.keeper?.wake();
    await this.board.refresh();
  }

  setPower(power: PowerState): void {
    this.#told.tell(power);
    this.holder.open?.engine.steering.look();
    void this.steered().catch(this.#fail);
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
    await this.#takeOverPause(host);
    this.activity = openActivityLog(host.engine);
    this.keeper = openKeeper({
      engine: host.engine,
      clock: this.clock,
      watcher: openWatcher({ settleMs, clock: this.clock }),
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

  /** A pause from the time when windows had one of their own becomes the engine's. */
  async #takeOverPause({ engine }: Host): Promise<void> {
    const { pause } = this.record.read();
    if (pause === undefined) return;
    await engine.steering.pause(undefined, pause.untilMs);
    this.record.write({ pause: undefined });
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
    this.#end.abort();
    await this.holder.close();
    this.#unsubscribe();
    this.board.close();
  }
}
