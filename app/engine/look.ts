/** Questions about the engine's state: answered from the catalog, and from the chain where money and leases are concerned. */
import { Fault, faultOf } from '../domain/fault.ts';
import type { ChunkId, DeviceId, SnapshotId, SpaceId, SuiId } from '../domain/ids.ts';
import type { EntryKind, SpaceMode, Version } from '../domain/space.ts';
import type { Catalog, RoundRow, SpaceRow } from '../ports/catalog.ts';
import type { Balances } from '../ports/chain.ts';
import { savedByDeleting } from '../upkeep/unique-bytes.ts';
import { lastDrill, type DrillOutcome } from './drill-record.ts';
import { readDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';
import type { Paused, SteeringState } from './steering.ts';

/** Ids in one question to the catalog. */
const idsAtOnce = 5_000;

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

/** A certified round of a space: the newest, one by its id (or its first digits), or the newest at a time. */
export async function findRound(catalog: Catalog, space: SpaceRow, at: string | undefined): Promise<RoundRow> {
  const rounds = (await catalog.snapshots(space.num)).filter((round) => round.state === 'certified');
  const newest = rounds.toSorted((a, b) => b.sequence - a.sequence);
  if (at === undefined) {
    const [last] = newest;
    if (!last) throw new Fault('not-found', 'later', `Nothing of '${space.name}' is certified yet.`);
    return last;
  }
  if (/^[0-9a-f]{6,64}$/.test(at)) {
    const matching = newest.filter((round) => round.snapshot.startsWith(at));
    if (matching.length > 1)
      throw new Fault('bad-input', 'after-user', `Several snapshots begin with ${at}. Give more digits.`);
    const [one] = matching;
    if (one) return one;
  }
  const time = /^\d{4}-\d{2}/.test(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(time))
    throw new Fault(
      'bad-input',
      'after-user',
      `'${at}' is neither a snapshot of '${space.name}' nor a time such as 2026-11-20T14:03:00Z.`,
    );
  const then = newest.find((round) => round.timeMs <= time);
  if (!then) throw new Fault('not-found', 'never', `'${space.name}' has no snapshot as old as ${at}.`);
  return then;
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
    leaseEndsAtMs:
      pool && chain ? chain.nextEpochAtMs + (pool.endEpoch - chain.epoch - 1) * chain.epochDurationMs : undefined,
  };
}

export async function history(core: EngineCore, name: string): Promise<readonly SnapshotLine[]> {
  const space = await findSpace(core.catalog, name);
  const rounds = await core.catalog.snapshots(space.num);
  return rounds
    .toSorted((a, b) => b.sequence - a.sequence)
    .map(({ snapshot, sequence, timeMs, device, parents, files, bytes, state }) => ({
      snapshot,
      sequence,
      timeMs,
      device,
      parents,
      files,
      bytes,
      state,
    }));
}

export async function pathVersions(core: EngineCore, name: string, path: string): Promise<readonly VersionLine[]> {
  const space = await findSpace(core.catalog, name);
  const versions = await core.catalog.versions(space.num, path);
  if (versions.length === 0) throw new Fault('not-found', 'never', `'${space.name}' never held '${path}'.`);
  const own = await uniqueBytes(core, versions);
  return (await withSnapshots(core, space, versions)).map((line, i) => ({ ...line, uniqueBytes: own[i] }));
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
  const round = await findRound(core.catalog, space, at);
  const file = path === '' ? undefined : await core.catalog.entryAtSequence(space.num, path, round.sequence);
  const entries = file && file.kind !== 'folder' ? [file] : await core.catalog.listAt(space.num, path, round.sequence);
  if (!entries) throw new Fault('not-found', 'never', `'${space.name}' had no folder '${path}' then.`);
  return { snapshot: round.snapshot, timeMs: round.timeMs, entries: await withSnapshots(core, space, entries) };
}

export async function withSnapshots(
  core: EngineCore,
  space: SpaceRow,
  versions: readonly Version[],
): Promise<readonly VersionLine[]> {
  const rounds = (await core.catalog.snapshots(space.num)).toSorted((a, b) => a.sequence - b.sequence);
  return versions.map(({ path, kind, bytes, mode, mtimeNs, since, until }) => {
    // What a merge brought may be older than the first snapshot here that holds it.
    const round = rounds.find(({ sequence }) => sequence >= since);
    return {
      path,
      kind,
      bytes,
      mode,
      mtimeNs,
      since,
      until,
      snapshot: round?.snapshot,
      timeMs: round?.timeMs ?? 0,
    };
  });
}
