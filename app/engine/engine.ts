/**
 * The one constructor of the engine. It knows the order of things and nothing of its host: a desktop process, a command line and a test hand in
 * the same ports. Calls that change something wait for one another.
 */
import type { NetworkState } from '../domain/committee.ts';
import { parseBlobId } from '../domain/blob-id.ts';
import type { DeviceId } from '../domain/ids.ts';
import type { NodeHealth } from '../domain/node-health.ts';
import type { SpacePath } from '../domain/path-name.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import { chooseDevice, findDevices, readDevice, type Device } from './device.ts';
import { goneDevices, setGone } from './gone-devices.ts';
import { leaveSpace } from './leave-space.ts';
import { missingFolders, missingText, whatToDo, type MissingFolder } from './missing-root.ts';
import { moveSpace, type MovedSpace, type MoveRequest } from './move-root.ts';
import { createCore } from './engine-core.ts';
import { isOutdated } from './missed-lists.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { EngineEvent, OnEvent } from './progress.ts';
import { addSpace, type NewSpaceInput } from './spaces.ts';
import type { CheckReport, CheckRequest } from './audit.ts';
import { checkHistory, dailyCheck, askedCheck, type CheckLine } from './audit-history.ts';
import { budgetReport, setCap, type BudgetReport } from './budget.ts';
import { openCosts, type Costs } from './costs.ts';
import {
  leasesReport,
  renew,
  setAhead,
  setAutopilot,
  upkeep,
  type LeasesReport,
  type RenewReport,
  type RenewRequest,
} from './leases.ts';
import { issueReceipt, type IssuedReceipt, type ReceiptRequest } from './receipt.ts';
import { tidySpace, type TidyReport, type TidyRequest } from './tidy.ts';
import {
  previewRetention,
  readRetention,
  setRetention,
  versionSavings,
  type RetentionPreview,
  type VersionSaving,
} from './retention.ts';
import { setSettling, settlingMs } from './settling.ts';
import type { Retention } from '../upkeep/retention.ts';
import { conflictsOf, resolveConflict, type ConflictLine, type ConflictSide, type Keep } from './conflicts.ts';
import { hasNews } from './heads.ts';
import { heldDeletions, releaseHeld, type HeldDeletions } from './held.ts';
import { pausedReport, syncSpace, type SyncReport } from './sync.ts';
import { recoverSpaces, type RecoverReport, type StoodAt } from './recover.ts';
import {
  changeSelection,
  select,
  selection,
  type Selection,
  type SelectionChange,
  type SelectRequest,
} from './selection.ts';
import { fund } from './fund.ts';
import { brakeOf, setBrake, type BrakeLimits } from './brake.ts';
import { aggregatorLines, type AggregatorLine } from './aggregators.ts';
import type { Paused, Steering, SteeringState } from './steering.ts';
import { restoreSpace, type RestoreRequest, type RestoreDone } from './restore-space.ts';
import { quoteFolder, type Quote } from './quote.ts';
import { listLeftOut, type LeftOutReport } from './left-out.ts';
import {
  findSpace,
  history,
  listPath,
  missingSnapshots,
  pathVersions,
  statusOf,
  type EngineStatus,
  type Listing,
  type SnapshotLine,
  type SpaceStatus,
  type VersionLine,
} from './look.ts';
import { standingOf } from './check-outcome.ts';
import { keptProof, type KeptProof } from './inconsistency.ts';
import type { RemadePack } from './remake.ts';
import { drillSpace, type DrillReport, type DrillRequest } from './drill.ts';
import { openFileAt, type FileAt, type OpenFile } from './read-file.ts';
import { diffSnapshots, findNames, type Difference, type DiffReport, type FoundName } from './past.ts';
import { makeVoucher, useVoucher, type VoucherRequest, type VoucherTurn } from './voucher.ts';
import type { Voucher } from '../formats/voucher.ts';
import { whereaboutsOf, type Whereabouts } from './whereabouts.ts';
import { payments, readFileAt, treeNow, type FileBytes, type Payment } from './inspect.ts';

export { isOutdated, missingText, quoteFolder, standingOf, useVoucher, whatToDo };
export type {
  AggregatorLine,
  Difference,
  DiffReport,
  DrillReport,
  DrillRequest,
  FileAt,
  FoundName,
  OpenFile,
  ConflictLine,
  ConflictSide,
  HeldDeletions,
  Keep,
  EngineEvent,
  BudgetReport,
  Costs,
  CheckLine,
  CheckReport,
  EngineStatus,
  IssuedReceipt,
  KeptProof,
  LeasesReport,
  FileBytes,
  LeftOutReport,
  Listing,
  MissingFolder,
  MovedSpace,
  MoveRequest,
  NewSpaceInput,
  Payment,
  Quote,
  ReceiptRequest,
  RecoverReport,
  RemadePack,
  RenewReport,
  RenewRequest,
  RestoreDone,
  RestoreRequest,
  Retention,
  RetentionPreview,
  SnapshotLine,
  SelectRequest,
  BrakeLimits,
  SpaceStatus,
  Paused,
  SteeringState,
  Steering,
  SyncReport,
  TidyReport,
  TidyRequest,
  VersionLine,
  VersionSaving,
  VoucherTurn,
  Whereabouts,
};

export interface Engine {
  subscribe(listener: OnEvent): () => void;
  /** Gives this installation its index. Nothing is spent. */
  chooseDevice(name: string, signal: AbortSignal): Promise<Device>;
  device(): Promise<Device | undefined>;
  devices(signal: AbortSignal): ReturnType<typeof findDevices>;
  /** Devices that were called gone for good: nobody waits for their answers. */
  goneDevices(): Promise<ReadonlySet<DeviceId>>;
  setGone(device: DeviceId, isGone: boolean, signal: AbortSignal): Promise<void>;
  /** Fetches play money where the network gives it away. */
  fund(signal: AbortSignal): Promise<void>;
  addSpace(input: NewSpaceInput, signal: AbortSignal): Promise<SpaceRow>;
  /** The space is kept in no folder here any more; its files stay, and so does all that is certified. */
  leaveSpace(space: string, signal: AbortSignal): Promise<void>;
  /** The folder of a space was moved: it is here now. The next pass compares. */
  moveSpace(request: MoveRequest, signal: AbortSignal): Promise<MovedSpace>;
  /** Spaces whose folder is not where it was, and where it may be. */
  missingFolders(signal: AbortSignal): Promise<readonly MissingFolder[]>;
  /** One pass to rest for one space, or for all that have a folder here. */
  sync(space: string | undefined, signal: AbortSignal): Promise<readonly SyncReport[]>;
  /** What a space's rules leave out of its folder here; with `rules`, what those would in their place. */
  leftOut(space: string, signal: AbortSignal, rules?: string): Promise<LeftOutReport>;
  /** The user says that what waits in a space is meant: the next pass lets it go everywhere. False when nothing waits. */
  release(space: string): Promise<boolean>;
  /** Limits, schedule, pauses, what battery and metered lines mean, and which aggregators may be asked. */
  readonly steering: Omit<Steering, 'unlessPaused' | 'speeds'>;
  /** How those aggregators do; each is asked for a sign of life. */
  aggregators(signal: AbortSignal): Promise<readonly AggregatorLine[]>;
  /** Which folders of a space are on this device; what is not chosen leaves its disk with the next pass. */
  select(request: SelectRequest): Promise<void>;
  /** These folders only; what else was chosen stays. */
  changeSelection(space: string, changes: readonly SelectionChange[]): Promise<void>;
  /** The folders below a path of a space, with their sizes. */
  selection(space: string, path: string): Promise<Selection>;
  /** What counts as more than usual in a space. */
  brake(space: string): Promise<BrakeLimits>;
  setBrake(space: string, change: Partial<BrakeLimits>): Promise<BrakeLimits>;
  /** Deletions that waited for the user's word when each space was last looked at. */
  held(): Promise<readonly HeldDeletions[]>;
  /** The same passes, with the devices that are known; for hosts that run all the time. */
  follow(space: string | undefined, signal: AbortSignal): Promise<readonly SyncReport[]>;
  /** Whether another device has certified something that is not here yet. A few small questions to the chain. */
  hasNews(signal: AbortSignal): Promise<boolean>;
  /** The next look at the others looks for new devices too, which are otherwise found within minutes. */
  lookForDevices(): void;
  /** Conflicts that wait for a person. */
  conflicts(space: string): Promise<readonly ConflictLine[]>;
  /** Keeps one of the two files of a conflict, or both. `path`: either of them. */
  resolve(space: string, path: SpacePath, keep: Keep): Promise<ConflictLine>;
  status(signal: AbortSignal): Promise<EngineStatus>;
  spaces(): Promise<readonly SpaceStatus[]>;
  log(space: string): Promise<readonly SnapshotLine[]>;
  /** How many more certified snapshots there must be that could not be read yet. */
  missingSnapshots(space: string): Promise<number>;
  versions(space: string, path: string): Promise<readonly VersionLine[]>;
  list(space: string, path: string, at: string | undefined): Promise<Listing>;
  restore(request: RestoreRequest, signal: AbortSignal): Promise<RestoreDone>;
  /** A file of the past, to be read piece by piece. */
  openFile(file: FileAt): Promise<OpenFile>;
  diff(space: string, from: string | undefined, to: string | undefined): Promise<DiffReport>;
  find(space: string, text: string, isDeletedOnly: boolean): Promise<readonly FoundName[]>;
  /** Restores a sample without part of the network, compares and records. */
  drill(request: DrillRequest, signal: AbortSignal): Promise<DrillReport>;
  /** From chain and packs; `stoodAt` when this is the same device with a catalog that was begun anew. Nothing is spent. */
  recover(signal: AbortSignal, stoodAt?: StoodAt): Promise<RecoverReport>;
  quote(folder: string, leaseEpochs: number | undefined, signal: AbortSignal): Promise<Quote>;
  leases(signal: AbortSignal): Promise<LeasesReport>;
  renew(request: RenewRequest, signal: AbortSignal): Promise<RenewReport>;
  /** The autopilot's turn; `isFirst` at a start, when it runs whatever ran before. */
  upkeep(isFirst: boolean, signal: AbortSignal): ReturnType<typeof upkeep>;
  /** Signs an extension of this device's leases for a computer that is always on to send. Spends nothing. */
  voucher(request: VoucherRequest, signal: AbortSignal): Promise<Voucher>;
  /** Rewrites packs that cost more than they hold, and collects what nobody needs: one turn of one space. */
  tidy(request: TidyRequest, signal: AbortSignal): Promise<TidyReport>;
  /** Ms that small changes of a space wait for one another in passes that nobody asked for; 0 at first. */
  setSettling(space: string, ms: number): Promise<void>;
  settling(space: string): Promise<number>;
  /** How much of its history a space keeps. */
  retention(space: string): Promise<Retention>;
  setRetention(space: string, retention: Retention): Promise<void>;
  /** What these rules, or those that are set, would give up, and what that saves. */
  previewRetention(space: string, retention: Retention | undefined, signal: AbortSignal): Promise<RetentionPreview>;
  /** For each version of a file what deleting only it would save. */
  versionSavings(space: string, path: SpacePath, signal: AbortSignal): Promise<readonly VersionSaving[]>;
  setAutopilot(isOn: boolean): Promise<void>;
  setAhead(space: string, epochs: number, signal: AbortSignal): Promise<void>;
  budget(signal: AbortSignal): Promise<BudgetReport>;
  /** What was spent by months, what the stored files take, and what more would cost at the prices of today. */
  readonly costs: Costs;
  /** The hard cap on a month's WAL; undefined takes it away. */
  setBudget(monthFrost: bigint | undefined): Promise<void>;
  /** Looks at stored packs on their nodes, sliver by sliver, and mends what is wanting when asked to. Only a pack that has to be made anew is paid. */
  check(request: CheckRequest, signal: AbortSignal): Promise<CheckReport>;
  /** The small check of the day; undefined when it was made already. */
  dailyCheck(signal: AbortSignal): Promise<CheckReport | undefined>;
  /** The kept proof that a blob was encoded wrongly (docs/formats/inconsistency-proof.md). */
  inconsistencyProof(blobId: string): Promise<KeptProof | undefined>;
  /** Checks that were made, oldest first. */
  checks(): Promise<readonly CheckLine[]>;
  /** A proof that a version of a file is stored, for anyone to check without Floe. Costs nothing. */
  receipt(request: ReceiptRequest, signal: AbortSignal): Promise<IssuedReceipt>;
  /** Where a file's bytes are: its packs, who signed for them, whose rows hold them. */
  whereabouts(space: string, path: string, signal: AbortSignal): Promise<Whereabouts>;
  /** What the chain says of the network now: committee, epoch, prices. */
  network(signal: AbortSignal): Promise<NetworkState>;
  /** What this run has learnt about the storage nodes. */
  readonly health: Pick<NodeHealth, 'isKnown' | 'isLiar' | 'isDoubtful' | 'restMs' | 'latencyMs'>;
  payments(limit: number): Promise<readonly Payment[]>;
  /** A file's bytes as they were then, when there are at most `bytesMax`. */
  read(space: string, path: string, at: string | undefined, bytesMax: number, signal: AbortSignal): Promise<FileBytes>;
  /** All of a space as it is now, the round on its way included, at most `limit` after the path `after`. */
  tree(space: string, after: string | undefined, limit: number): Promise<readonly VersionLine[]>;
  /** Full check of the catalog. Words when something is wrong. */
  integrity(): Promise<string | undefined>;
}

export function createEngine(ports: EnginePorts): Engine {
  const listeners = new Set<OnEvent>();
  const core = createCore(ports, (event) => listeners.forEach((listener) => listener(event)));
  let last: Promise<unknown> = Promise.resolve();

  /** Work that changes the engine's state, in the order of the calls. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  }

  async function syncAll(
    name: string | undefined,
    isFull: boolean,
    signal: AbortSignal,
  ): Promise<readonly SyncReport[]> {
    const rows =
      name === undefined
        ? (await ports.catalog.spaces()).filter((row) => row.folder !== undefined)
        : [await findSpace(ports.catalog, name)];
    const reports: SyncReport[] = [];
    for (const row of rows) {
      const end = await core.steering.unlessPaused(row.num, signal, (s) => syncSpace(core, row, isFull, s));
      reports.push('done' in end ? end.done : await pausedReport(core, row, end.paused));
    }
    return reports;
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    chooseDevice: (name, signal) => inTurn(() => chooseDevice(name, ports, signal)),
    device: () => readDevice(ports.catalog),
    devices: (signal) => findDevices(ports, signal),
    goneDevices: () => goneDevices(ports.catalog),
    setGone: (device, isGone, signal) => inTurn(() => setGone(core, device, isGone, signal)),
    fund: (signal) => inTurn(() => fund(core, signal)),
    addSpace: (input, signal) => inTurn(() => addSpace(core, input, signal)),
    leaveSpace: (space, signal) => inTurn(() => leaveSpace(core, space, signal)),
    moveSpace: (request, signal) => inTurn(() => moveSpace(core, request, signal)),
    missingFolders: (signal) => missingFolders(core, signal),
    sync: (space, signal) => inTurn(() => syncAll(space, true, signal)),
    held: () => heldDeletions(ports.catalog),
    follow: (space, signal) => inTurn(() => syncAll(space, false, signal)),
    hasNews: (signal) => hasNews(core, signal),
    lookForDevices: () => void (core.memory.devicesAtMs = Number.NEGATIVE_INFINITY),
    conflicts: (space) => conflictsOf(core, space),
    resolve: (space, path, keep) => inTurn(() => resolveConflict(core, space, path, keep)),
    async leftOut(space, signal, rules) {
      const { folder } = await findSpace(ports.catalog, space);
      if (folder === undefined) return { count: 0, paths: [] };
      return listLeftOut(ports, folder, signal, rules);
    },
    release: (space) => inTurn(() => releaseHeld(ports.catalog, space)),
    steering: core.steering,
    aggregators: (signal) => aggregatorLines(core, signal),
    select: (request) => inTurn(() => select(core, request)),
    changeSelection: (space, changes) => inTurn(() => changeSelection(core, space, changes)),
    selection: (space, path) => selection(core, space, path),
    brake: async (space) => brakeOf(ports.catalog, (await findSpace(ports.catalog, space)).num),
    setBrake: (space, change) => inTurn(() => setBrake(ports.catalog, space, change)),
    status: (signal) => statusOf(core, signal),
    spaces: async () => (await statusOf(core, undefined)).spaces,
    log: (space) => history(core, space),
    missingSnapshots: (space) => missingSnapshots(core, space),
    versions: (space, path) => pathVersions(core, space, path),
    list: (space, path, at) => listPath(core, space, path, at),
    restore: (request, signal) => restoreSpace(core, request, signal),
    openFile: (file) => openFileAt(core, file),
    diff: (space, from, to) => diffSnapshots(core, space, from, to),
    find: (space, text, isDeletedOnly) => findNames(core, space, text, isDeletedOnly),
    drill: (request, signal) => drillSpace(core, request, signal),
    recover: (signal, stoodAt = new Map()) => inTurn(() => recoverSpaces(core, stoodAt, signal)),
    quote: (folder, leaseEpochs, signal) => quoteFolder(core, folder, leaseEpochs, signal),
    leases: (signal) => leasesReport(core, signal),
    renew: (request, signal) => inTurn(() => renew(core, request, signal)),
    upkeep: (isFirst, signal) => inTurn(() => upkeep(core, isFirst, signal)),
    voucher: (request, signal) => inTurn(() => makeVoucher(core, request, signal)),
    tidy: (request, signal) => inTurn(() => tidySpace(core, request, signal)),
    setSettling: (space, ms) => inTurn(() => setSettling(core, space, ms)),
    settling: async (space) => settlingMs(core, (await findSpace(ports.catalog, space)).num),
    retention: async (space) => readRetention(ports.catalog, (await findSpace(ports.catalog, space)).num),
    setRetention: (space, retention) => inTurn(() => setRetention(core, space, retention)),
    previewRetention: (space, retention, signal) => previewRetention(core, space, retention, signal),
    versionSavings: (space, path, signal) => versionSavings(core, space, path, signal),
    setAutopilot: (isOn) => inTurn(() => setAutopilot(core, isOn)),
    setAhead: (space, epochs, signal) => inTurn(() => setAhead(core, space, epochs, signal)),
    budget: (signal) => budgetReport(core, signal),
    costs: openCosts(core),
    setBudget: (monthFrost) => inTurn(() => setCap(ports.catalog, monthFrost)),
    check: (request, signal) => askedCheck(core, request, inTurn, signal),
    dailyCheck: (signal) => dailyCheck(core, signal),
    inconsistencyProof: async (blobId) => keptProof(ports.catalog, parseBlobId(blobId)),
    checks: () => checkHistory(ports.catalog),
    receipt: (request, signal) => issueReceipt(core, request, signal),
    whereabouts: (space, path, signal) => whereaboutsOf(core, space, path, signal),
    network: (signal) => ports.chain.network(signal),
    health: core.health,
    payments: (limit) => payments(core, limit),
    read: (space, path, at, bytesMax, signal) => readFileAt(core, space, path, at, bytesMax, signal),
    tree: (space, after, limit) => treeNow(core, space, after, limit),
    integrity: () => ports.catalog.integrity(),
  };
}
