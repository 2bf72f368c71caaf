/**
 * One pass of one space to rest: what an earlier run left is finished first, then rounds follow until nothing is left to send. Packs leave while
 * the folder is still being read. The report tells everything that was done, held back or could not be read.
 */
import type { BlobId } from '../domain/blob-id.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import type { NodeId, SnapshotId, SpaceId, SuiId } from '../domain/ids.ts';
import { packsWaitingMax } from '../domain/limits.ts';
import type { SpacePath } from '../domain/path-name.ts';
import type { Catalog, NewPack, PackRow, SpaceRow } from '../ports/catalog.ts';
import { packBytesFor } from './spaces.ts';
import type { EngineCore, OpenSpace } from './engine.ts';
import { fetchSpace } from './fetch-space.ts';
import { findSpace } from './look.ts';
import { sealRound, type RoundReport } from './round.ts';
import { shipPack, shipRound, type ShipPorts, type ShipSpace } from './ship.ts';

export interface SyncedPack {
  readonly blobId: BlobId;
  readonly objectId: SuiId;
  readonly bytes: number;
  readonly encodedBytes: number;
}

export interface SyncReport {
  readonly space: SpaceId;
  readonly name: string;
  /** Newest certified snapshot; undefined when there is none yet. */
  readonly snapshot: SnapshotId | undefined;
  readonly files: number;
  readonly bytes: number;
  readonly newChunks: number;
  readonly newBytes: number;
  readonly packs: readonly SyncedPack[];
  /** Changes of other devices that were put into the folder. */
  readonly applied: number;
  readonly conflicts: number;
  readonly problems: readonly { readonly path: SpacePath; readonly fault: Fault }[];
  /** Pipes, sockets and devices, which are not kept. */
  readonly special: number;
  /** Deletions that wait for the user's word. */
  readonly held: number;
}

const releaseKey = (space: number): string => `released:${space}`;

/** The held deletions of a space are meant: the next pass lets them through. */
export async function releaseHeld(catalog: Catalog, name: string): Promise<void> {
  const row = await findSpace(catalog, name);
  await catalog.setRecord(releaseKey(row.num), 'yes');
}

export async function syncSpace(core: EngineCore, row: SpaceRow, signal: AbortSignal): Promise<SyncReport> {
  if (row.folder === undefined)
    throw new Fault(
      'bad-input',
      'after-user',
      `The space '${row.name}' has no folder on this computer yet. Choose an empty one for it first.`,
    );
  const { device, spender } = await core.ready(signal);
  const space = core.open(row);
  const ports: ShipPorts = {
    ...core,
    spender,
    network: (s) => core.chain.network(s),
    onEvent: core.emit,
    onPoint: core.point,
  };
  const ship: ShipSpace = { ...space, accountKey: core.account.key, device };
  const before = new Set((await core.catalog.packs(row.num, ['live'])).map((pack) => pack.num));
  await finishEarlier(core, ship, ports, signal);
  const applied = await fetchSpace(core, space, signal);

  let newChunks = 0;
  let newBytes = 0;
  let report: RoundReport;
  do {
    const now = (await core.catalog.spaces()).find((known) => known.num === row.num) ?? row;
    report = await oneRound(core, { ...space, row: now }, { ...ship, row: now }, ports, signal);
    newChunks += report.newChunks;
    newBytes += report.newBytes;
  } while (report.isPartial);

  const done = (await core.catalog.spaces()).find((known) => known.num === row.num) ?? row;
  const totals = await core.catalog.totals(row.num);
  const packs = (await core.catalog.packs(row.num, ['live'])).filter((pack) => !before.has(pack.num));
  const { problems, special, held } = report;
  return {
    space: row.id,
    name: row.name,
    snapshot: done.snapshot,
    ...totals,
    newChunks,
    newBytes,
    packs: packs.flatMap(syncedPack),
    applied,
    conflicts: 0,
    problems,
    special,
    held,
  };
}

function syncedPack({ blobId, object, bytes, encodedBytes }: PackRow): readonly SyncedPack[] {
  return blobId && object && encodedBytes !== undefined ? [{ blobId, objectId: object, bytes, encodedBytes }] : [];
}

/** Packs on their way from an earlier run, then the round that waits for its head. Sweeps spool files that no pack needs. */
async function finishEarlier(core: EngineCore, ship: ShipSpace, ports: ShipPorts, signal: AbortSignal): Promise<void> {
  const round = await core.catalog.pendingRound(ship.row.num);
  const waiting = await core.catalog.packs(ship.row.num, ['spooled', 'encoded', 'registered', 'stored']);
  try {
    for (const pack of waiting) if (pack.num !== round?.lastPack) await shipPack(ship, pack.num, ports, signal);
    if (round) await shipRound(ship, round, ports, signal);
  } catch (error) {
    if (faultOf(error)?.code !== 'pack-damaged') throw error;
    await giveUpPacks(core, ship.row, round?.sequence);
  }
  await sweepSpool(core);
}

/**
 * The spool lost a pack that was on its way (a failing disk, a hand in the wrong folder). The files are still there: what had not been certified is
 * forgotten, and the scan that follows packs it again.
 */
async function giveUpPacks(core: EngineCore, row: SpaceRow, round: number | undefined): Promise<void> {
  core.emit({
    kind: 'problem',
    space: row.id,
    code: 'pack-damaged',
    message: 'A pack on this disk was damaged before it was sent. It is made again from your files.',
  });
  if (round !== undefined) await core.catalog.abandonRound(row.num, round);
  for (const pack of await core.catalog.packs(row.num, ['spooled', 'encoded', 'registered', 'stored']))
    await core.catalog.setDead(pack.num);
}

/** Removes spooled packs that are certified and published, or that never got a row. */
async function sweepSpool(core: EngineCore): Promise<void> {
  const spaces = await core.catalog.spaces();
  const rows = (await Promise.all(spaces.map((space) => core.catalog.packs(space.num)))).flat();
  const needed = new Set(
    rows.filter((pack) => pack.state !== 'live' && pack.state !== 'dead').map((pack) => pack.name),
  );
  for (const name of await core.spool.names()) if (!needed.has(name)) await core.spool.remove(name);
}

/** Seals a round while its full packs are already on their way, then sends the last one with the head. */
async function oneRound(
  core: EngineCore,
  space: OpenSpace,
  ship: ShipSpace,
  ports: ShipPorts,
  signal: AbortSignal,
): Promise<RoundReport> {
  const { row, keys } = space;
  if (row.folder === undefined) throw new Error('a space that is synced has a folder');
  const network = await core.chain.network(signal);
  const shipping = startShipping((num) => shipPack(ship, num, ports, signal));
  const isReleased = (await core.catalog.record(releaseKey(row.num))) === 'yes';
  const onPack = async (pack: NewPack): Promise<void> => {
    const { num } = await core.catalog.addPack(pack);
    core.point('pack:spooled');
    core.emit({ kind: 'packed', space: row.id, packs: 1, bytes: pack.bytes });
    await shipping.add(num);
  };
  const input = {
    row,
    folder: row.folder,
    keys,
    device: ship.device,
    packBytes: packBytesFor(network.committee.shards, core.pool.packBytesMax),
    isLeftOut: () => false,
    parked: new Set<NodeId>(),
    publishesMerge: false,
    deletionsReleased: isReleased,
    onPack,
  };
  let report: RoundReport;
  try {
    report = await sealRound(input, { ...core, onEvent: core.emit, onPoint: core.point }, signal);
  } catch (error) {
    await shipping.settled();
    throw error;
  }
  await shipping.done();
  if (report.round) await shipRound(ship, report.round, ports, signal);
  if (isReleased) await core.catalog.setRecord(releaseKey(row.num), 'no');
  await sweepSpool(core);
  return report;
}

interface Shipping {
  /** Resolves when few enough packs wait. */
  add(pack: number): Promise<void>;
  /** Everything added has been sent; throws what failed. */
  done(): Promise<void>;
  /** The same without throwing: another error is on its way already. */
  settled(): Promise<void>;
}

/** Sends packs one after another in the background, with a bound on how many wait. */
function startShipping(send: (pack: number) => Promise<void>): Shipping {
  let last: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  const waiting: Promise<void>[] = [];
  const check = (): void => {
    if (failure) throw failure.error;
  };
  return {
    async add(pack) {
      check();
      last = last.then(async () => {
        if (failure) return;
        try {
          await send(pack);
        } catch (error) {
          failure = { error };
        }
      });
      waiting.push(last);
      if (waiting.length > packsWaitingMax) await waiting.shift();
      check();
    },
    async done() {
      await last;
      check();
    },
    async settled() {
      await last;
      if (failure && faultOf(failure.error) === undefined) throw failure.error;
    },
  };
}
