/**
 * What a person set, and what else only the catalog knew, is kept beside it in the home, by the spaces' ids. With it a damaged or lost catalog is rebuilt
 * by itself: set aside, filled from chain and packs, given back every setting, and only then joined to its folders again, so that no pass ever runs without
 * them and nothing is sent twice. Nothing is noted while that goes on: a start that was cut short begins with the same card.
 */
import { faultOf } from '../domain/fault.ts';
import type { SnapshotId, SpaceId } from '../domain/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { Catalog, SpaceRow } from '../ports/catalog.ts';
import { readCard, writeCard, type CardSpace, type Records, type SelfCard } from './card-file.ts';

/** Records of the home that nobody else knows; docs/formats/self.md says why these, and why no others. */
export const keptRecords = [
  'device',
  'budget',
  'spent',
  'autopilot',
  'gone-devices',
  'steering',
  'pause',
  'renewal',
  'voucher',
] as const;
/** Those of a space: `name:number` in the catalog. */
export const keptOfSpace = [
  'pause',
  'brake',
  'settle',
  'retention',
  'thinned',
  'alarm',
  'rewrites',
  'held',
  'leaving',
  'marked',
] as const;

/** In the catalog while it is being rebuilt: a start that was cut short goes on with it. */
const mendingKey = 'mending';
/** What the month took before this catalog was begun. */
const earlierKey = 'spent-earlier';

/** Of a space. An archive has one for each thing that was let go; 40 bytes each in the card, which stays below 10 MB for a space. */
const choicesMax = 200_000;
/** Of a space; a person looks at each, and the newest are the ones that still wait. */
const conflictsMax = 10_000;

const ofSpace = (name: string, space: number): string => `${name}:${space}`;
const isKept = (key: string): boolean =>
  key === mendingKey ||
  keptRecords.some((kept) => kept === key) ||
  keptOfSpace.some((kept) => key.startsWith(`${kept}:`));

/** The same catalog; what the card is to know is written to it whenever it changes, unless the catalog is being rebuilt from the card. */
export function withCard(home: string, catalog: Catalog): Catalog & { noteAll(): Promise<void> } {
  const seen = openSeen(catalog);
  let last: Promise<unknown> = Promise.resolve();

  async function write(): Promise<void> {
    if ((await seen.record(mendingKey)) === 'yes' || (await seen.record('device')) === '') return;
    const before = readCard(home);
    const rows = await catalog.spaces();
    const spaces: CardSpace[] = [];
    for (const row of rows) spaces.push(await seen.space(row));
    // A space is never forgotten: one that the catalog lacks could not be read from the network yet.
    const missing = (before?.spaces ?? []).filter(({ id }) => !rows.some((row) => row.id === id));
    const card: SelfCard = {
      isDamaged: before?.isDamaged ?? false,
      records: await seen.records(keptRecords, (name) => name),
      spaces: [...spaces, ...missing],
    };
    writeCard(home, card);
  }
  /** One after another: what is written last has read last. */
  const noteAll = (): Promise<void> => {
    const turn = last.then(write);
    last = turn.catch(() => undefined);
    return turn;
  };
  const noted =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>, forget?: (...args: Args) => void) =>
    async (...args: Args): Promise<T> => {
      const done = await call(...args);
      forget?.(...args);
      await noteAll();
      return done;
    };
  return {
    ...catalog,
    noteAll,
    async addSpace(space) {
      const known = readCard(home)?.spaces.find(({ id }) => id === space.id);
      const { mode, leaseEpochs, pool } = known?.row ?? space;
      const row = await catalog.addSpace({ ...space, mode, leaseEpochs, pool });
      if (known) await giveBack(catalog, row, known);
      await noteAll();
      return row;
    },
    setFolder: noted(catalog.setFolder),
    leaveFolder: noted(catalog.leaveFolder, (space) => seen.forget(space)),
    setPool: noted(catalog.setPool),
    setLeaseEpochs: noted(catalog.setLeaseEpochs),
    certifyRound: noted(catalog.certifyRound),
    adoptRound: noted(catalog.adoptRound),
    setChoices: noted(catalog.setChoices, (space) => seen.forget(space)),
    addConflicts: noted(catalog.addConflicts, (space) => seen.forget(space)),
    dropConflict: noted(catalog.dropConflict, (space) => seen.forget(space)),
    async setRecord(key, value) {
      await catalog.setRecord(key, value);
      if (isKept(key) && seen.set(key, value)) await noteAll();
    },
  };
}

type Lists = Pick<CardSpace, 'choices' | 'conflicts'>;

interface Seen {
  /** Empty when there is none. */
  record(key: string): Promise<string>;
  /** False when that is what was seen last. */
  set(key: string, value: string): boolean;
  records(names: readonly string[], keyOf: (name: string) => string): Promise<Records>;
  space(row: SpaceRow): Promise<CardSpace>;
  /** The lists of a space have changed. */
  forget(space: number): void;
}

/** What the card is made of, read from the catalog once and then kept up. */
function openSeen(catalog: Catalog): Seen {
  const values = new Map<string, string>();
  const lists = new Map<number, Promise<Lists>>();

  async function record(key: string): Promise<string> {
    const known = values.get(key);
    if (known !== undefined) return known;
    const value = (await catalog.record(key)) ?? '';
    // It may have been set meanwhile.
    const newer = values.get(key);
    if (newer === undefined) values.set(key, value);
    return newer ?? value;
  }
  async function records(names: readonly string[], keyOf: (name: string) => string): Promise<Records> {
    const found: [string, string][] = [];
    for (const name of names) found.push([name, await record(keyOf(name))]);
    return Object.fromEntries(found.filter(([, value]) => value !== ''));
  }
  async function readLists({ num, rootNode }: SpaceRow): Promise<Lists> {
    const [choices, conflicts] = await Promise.all([catalog.choices(num), catalog.conflicts(num)]);
    return {
      // Too many to keep: nothing is fetched by itself then, rather than everything.
      choices: choices.length > choicesMax ? [{ node: rootNode, isIn: false }] : choices,
      conflicts: conflicts.toSorted((a, b) => a.timeMs - b.timeMs).slice(-conflictsMax),
    };
  }
  function listsOf(row: SpaceRow): Promise<Lists> {
    const reading = lists.get(row.num) ?? readLists(row);
    lists.set(row.num, reading);
    // What could not be read is read again.
    reading.catch(() => lists.delete(row.num));
    return reading;
  }
  return {
    record,
    records,
    set(key, value) {
      const isNews = values.get(key) !== value;
      values.set(key, value);
      return isNews;
    },
    forget: (space) => void lists.delete(space),
    async space(row) {
      const { num, id, folder, name, mode, sealedKey, limits, leaseEpochs, pool, rootNode, snapshot } = row;
      return {
        id,
        folder,
        row: { name, mode, sealedKey, limits, leaseEpochs, pool, rootNode },
        snapshot,
        records: await records(keptOfSpace, (each) => ofSpace(each, num)),
        ...(await listsOf(row)),
      };
    },
  };
}

/** Gives an empty catalog back what the card knows of the home, and marks it as not yet whole. Again after a start that was cut short: the same. */
export async function beginMending(catalog: Catalog, { records }: SelfCard): Promise<void> {
  await catalog.setRecord(mendingKey, 'yes');
  for (const key of keptRecords) {
    const value = records[key];
    if (value !== undefined) await catalog.setRecord(key, value);
  }
  if (records['spent'] !== undefined) await catalog.setRecord(earlierKey, records['spent']);
}

export const isMending = async (catalog: Pick<Catalog, 'record'>): Promise<boolean> =>
  (await catalog.record(mendingKey)) === 'yes';

/** What was set for a space; all but its folder. */
async function giveBack(catalog: Catalog, { num }: SpaceRow, known: CardSpace): Promise<void> {
  for (const name of keptOfSpace) {
    const value = known.records[name];
    if (value !== undefined) await catalog.setRecord(ofSpace(name, num), value);
  }
  // A pass may have been cut short with the catalog: what it left half written is looked for.
  await catalog.setRecord(ofSpace('writing', num), 'yes');
  await catalog.setChoices(num, known.choices, false);
  await catalog.addConflicts(num, known.conflicts);
}

/**
 * Fills a catalog that was begun anew, gives the spaces their settings, and joins the folders again: they are compared by the next pass, and what is equal
 * is not sent.
 */
export async function finishMending(
  home: string,
  catalog: Catalog,
  engine: Engine,
  signal: AbortSignal,
): Promise<void> {
  if (!(await isMending(catalog))) return;
  const known = new Map((readCard(home)?.spaces ?? []).map((space) => [space.id, space]));
  const joined = async (work: (row: SpaceRow, one: CardSpace) => Promise<void>): Promise<void> => {
    for (const row of await catalog.spaces()) {
      const one = known.get(row.id);
      if (one) await work(row, one);
    }
  };
  // Those that an earlier start added and perhaps no more than that; `addSpace` gives the others theirs.
  await joined((row, one) => giveBack(catalog, row, one));
  const unread = await recovered(engine, known.values(), signal);
  const there = new Set((await catalog.spaces()).map(({ id }) => id));
  for (const { id, row } of known.values())
    // Nothing of it was certified yet. One that is on the network and cannot be read stays in the card.
    if (row && !there.has(id) && !unread.has(id)) await catalog.addSpace({ ...row, id, folder: undefined });
  await joined(async ({ num, folder: now }, { folder }) => {
    if (now === undefined && folder !== undefined) await catalog.setFolder(num, folder);
  });
  await catalog.setRecord(mendingKey, '');
}

/** Gives the spaces that could not be read. */
async function recovered(
  engine: Engine,
  known: Iterable<CardSpace>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const stoodAt = new Map<SpaceId, SnapshotId>();
  for (const { id, snapshot } of known) if (snapshot !== undefined) stoodAt.set(id, snapshot);
  try {
    const { problems } = await engine.recover(signal, stoodAt);
    return new Set(problems.map(({ space }) => space));
  } catch (error) {
    // A device that never published anything has nothing to get back.
    if (faultOf(error)?.code !== 'not-found') throw error;
    return new Set();
  }
}
