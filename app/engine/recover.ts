/**
 * From the phrase alone: the account's devices are found on chain, their heads opened, and each space's catalog rebuilt from its packs. Nothing is
 * spent. Running it again only takes what is missing.
 */
import { Fault, faultOf } from '../domain/fault.ts';
import type { SnapshotId, SpaceId } from '../domain/ids.ts';
import type { Head, Snapshot } from '../domain/space.ts';
import { spaceKeys, wrapSpaceKey } from '../formats/space-keys.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import { openChunkReader } from '../restore/content/content.ts';
import { importPacks, rebuild } from '../restore/rebuild/rebuild.ts';
import { findDevices, type KnownDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';
import { readSnapshot } from './heads.ts';
import { leaseEpochsUsual } from './spaces.ts';

export interface RecoveredSpace {
  readonly space: SpaceId;
  readonly name: string;
  readonly snapshot: SnapshotId;
  readonly snapshots: number;
  readonly packs: number;
  /** Packs that cannot be read now; what lies only in them cannot be restored until they can. */
  readonly unreadable: number;
}

/** One space that cannot be read does not keep the others from coming back. */
export interface RecoverReport {
  readonly spaces: readonly RecoveredSpace[];
  readonly problems: readonly { readonly space: SpaceId; readonly name: string; readonly fault: Fault }[];
}

export async function recoverSpaces(core: EngineCore, signal: AbortSignal): Promise<RecoverReport> {
  const { devices } = await findDevices(core, signal);
  if (devices.length === 0) {
    throw new Fault(
      'not-found',
      'after-user',
      'This phrase has no Floe account on this network. Check the words and the network.',
    );
  }
  const heads = devices.flatMap((device) => device.heads);
  const recovered: RecoveredSpace[] = [];
  const problems: RecoverReport['problems'][number][] = [];
  for (const id of new Set(heads.map((head) => head.space))) {
    const mine = heads.filter((head) => head.space === id);
    try {
      const done = await recoverSpace(core, mine, devices, signal);
      if (done) recovered.push(done);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined || fault.code === 'cancelled' || fault.code === 'network-unreachable') throw error;
      problems.push({ space: id, name: mine[0]?.name ?? '', fault });
    }
  }
  const [problem] = problems;
  if (problem && recovered.length === 0) throw problem.fault;
  return { spaces: recovered, problems };
}

/** Undefined when this device knows the space already. */
async function recoverSpace(
  core: EngineCore,
  heads: readonly Head[],
  devices: readonly KnownDevice[],
  signal: AbortSignal,
): Promise<RecoveredSpace | undefined> {
  const snapshots = await Promise.all(
    heads.map(async (head) => ({ head, record: await readSnapshot(core, head, signal) })),
  );
  // Of several devices' heads the one that knows most rounds is the newest; equal ones are told apart by their own time.
  const [newest] = snapshots.toSorted(
    (a, b) => b.record.sequence - a.record.sequence || b.record.timeMs - a.record.timeMs,
  );
  if (!newest) return undefined;
  const { head, record } = newest;
  const known = (await core.catalog.spaces()).find((space) => space.id === head.space);
  // A space that is kept in step here gets newer snapshots by its passes, which know what lies on this disk.
  if (known?.folder !== undefined) return undefined;
  const row = known ?? (await addRecovered(core, head, record));
  const keys = spaceKeys(core.crypto, head.spaceKey);
  const network = await core.chain.network(signal);
  const maker = devices.find((device) => device.record.device === head.device);
  const input = {
    row,
    keys,
    shards: network.committee.shards,
    pools: [...new Set(heads.map((one) => one.pool))],
    head,
    thinned: maker?.garbage.find(({ space }) => space === head.space)?.thinned ?? [],
    onPack: (packs: number, ofPacks: number) => core.emit({ kind: 'recovering', space: head.space, packs, ofPacks }),
  };
  if (known && known.sequence >= record.sequence) {
    // Packs that could not be read the last time.
    await importPacks(input, input.pools, core, signal);
    return undefined;
  }
  const done = await rebuild(input, { ...core, reader: openChunkReader(keys, core) }, signal);
  return { space: head.space, name: head.name, snapshot: head.snapshot, ...done };
}

function addRecovered(core: EngineCore, head: Head, record: Snapshot): Promise<SpaceRow> {
  return core.catalog.addSpace({
    id: head.space,
    name: head.name,
    mode: head.mode,
    folder: undefined,
    sealedKey: wrapSpaceKey(core.crypto, core.account.key, core.dice.bytes(12), head.space, head.spaceKey),
    limits: head.limits,
    leaseEpochs: leaseEpochsUsual,
    pool: undefined,
    rootNode: record.root.node,
  });
}
