/**
 * Opens a home's catalog with its card. One that is damaged is set aside, one that is gone is begun anew, and what the card knows of the home is given back;
 * `finishMending` fills it once there is an engine. Nothing is deleted.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { quarantine, type CatalogOptions } from '../adapters/catalog/catalog.ts';
import type { Clock } from '../domain/clock.ts';
import { faultOf } from '../domain/fault.ts';
import { isOutdated } from '../engine/engine.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Log } from '../ports/log.ts';
import { noteDamage, readCard, type SelfCard } from './card-file.ts';
import { beginMending, isMending, withCard } from './self-card.ts';

export interface HomeCatalogOptions {
  readonly home: string;
  readonly log: Log;
  readonly clock: Pick<Clock, 'now'>;
  readonly open: (options: CatalogOptions) => Promise<Catalog>;
  /** A damaged catalog is moved aside without a card too: for a recovery, which fills it again. */
  readonly setsDamageAside?: boolean | undefined;
}

/** Of the home itself, without its card. */
export function openBareCatalog({
  home,
  log,
  open,
}: Pick<HomeCatalogOptions, 'home' | 'log' | 'open'>): Promise<Catalog> {
  return open({
    file: join(home, 'catalog.sqlite'),
    onSlow: (operation, ms) => log.write('warning', 'catalog.slow', { operation, ms: Math.round(ms) }),
    onDamage: () => noteDamage(home),
  });
}

export async function openHomeCatalog(options: HomeCatalogOptions): Promise<Catalog> {
  const { home, log, clock } = options;
  const file = join(home, 'catalog.sqlite');
  const card = readCard(home);
  const setAside = (): Promise<Catalog> => {
    log.write('warning', 'catalog.set-aside', {});
    if (existsSync(file)) quarantine(file, clock.now());
    noteDamage(home, false);
    return openBareCatalog(options);
  };
  const openWhole = async (): Promise<Catalog> => {
    try {
      const catalog = await openBareCatalog(options);
      if (card === undefined || !(await isOutdated(catalog))) return catalog;
      await catalog.close();
      return await setAside();
    } catch (error) {
      const isMendable = options.setsDamageAside === true || card !== undefined;
      if (!isMendable || faultOf(error)?.code !== 'catalog-damaged') throw error;
      return setAside();
    }
  };
  const bare = await (card?.isDamaged ? setAside() : openWhole());
  const integrity = async (): Promise<string | undefined> => {
    const damage = await bare.integrity();
    if (damage !== undefined) noteDamage(home);
    return damage;
  };
  const catalog = withCard(home, { ...bare, integrity });
  try {
    await meetCard(catalog, card);
    // A card of an older Floe, or none, knows less than there is.
    await catalog.noteAll();
    return catalog;
  } catch (error) {
    await catalog.close();
    throw error;
  }
}

async function meetCard(catalog: Catalog, card: SelfCard | undefined): Promise<void> {
  // Set aside just now, or deleted by somebody.
  const isNew = (await catalog.record('device')) === undefined && (await catalog.spaces()).length === 0;
  if (card?.records['device'] !== undefined && (isNew || (await isMending(catalog)))) await beginMending(catalog, card);
}
