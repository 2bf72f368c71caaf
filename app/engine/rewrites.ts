/**
 * Notices files that become incompressible, many at once: what somebody who encrypts them for ransom leaves behind. The sealing of chunks has looked at
 * them already, so nothing is read twice. Until a person says that it is meant, deletions and thinning wait, and other devices keep what they have.
 */
import { sealOverheadBytes } from '../domain/chunk.ts';
import type { Clock } from '../domain/clock.ts';
import type { ChunkId } from '../domain/ids.ts';
import { rewriteWindowMs } from '../domain/limits.ts';
import type { Content } from '../domain/space.ts';
import type { Catalog, ChunkLocation } from '../ports/catalog.ts';

/** A file that got new content, at its name or under a new one. */
export interface Rewrite {
  readonly name: string;
  readonly formerName: string;
  readonly bytes: number;
  readonly former: Content;
  readonly content: Content;
}

/** Smaller content is too short to tell. */
const toldBytesMin = 1024;
/** Chunks of a file that are looked at: its beginning tells. */
const chunksLookedAt = 8;
/** Files that are looked at in one pass; far more than any brake allows. */
const looksMax = 2_000;

/** True when none of them could be compressed; undefined when they tell nothing. */
export function isFlat(
  chunks: readonly (Pick<ChunkLocation, 'bytes' | 'plainBytes'> | undefined)[],
): boolean | undefined {
  const known = chunks.filter((chunk) => chunk !== undefined);
  const plain = known.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
  if (known.length < chunks.length || plain < toldBytesMin) return undefined;
  return known.every(({ bytes, plainBytes }) => bytes === plainBytes + sealOverheadBytes);
}

export interface Verdict {
  readonly name: string;
  readonly formerName: string;
  readonly isFlat: boolean | undefined;
  readonly wasFlat: boolean | undefined;
}

const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** Those of them that look like somebody's encryption: compressible before and not now, or all renamed to one new ending and incompressible. */
export function suspiciousOf<T extends Verdict>(verdicts: readonly T[]): readonly T[] {
  const flat = verdicts.filter((one) => one.isFlat === true);
  const inPlace = flat.filter(({ name, formerName, wasFlat }) => name === formerName && wasFlat === false);
  const byEnding = new Map<string, T[]>();
  for (const one of flat) {
    const ending = extensionOf(one.name);
    if (one.name === one.formerName || ending === extensionOf(one.formerName)) continue;
    byEnding.set(ending, [...(byEnding.get(ending) ?? []), one]);
  }
  const largest = [...byEnding.values()].reduce((most, some) => (some.length > most.length ? some : most), []);
  return [...inPlace, ...largest];
}

/** Pairs new files with those that went from the same folder: `a.doc` and `a.doc.locked`, `a.doc` and `a.locked`. */
export function formerOf<T extends { readonly folder: unknown; readonly name: string }>(
  gone: readonly T[],
): (folder: unknown, name: string) => T | undefined {
  const stemOf = (name: string): string => (name.lastIndexOf('.') > 0 ? name.slice(0, name.lastIndexOf('.')) : name);
  const byName = new Map<string, T>();
  for (const row of gone) {
    byName.set(`${String(row.folder)}/${row.name}`, row);
    byName.set(`${String(row.folder)}/${stemOf(row.name)}`, row);
  }
  return (folder, name) => byName.get(`${String(folder)}/${stemOf(name)}`);
}

/** What this round has sealed and the catalog does not know yet: true when it could not be compressed. */
type SealedFlat = (id: ChunkId) => boolean | undefined;

const beginningOf = ({ depth, chunks }: Content): readonly ChunkId[] =>
  depth === 0 ? chunks.slice(0, chunksLookedAt) : [];

export async function suspiciousRewrites<T extends Rewrite>(
  rewrites: readonly T[],
  catalog: Pick<Catalog, 'chunkLocations'>,
  sealedFlat: SealedFlat = () => undefined,
): Promise<readonly T[]> {
  const told = rewrites.filter(({ bytes }) => bytes >= toldBytesMin).slice(0, looksMax);
  const verdicts: (Verdict & { readonly rewrite: T })[] = [];
  for (const rewrite of told) {
    const { name, formerName } = rewrite;
    const now = beginningOf(rewrite.content);
    const fresh = now.map(sealedFlat);
    if (now.length === 0 || fresh.includes(false)) continue;
    const isAllFresh = fresh.every((one) => one === true);
    const isFlatNow = isAllFresh || isFlat(await catalog.chunkLocations(now));
    if (isFlatNow !== true) continue;
    const wasFlat = isFlat(await catalog.chunkLocations(beginningOf(rewrite.former)));
    verdicts.push({ name, formerName, isFlat: true, wasFlat, rewrite });
  }
  return suspiciousOf(verdicts).map(({ rewrite }) => rewrite);
}

export interface Alarm {
  readonly atMs: number;
  readonly rewrites: number;
}

const alarmKey = (space: number): string => `alarm:${space}`;
const windowKey = (space: number): string => `rewrites:${space}`;

/** Stands until a person says that the rewrites are meant. While it does, no version is thinned out and no deletion leaves this device. */
export async function alarmOf(catalog: Pick<Catalog, 'record'>, space: number): Promise<Alarm | undefined> {
  const text = await catalog.record(alarmKey(space));
  return text === undefined || text === '' ? undefined : (JSON.parse(text) as Alarm);
}

export async function clearAlarm(catalog: Pick<Catalog, 'setRecord'>, space: number): Promise<void> {
  await catalog.setRecord(alarmKey(space), '');
  await catalog.setRecord(windowKey(space), '');
}

/** Adds what a pass found to what was found just before; raises the alarm when it is more than usual. */
export async function noteRewrites(
  catalog: Pick<Catalog, 'record' | 'setRecord'>,
  space: number,
  count: number,
  most: number,
  nowMs: number,
): Promise<Alarm | undefined> {
  const standing = await alarmOf(catalog, space);
  if (count === 0) return standing;
  const text = await catalog.record(windowKey(space));
  const last = text === undefined || text === '' ? undefined : (JSON.parse(text) as { sinceMs: number; count: number });
  const isRecent = last !== undefined && nowMs - last.sinceMs < rewriteWindowMs;
  const sum = { sinceMs: isRecent ? last.sinceMs : nowMs, count: count + (isRecent ? last.count : 0) };
  await catalog.setRecord(windowKey(space), JSON.stringify(sum));
  if (standing === undefined && sum.count <= most) return undefined;
  const alarm = { atMs: standing?.atMs ?? nowMs, rewrites: (standing?.rewrites ?? sum.count - count) + count };
  await catalog.setRecord(alarmKey(space), JSON.stringify(alarm));
  return alarm;
}

/** What a round found, once all that it sealed so far is known. */
export async function alarmFrom(
  { space, most }: { readonly space: number; readonly most: number },
  rewrites: readonly Rewrite[],
  intake: { sealed(): Promise<void>; readonly isFlat: SealedFlat },
  { catalog, clock }: { readonly catalog: Catalog; readonly clock: Clock },
): Promise<Alarm | undefined> {
  if (rewrites.length > 0) await intake.sealed();
  const found = await suspiciousRewrites(rewrites, catalog, (id) => intake.isFlat(id));
  return noteRewrites(catalog, space, found.length, most, clock.now());
}
