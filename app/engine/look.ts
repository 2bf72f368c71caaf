/** Questions about the engine's state: answered from the catalog, and from the chain where money and leases are concerned. */
import { epochStartMs } from '../domain/committee.ts';
import { sameDot } from '../domain/dot.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import type { ChunkId, DeviceId, SnapshotId, SpaceId, SuiId } from '../domain/ids.ts';
import type { EntryKind, SpaceMode, Version } from '../domain/space.ts';
import type { Catalog, SpaceRow } from '../ports/catalog.ts';
import type { Balances } from '../ports/chain.ts';
import { savedByDeleting } from '../upkeep/unique-bytes.ts';
import { lastDrill, type DrillOutcome } from './drill-record.ts';
import { readDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';
import { findMoment, type Moment } from './moment.ts';
import type { Paused, SteeringState } from './steering.ts';

/** Ids in one question to the catalog. */
const idsAtOnce = 5_000;
/** More missing snapshots than that are told as so many. */
const missingMax = 10_000;

export interface SpaceStatus {
  readonly space: SpaceId;
  readonly name: string;
  readonly mode: SpaceMode;
  readonly folder: string | undefined;
  readonly files: number;
  readonly bytes: number;
  readonly snapshot: SnapshotId | undefined;
  readonly sequence: number;
  /** A round is sealed on this disk and not certified yet. */
  readonly isPending: boolean;
  readonly packs: number;
  readonly storedBytes: number;
  readonly encodedBytes: number;
  readonly pool: SuiId | undefined;
  /** Undefined when the chain could not be asked or there is no pool yet. */
  readonly leaseEndEpoch: number | undefined;
  readonly leaseEndsAtMs: number | undefined;
  /** How the last exercise in restoring went. */
  readonly drill: DrillOutcome | undefined;
  /** Why nothing is done for it now. */
  readonly paused?: Paused | undefined;
}

export interface EngineStatus {
  readonly network: string;
  readonly device:
    { readonly id: DeviceId; readonly name: string; readonly index: number; readonly address: SuiId } | undefined;
  /** Undefined when the chain cannot be reached; `problem` says why. */
  readonly chain:
    | {
        readonly epoch: number;
        readonly nextEpochAtMs: number;
        readonly nodes: number;
        readonly shards: number;
        readonly balances: Balances;
      }
    | undefined;
  readonly problem: { readonly code: string; readonly message: string } | undefined;
  readonly codec: string;
  readonly spent: { readonly frost: bigint; readonly mist: bigint };
  readonly openIntents: number;
  /** Limits, schedule, pauses, battery and line. */
  readonly steering?: SteeringState;
  readonly spaces: readonly SpaceStatus[];
}

export interface SnapshotLine {
  readonly snapshot: SnapshotId;
  readonly sequence: number;
  readonly timeMs: number;
  readonly device: DeviceId;
  readonly parents: readonly SnapshotId[];
  readonly files: number;
  readonly bytes: number;
  readonly state: 'sealed' | 'certified';
  /** On no line of this device, which is read from its catalog: its tree is read from the network. */
  readonly isSide: boolean;
  /** Of a side snapshot: its device's name then. */
  readonly madeBy: string | undefined;
}

export interface VersionLine {
  readonly path: string;
  readonly kind: EntryKind;
  readonly bytes: number;
  readonly mode: number;
  readonly mtimeNs: bigint;
  /** Undefined when the history before it was lost. */
  readonly snapshot: SnapshotId | undefined;
  readonly since: number;
  readonly until: number | undefined;
  readonly timeMs: number;
  /** In the history of one file: bytes on the network that only this version of it needs. */
  readonly uniqueBytes?: number | undefined;
}

export interface Listing {
  readonly snapshot: SnapshotId;
  readonly timeMs: number;
  readonly entries: readonly VersionLine[];
}

/** A space by its id or its name. */
export async function findSpace(catalog: Catalog, name: string): Promise<SpaceRow> {
  const spaces = await catalog.spaces();
  const found = spaces.find((space) => space.id === name) ?? spaces.find((space) => space.name === name);
  if (found) return found;
  const known = spaces.map((space) => `'${space.name}'`).join(', ');
  throw new Fault(
    'not-found',
    'after-user',
    known === '' ? 'There is no space yet. Add a folder first.' : `There is no space '${name}'. There are: ${known}.`,
  );
}

export async function statusOf(core: EngineCore, signal: AbortSignal | undefined): Promise<EngineStatus> {
  const device = await readDevice(core.catalog);
  const asked = signal && device ? await askChain(core, device.address, signal) : undefined;
  const spaces: SpaceStatus[] = [];
  for (const row of await core.catalog.spaces()) spaces.push(await spaceStatus(core, row, asked?.chain, signal));
  return {
    network: core.networkName,
    device: device && { id: device.id, name: device.name, index: device.index, address: device.address },
    chain: asked?.chain,
    problem: asked?.problem,
    codec: core.pool.codec,
    spent: await core.catalog.spent(),
    openIntents: (await core.catalog.openIntents()).length,
    steering: await core.steering.state(),
    spaces,
  };
}

type ChainStatus = NonNullable<EngineStatus['chain']> & { readonly epochDurationMs: number };

async function askChain(
  core: EngineCore,
  address: SuiId,
  signal: AbortSignal,
): Promise<{ chain: ChainStatus | undefined; problem: EngineStatus['problem'] }> {
  try {
    const [network, balances] = await Promise.all([core.chain.network(signal), core.chain.balances(address, signal)]);
    const { epoch, nextEpochAtMs, epochDurationMs, committee } = network;
    return {
      chain: {
        epoch,
        nextEpochAtMs,
        epochDurationMs,
        nodes: committee.members.length,
        shards: committee.shards,
        balances,
      },
      problem: undefined,
    };
  } catch (error) {
    const fault = faultOf(error);
    if (!fault) throw error;
    return { chain: undefined, problem: { code: fault.code, message: fault.message } };
  }
}

async function spaceStatus(
  core: EngineCore,
  row: SpaceRow,
  chain: ChainStatus | undefined,
  signal: AbortSignal | undefined,
): Promise<SpaceStatus> {
  const { files, bytes } = await core.catalog.totals(row.num);
  const packs = await core.catalog.packs(row.num, ['certified', 'live']);
  const pool = chain && row.pool ? await core.chain.pool(row.pool, signal) : undefined;
  return {
    space: row.id,
    name: row.name,
    mode: row.mode,
    folder: row.folder,
    files,
    bytes,
    snapshot: row.snapshot,
    sequence: row.sequence,
    isPending: (await core.catalog.pendingRound(row.num)) !== undefined,
    packs: packs.length,
    drill: await lastDrill(core.catalog, row.num),
    paused: await core.steering.paused(row.num),
    storedBytes: packs.reduce((sum, pack) => sum + pack.bytes, 0),
    encodedBytes: packs.reduce((sum, pack) => sum + (pack.encodedBytes ?? 0), 0),
    pool: row.pool,
    leaseEndEpoch: pool?.endEpoch,
    leaseEndsAtMs: pool && chain ? epochStartMs(pool.endEpoch, chain) : undefined,
  };
}

/** Newest first; of equal sequences this device's own line first. */
export async function history(core: EngineCore, name: string): Promise<readonly SnapshotLine[]> {
  const space = await findSpace(core.catalog, name);
  const rounds = (await core.catalog.snapshots(space.num)).map((round) => ({
    ...round,
    isSide: false,
    madeBy: undefined,
  }));
  const sides = (await core.catalog.sides(space.num)).flatMap(({ state, ...side }) =>
    state === 'given-up'
      ? []
      : [{ ...side, state: 'certified' as const, isSide: true, madeBy: side.deviceName || side.device.slice(0, 8) }],
  );
  return [...rounds, ...sides]
    .toSorted((a, b) => b.sequence - a.sequence || Number(a.isSide) - Number(b.isSide) || b.timeMs - a.timeMs)
    .map(({ snapshot, sequence, timeMs, device, parents, files, bytes, state, isSide, madeBy }) => ({
      snapshot,
      sequence,
      timeMs,
      device,
      parents,
      files,
      bytes,
      state,
      isSide,
      madeBy,
    }));
}

/** Certified snapshots that must have been and cannot be told of: their records lie in packs that could not be read yet, or in none that is known. */
export async function missingSnapshots(core: EngineCore, name: string): Promise<number> {
  const space = await findSpace(core.catalog, name);
  const sides = await core.catalog.sides(space.num);
  const all = [...(await core.catalog.snapshots(space.num)), ...sides];
  const known = new Set(all.map(({ snapshot }) => snapshot));
  const missing = new Set(await core.catalog.strangeSnapshots(space.num, missingMax));
  for (const { parents } of all) for (const parent of parents) if (!known.has(parent)) missing.add(parent);
  return missing.size;
}

export async function pathVersions(core: EngineCore, name: string, path: string): Promise<readonly VersionLine[]> {
  const space = await findSpace(core.catalog, name);
  const own = await core.catalog.versions(space.num, path);
  const aside = (await core.catalog.sideVersions(space.num, own[0] ? { node: own[0].node } : { path })).filter(
    ({ version }) => !own.some((one) => sameDot(one.version, version.version) && sameDot(one.place, version.place)),
  );
  const versions = [...own, ...aside.map(({ version }) => version)];
  if (versions.length === 0) throw new Fault('not-found', 'never', `'${space.name}' never held '${path}'.`);
  const sides = aside.length > 0 ? await core.catalog.sides(space.num) : [];
  const times = new Map(sides.map(({ snapshot, timeMs }) => [snapshot, timeMs]));
  const lines = [
    ...(await withSnapshots(core, space, own)),
    ...aside.map(({ snapshot, version }) => lineOf(version, snapshot, times.get(snapshot) ?? 0)),
  ];
  const unique = await uniqueBytes(core, versions);
  return lines
    .map((line, i) => ({ ...line, uniqueBytes: unique[i] }))
    .toSorted((a, b) => Number(b.until === undefined) - Number(a.until === undefined) || b.since - a.since);
}

/**
 * Of each version, bytes on the network that no other of these versions needs: what deleting it alone would save, as far as the file's own history tells.
 * Undefined where a version is so large that its chunks stand in lists of their own.
 */
async function uniqueBytes(core: EngineCore, versions: readonly Version[]): Promise<readonly (number | undefined)[]> {
  const ids = [...new Set(versions.flatMap(({ content }) => content.chunks))];
  const sizes = new Map<ChunkId, number>();
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const some = ids.slice(at, at + idsAtOnce);
    (await core.catalog.chunkLocations(some)).forEach((place, i) => {
      const id = some[i];
      if (id !== undefined && place) sizes.set(id, place.bytes);
    });
  }
  return savedByDeleting(versions, (id) => sizes.get(id) ?? 0);
}

export async function listPath(core: EngineCore, name: string, path: string, at: string | undefined): Promise<Listing> {
  const space = await findSpace(core.catalog, name);
  const moment = await findMoment(core, space, at);
  const { tree, sequence, snapshot, timeMs } = moment;
  const file = path === '' ? undefined : await tree.entryAtSequence(space.num, path, sequence);
  const entries = file && file.kind !== 'folder' ? [file] : await tree.listAt(space.num, path, sequence);
  if (!entries) throw new Fault('not-found', 'never', `'${space.name}' had no folder '${path}' then.`);
  return { snapshot, timeMs, entries: await linesAt(core, space, moment, entries) };
}

/** Versions of a moment. In a side snapshot each came with the snapshot that its dot names, where that is known. */
export async function linesAt(
  core: EngineCore,
  space: SpaceRow,
  moment: Moment,
  versions: readonly Version[],
): Promise<readonly VersionLine[]> {
  if (!moment.isSide) return withSnapshots(core, space, versions);
  const key = (device: DeviceId, sequence: number): string => `${device}:${sequence}`;
  const all = [...(await core.catalog.snapshots(space.num)), ...(await core.catalog.sides(space.num))];
  const known = new Map(all.map((one) => [key(one.device, one.sequence), one]));
  return versions.map((version) => {
    const { place, version: content } = version;
    const dot = place.sequence > content.sequence ? place : content;
    const { snapshot, timeMs } = known.get(key(dot.device, dot.sequence)) ?? moment;
    return lineOf(version, snapshot, timeMs);
  });
}

function lineOf(version: Version, snapshot: SnapshotId | undefined, timeMs: number): VersionLine {
  const { path, kind, bytes, mode, mtimeNs, since, until } = version;
  return { path, kind, bytes, mode, mtimeNs, since, until, snapshot, timeMs };
}

export async function withSnapshots(
  core: EngineCore,
  space: SpaceRow,
  versions: readonly Version[],
): Promise<readonly VersionLine[]> {
  const rounds = (await core.catalog.snapshots(space.num)).toSorted((a, b) => a.sequence - b.sequence);
  return versions.map((version) => {
    // What a merge brought may be older than the first snapshot here that holds it.
    const round = rounds.find(({ sequence }) => sequence >= version.since);
    return lineOf(version, round?.snapshot, round?.timeMs ?? 0);
  });
}
