/**
 * What only the catalog knew, kept beside it in the home: which device this is, where its folders lie, and what the user set. With it a damaged or lost
 * catalog is rebuilt by itself: set aside, filled from chain and packs, and the folders joined again, so that nothing is sent twice. No secrets.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, faultOf } from '../domain/fault.ts';
import { parseSpaceId, type SpaceId } from '../domain/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { Catalog } from '../ports/catalog.ts';

export interface SelfCard {
  readonly version: 1;
  readonly records: Readonly<Record<string, string>>;
  readonly folders: readonly { readonly space: SpaceId; readonly folder: string }[];
  /** The catalog was seen to be damaged: it is set aside at the next start. */
  readonly isDamaged: boolean;
}

/** Records of the catalog that nobody else knows. */
const keptRecords = ['device', 'budget', 'autopilot', 'gone-devices'] as const;
/** In the catalog while it is being rebuilt: a start that was cut short goes on with it. */
const mendingKey = 'mending';

const cardFile = (home: string): string => join(home, 'self.json');

/** Undefined when there is none, or when it cannot be read: then the phrase and the user's own word are needed, as on a new computer. */
export function readCard(home: string): SelfCard | undefined {
  let text: string;
  try {
    text = readFileSync(cardFile(home), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Fault('disk-failed', 'later', 'A file of the home cannot be read.', error);
  }
  return parseCard(text);
}

function parseCard(text: string): SelfCard | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const field = (from: unknown, name: string): unknown =>
      typeof from === 'object' && from !== null ? Reflect.get(from, name) : undefined;
    const folders = field(value, 'folders');
    if (field(value, 'version') !== 1 || !Array.isArray(folders)) return undefined;
    const records = keptRecords.flatMap((key) => {
      const record = field(field(value, 'records'), key);
      return typeof record === 'string' ? [[key, record] as const] : [];
    });
    return {
      version: 1,
      records: Object.fromEntries(records),
      folders: folders.map((each: unknown) => ({
        space: parseSpaceId(String(field(each, 'space'))),
        folder: String(field(each, 'folder')),
      })),
      isDamaged: field(value, 'isDamaged') === true,
    };
  } catch {
    // A card that is damaged as well is as good as none.
    return undefined;
  }
}

function writeCard(home: string, card: SelfCard): void {
  const draft = `${cardFile(home)}.new`;
  writeFileSync(draft, `${JSON.stringify(card)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, cardFile(home));
}

/** The same catalog; what the card is to know is written to it whenever it changes, unless the catalog is being rebuilt from the card. */
export function withCard(home: string, catalog: Catalog): Catalog {
  const note = async (): Promise<void> => {
    if ((await catalog.record(mendingKey)) === 'yes') return;
    const records = await Promise.all(
      keptRecords.map(async (key) => [key, (await catalog.record(key)) ?? ''] as const),
    );
    const spaces = await catalog.spaces();
    writeCard(home, {
      version: 1,
      records: Object.fromEntries(records.filter(([, value]) => value !== '')),
      folders: spaces.flatMap(({ id, folder }) => (folder === undefined ? [] : [{ space: id, folder }])),
      isDamaged: readCard(home)?.isDamaged ?? false,
    });
  };
  const noted = <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      const done = await call(...args);
      await note();
      return done;
    };
  };
  const isKept = (key: string): boolean => keptRecords.some((kept) => kept === key) || key === mendingKey;
  return {
    ...catalog,
    addSpace: noted(catalog.addSpace),
    setFolder: noted(catalog.setFolder),
    leaveFolder: noted(catalog.leaveFolder),
    async integrity() {
      const damage = await catalog.integrity();
      if (damage !== undefined) noteDamage(home);
      return damage;
    },
    setRecord: async (key, value) => {
      await catalog.setRecord(key, value);
      if (isKept(key)) await note();
    },
  };
}

/** Notes that the catalog has to be set aside at the next start, because it cannot be while it is open; or that it was. */
export function noteDamage(home: string, isDamaged = true): void {
  const card = readCard(home);
  if (card && card.isDamaged !== isDamaged) writeCard(home, { ...card, isDamaged });
}

/** Gives an empty catalog back what the card knows, and marks it as not yet whole. */
export async function beginMending(catalog: Catalog, card: SelfCard): Promise<void> {
  await catalog.setRecord(mendingKey, 'yes');
  for (const [key, value] of Object.entries(card.records)) await catalog.setRecord(key, value);
}

/** Fills a catalog that was begun anew, and joins the folders again: they are compared by the next pass, and what is equal is not sent. */
export async function finishMending(
  home: string,
  catalog: Catalog,
  engine: Engine,
  signal: AbortSignal,
): Promise<void> {
  if ((await catalog.record(mendingKey)) !== 'yes') return;
  const folders = readCard(home)?.folders ?? [];
  try {
    await engine.recover(signal);
  } catch (error) {
    // A device that never published anything has nothing to get back.
    if (faultOf(error)?.code !== 'not-found') throw error;
  }
  for (const { num, id, folder } of await catalog.spaces()) {
    const known = folders.find(({ space }) => space === id);
    if (folder === undefined && known) await catalog.setFolder(num, known.folder);
  }
  await catalog.setRecord(mendingKey, '');
}
