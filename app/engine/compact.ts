/**
 * Packs that cost more than what they hold is worth are rewritten: their live chunks go into new packs as they are, which are certified like any other.
 * No head moves: what is stored is the same. The old packs then hold nothing that lies nowhere else, and the collector takes them.
 */
import { redStuff } from '../domain/redstuff.ts';
import type { ChunkId } from '../domain/ids.ts';
import type { NewPack } from '../ports/catalog.ts';
import { startPacker } from '../stages/pack/pack.ts';
import { planCompaction, type Rewrite } from '../upkeep/compaction.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import type { Self } from './doom-lists.ts';
import { forgetEnded } from './ended-leases.ts';
import { moveChunks } from './move-chunks.ts';
import { ownNewest } from './own-head.ts';
import { markReachable } from './reachable.ts';
import { shipPack, type ShipPorts, type ShipSpace } from './ship.ts';
import { packBytesFor } from './spaces.ts';
import { sweepSpool } from './sweep-spool.ts';

export interface CompactReport {
  readonly rewrites: readonly Rewrite[];
  readonly newPacks: number;
}

/** New packs of one run: each is encoded and sent, which keeps a computer busy for a while; the next run goes on. */
const rewritesMax = 8;

/** What rewriting would save now, and with which packs. Marks afresh; nothing is changed. */
export async function planSpace(
  core: EngineCore,
  space: OpenSpace,
  self: Self,
  signal: AbortSignal,
): Promise<readonly Rewrite[]> {
  const { row } = space;
  await markReachable(core, space, signal);
  const network = await core.chain.network(signal);
  const { shards } = network.committee;
  const now = (await core.catalog.spaces()).find(({ num }) => num === row.num);
  const pool = now?.pool === undefined ? undefined : await core.chain.pool(now.pool, signal);
  if (pool === undefined || pool.endEpoch <= network.epoch) return [];
  const head = await ownNewest(row, self.device.id, core.catalog);
  const packs = new Map((await core.catalog.packs(row.num, ['live'])).map((pack) => [pack.num, pack]));
  const own = (await core.catalog.packUse(row.num)).flatMap(({ pack: num, liveBytes, liveChunks }) => {
    const pack = packs.get(num);
    // The head names its pack, so it stays where it is until the next head.
    return pack?.pool === pool.id && num !== head?.lastPack ? [{ num, bytes: pack.bytes, liveBytes, liveChunks }] : [];
  });
  return planCompaction(own, {
    code: redStuff(shards),
    packBytes: packBytesFor(shards, core.pool.packBytesMax),
    // Gas is another coin; at usual prices it is far below a unit of storage.
    prices: { storage: network.storagePrice, write: network.writePrice, gas: 0n },
    horizonEpochs: Math.max(row.leaseEpochs, pool.endEpoch - network.epoch),
  });
}

export async function compact(core: EngineCore, space: OpenSpace, signal: AbortSignal): Promise<CompactReport> {
  const self = await core.ready(signal);
  // A round on its way has packs of its own to send first; the next run finds it gone.
  if (await core.catalog.pendingRound(space.row.num)) return { rewrites: [], newPacks: 0 };
  await forgetEnded(core, space.row.num, signal);
  await shipMoved(core, space, self, signal);
  await sweepSpool(core);
  const rewrites = (await planSpace(core, space, self, signal)).slice(0, rewritesMax);
  for (const { packs } of rewrites) {
    const ids: ChunkId[] = [];
    for (const num of packs) ids.push(...(await core.catalog.liveChunks(num)));
    await rewrite(core, space, ids, signal);
  }
  const newPacks = await shipMoved(core, space, self, signal);
  return { rewrites, newPacks };
}

/** New packs in the spool with their rows; from here on a kill loses nothing that was paid. */
async function rewrite(
  core: EngineCore,
  { row, keys }: OpenSpace,
  ids: readonly ChunkId[],
  signal: AbortSignal,
): Promise<void> {
  const { shards } = (await core.chain.network(signal)).committee;
  const packBytes = packBytesFor(shards, core.pool.packBytesMax);
  const onPack = async (pack: NewPack): Promise<void> => void (await core.catalog.addPack(pack));
  // They count as of the newest certified round: nothing waits for them.
  const packer = startPacker({ space: row, indexKey: keys.index, round: row.sequence, packBytes, onPack }, core);
  try {
    await moveChunks(core, ids, packer, signal);
    const last = await packer.finish();
    if (last) await onPack(last);
  } catch (error) {
    await packer.abandon();
    throw error;
  }
  core.point('compact:spooled');
}

/** Sends packs of finished rounds that are on their way: rewritten or remade ones of this run or of one that was killed. */
export async function shipMoved(core: EngineCore, space: OpenSpace, self: Self, signal: AbortSignal): Promise<number> {
  const ship: ShipSpace = { ...space, accountKey: core.account.key, device: self.device };
  const ports: ShipPorts = {
    ...core,
    spender: self.spender,
    network: (s) => core.chain.network(s),
    onEvent: core.emit,
    onPoint: core.point,
  };
  const waiting = await core.catalog.packs(ship.row.num, ['spooled', 'encoded', 'registered', 'stored', 'certified']);
  const moved = waiting.filter(({ round }) => round !== undefined && round <= ship.row.sequence);
  for (const { num } of moved) {
    await shipPack(ship, num, ports, signal);
    await core.catalog.setLive(num);
    core.point('compact:live');
  }
  if (moved.length > 0) await sweepSpool(core);
  return moved.length;
}
