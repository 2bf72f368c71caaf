/**
 * The history of a space made thinner: what rules and budget would give up, said beforehand with what it saves; carried out by the autopilot's turn. A
 * space that is an archive keeps everything. What is given up leaves the catalog first and is then nobody's; the collector asks all devices before it goes.
 */
import { Fault } from '../domain/fault.ts';
import type { ChunkId } from '../domain/ids.ts';
import { encodedBytes, redStuff } from '../domain/redstuff.ts';
import type { SpacePath } from '../domain/path-name.ts';
import type { Thinned } from '../formats/garbage.ts';
import type { Catalog, SpaceRow } from '../ports/catalog.ts';
import { openChunkReader } from '../restore/content/content.ts';
import { poolFrost } from '../upkeep/compaction.ts';
import {
  allDaysMin,
  freedBytes,
  keepEverything,
  keptByBudget,
  keptByRules,
  type Held,
  type Retention,
} from '../upkeep/retention.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { alarmOf } from './rewrites.ts';
import { findSpace } from './look.ts';
import { ownNewest } from './own-head.ts';
import { readDevice } from './device.ts';
import { packBytesFor } from './spaces.ts';

/** What giving something up saves; at most, since a pack goes only when all of it has gone or moved. */
export interface Savings {
  /** Sealed. */
  readonly bytes: number;
  readonly encodedBytes: number;
  readonly frostPerEpoch: bigint;
  /** For as long as the space is always paid ahead. */
  readonly frostForLease: bigint;
}

export interface RetentionPreview extends Savings {
  readonly retention: Retention;
  readonly snapshots: number;
  /** Of those, how many would be given up. */
  readonly snapshotsGone: number;
}

export interface VersionSaving extends Savings {
  readonly since: number;
  readonly until: number | undefined;
}

/** Ranges that fit into the device's bag beside its doom list. */
const thinnedRangesMax = 200;
const retentionKey = (space: number): string => `retention:${space}`;
const thinnedKey = (space: number): string => `thinned:${space}`;
const idsAtOnce = 5_000;

export async function readRetention(catalog: Pick<Catalog, 'record'>, space: number): Promise<Retention> {
  const text = await catalog.record(retentionKey(space));
  if (text === undefined) return keepEverything;
  const kept = JSON.parse(text) as { readonly rules?: Retention['rules']; readonly budgetFrost?: string };
  return {
    rules: kept.rules,
    budgetFrost: kept.budgetFrost === undefined ? undefined : BigInt(kept.budgetFrost),
  };
}

export async function setRetention(core: EngineCore, name: string, { rules, budgetFrost }: Retention): Promise<void> {
  const { num, mode } = await findSpace(core.catalog, name);
  if (mode === 'archive' && (rules !== undefined || budgetFrost !== undefined))
    throw new Fault('bad-input', 'after-user', 'An archive keeps everything.');
  if (
    rules !== undefined &&
    !(rules.allDays >= allDaysMin && rules.dailyDays >= rules.allDays && rules.weeklyDays >= rules.dailyDays)
  )
    throw new Fault(
      'bad-input',
      'after-user',
      `Everything is kept for at least ${allDaysMin} days, and each stretch ends after the one before.`,
    );
  await core.catalog.setRecord(retentionKey(num), JSON.stringify({ rules, budgetFrost: budgetFrost?.toString() }));
}

/** What would go under other rules, or under those that are set. Nothing is changed. */
export async function previewRetention(
  core: EngineCore,
  name: string,
  retention: Retention | undefined,
  signal: AbortSignal,
): Promise<RetentionPreview> {
  const row = await findSpace(core.catalog, name);
  const given = retention ?? (await readRetention(core.catalog, row.num));
  const contents = await heldContents(core, core.open(row), signal);
  const { kept, snapshots } = await chooseKept(core, row, given, contents, signal);
  const saved = await savingsOf(core, row, freedBytes(contents.values(), kept), signal);
  return { retention: given, snapshots: snapshots.length, snapshotsGone: snapshots.length - kept.size, ...saved };
}

/** For each version of a path what deleting only it would save: what no other version of anything holds. */
export async function versionSavings(
  core: EngineCore,
  name: string,
  path: SpacePath,
  signal: AbortSignal,
): Promise<readonly VersionSaving[]> {
  const row = await findSpace(core.catalog, name);
  const contents = await heldContents(core, core.open(row), signal);
  const reader = openChunkReader(core.open(row).keys, core);
  const found: VersionSaving[] = [];
  for (const { kind, content, since, until } of await core.catalog.versions(row.num, path)) {
    if (kind !== 'file') continue;
    let bytes = 0;
    for (const id of new Set(await reader.flatten(content, signal))) {
      const held = contents.get(id);
      if (held?.spans.length === 1) bytes += held.bytes;
    }
    found.push({ since, until, ...(await savingsOf(core, row, bytes, signal)) });
  }
  return found;
}

/** Gives up what rules and budget say, in the catalog. */
export async function applyRetention(
  core: EngineCore,
  space: OpenSpace,
  signal: AbortSignal,
): Promise<{ readonly snapshots: number; readonly versions: number }> {
  const { row } = space;
  const retention = await readRetention(core.catalog, row.num);
  const keepsAll = retention.rules === undefined && retention.budgetFrost === undefined;
  const waits =
    // While an encryption of the files may be going on, their older versions are what a person will want back.
    (await alarmOf(core.catalog, row.num)) !== undefined || (await core.catalog.pendingRound(row.num)) !== undefined;
  if (keepsAll || row.mode === 'archive' || waits) return { snapshots: 0, versions: 0 };
  const contents =
    retention.budgetFrost === undefined ? new Map<ChunkId, Held>() : await heldContents(core, space, signal);
  const { kept, snapshots } = await chooseKept(core, row, retention, contents, signal);
  const gone = snapshots.filter((sequence) => !kept.has(sequence));
  if (gone.length === 0) return { snapshots: 0, versions: 0 };
  const before = await thinnedOf(core.catalog, row.num);
  await core.catalog.setRecord(thinnedKey(row.num), JSON.stringify(rangesOf(before, gone, kept)));
  const { versions } = await core.catalog.thin(row.num, gone);
  core.point('retention:thinned');
  return { snapshots: gone.length, versions };
}

/** Sequences that were given up, for the device's bag: a machine that reads the history back passes them over. */
export async function thinnedOf(catalog: Pick<Catalog, 'record'>, space: number): Promise<Thinned> {
  const text = await catalog.record(thinnedKey(space));
  return text === undefined ? [] : (JSON.parse(text) as Thinned);
}

/** Neighbours without a kept snapshot between them are one range; the newest ranges when there are too many. */
function rangesOf(before: Thinned, gone: readonly number[], kept: ReadonlySet<number>): Thinned {
  const all = [...before, ...gone.map((sequence) => [sequence, sequence] as const)].toSorted((a, b) => a[0] - b[0]);
  const stays = [...kept].toSorted((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const [from, to] of all) {
    const last = ranges.at(-1);
    const isApart = last === undefined || stays.some((sequence) => sequence > last[1] && sequence < from);
    if (isApart) ranges.push([from, to]);
    else last[1] = Math.max(last[1], to);
  }
  return ranges.slice(-thinnedRangesMax);
}

async function chooseKept(
  core: EngineCore,
  row: SpaceRow,
  { rules, budgetFrost }: Retention,
  contents: ReadonlyMap<ChunkId, Held>,
  signal: AbortSignal,
): Promise<{ readonly kept: ReadonlySet<number>; readonly snapshots: readonly number[] }> {
  const rounds = await core.catalog.snapshots(row.num);
  const nowMs = await core.chain.timeMs(signal);
  const byRules = new Set(keptByRules(rounds, rules, nowMs));
  const device = await readDevice(core.catalog);
  const own = device && (await ownNewest(row, device.id, core.catalog));
  // Its own head is how a device knows that nobody else works under its name.
  for (const sequence of [own?.sequence, row.sequence]) if (sequence !== undefined) byRules.add(sequence);
  const known = new Set(rounds.map(({ sequence }) => sequence));
  const kept = new Set([...byRules].filter((sequence) => known.has(sequence)));
  const snapshots = rounds.map(({ sequence }) => sequence);
  if (budgetFrost === undefined || row.pool === undefined) return { kept, snapshots };
  const [pool, network] = await Promise.all([core.chain.pool(row.pool, signal), core.chain.network(signal)]);
  const used = poolFrost(pool?.usedBytes ?? 0, network.storagePrice);
  if (used <= budgetFrost || network.storagePrice === 0n) return { kept, snapshots };
  const share = Number(used - budgetFrost) / Number(used);
  const tooMany = (share * (pool?.usedBytes ?? 0)) / (await factorOf(core, signal));
  const toFree = tooMany - freedBytes(contents.values(), kept);
  const left = new Set(keptByBudget(rounds, kept, contents.values(), toFree, nowMs));
  if (own) left.add(own.sequence);
  return { kept: left, snapshots };
}

/** Every chunk of file content with the snapshots that hold it. */
async function heldContents(
  core: EngineCore,
  { row, keys }: OpenSpace,
  signal: AbortSignal,
): Promise<ReadonlyMap<ChunkId, Held>> {
  const reader = openChunkReader(keys, core, 'bulk');
  const spansOf = new Map<ChunkId, (readonly [number, number | undefined])[]>();
  for (let after: number | undefined = 0; after !== undefined;) {
    const { next, spans }: Awaited<ReturnType<Catalog['contentSpans']>> = await core.catalog.contentSpans(
      row.num,
      after,
    );
    for (const { content, since, until } of spans)
      for (const id of new Set(await reader.flatten(content, signal)))
        spansOf.set(id, [...(spansOf.get(id) ?? []), [since, until]]);
    after = next;
  }
  const held = new Map<ChunkId, Held>();
  const ids = [...spansOf.keys()];
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    for (const place of await core.catalog.chunkLocations(ids.slice(at, at + idsAtOnce)))
      if (place) held.set(place.id, { bytes: place.bytes, spans: spansOf.get(place.id) ?? [] });
  }
  return held;
}

/** Encoded bytes for a byte in a full pack. */
async function factorOf(core: EngineCore, signal: AbortSignal): Promise<number> {
  const { shards } = (await core.chain.network(signal)).committee;
  const packBytes = packBytesFor(shards, core.pool.packBytesMax);
  return encodedBytes(redStuff(shards), packBytes) / packBytes;
}

async function savingsOf(core: EngineCore, row: SpaceRow, bytes: number, signal: AbortSignal): Promise<Savings> {
  const { storagePrice } = await core.chain.network(signal);
  const encoded = Math.round(bytes * (await factorOf(core, signal)));
  const frostPerEpoch = poolFrost(encoded, storagePrice);
  return { bytes, encodedBytes: encoded, frostPerEpoch, frostForLease: frostPerEpoch * BigInt(row.leaseEpochs) };
}
