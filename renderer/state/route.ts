/** Where the window is, and the way back. Pure; nothing of it stands in the address, which holds the key of the link. */
import type { Place } from '../../app/wire/shell.ts';

export type SpaceTab = 'files' | 'folders' | 'left-out' | 'care' | 'lease';
export type SettingsGroup = 'general' | 'pace' | 'notifications' | 'security' | 'diagnostics';

export type Route =
  | { readonly screen: 'overview' | 'activity' | 'needs' | 'storage' | 'network' | 'drill' | 'devices' }
  | { readonly screen: 'space'; readonly space: string; readonly tab: SpaceTab }
  | {
      readonly screen: 'history';
      readonly space: string | undefined;
      readonly path?: string;
      readonly view?: 'folder' | 'deleted';
    }
  | {
      readonly screen: 'receipts';
      readonly space: string | undefined;
      /** Of the file to issue one for; undefined: to look at one that somebody has. */
      readonly path?: string;
    }
  | { readonly screen: 'settings'; readonly group: SettingsGroup };

/** Where a place that the shell names is in the window. */
export function routeOf(place: Place): Route {
  if (place.screen === 'space') return { screen: 'space', space: place.space, tab: 'files' };
  if (place.screen === 'settings') return { screen: 'settings', group: 'general' };
  return { screen: place.screen };
}

export interface Way {
  readonly now: Route;
  readonly before: readonly Route[];
}

/** Steps that Alt with left can go back. */
const stepsMax = 50;

export const firstWay: Way = { now: { screen: 'overview' }, before: [] };

export type Move = { readonly kind: 'go'; readonly to: Route } | { readonly kind: 'back' };

export function nextWay(way: Way, move: Move): Way {
  if (move.kind === 'back') {
    const last = way.before.at(-1);
    return last ? { now: last, before: way.before.slice(0, -1) } : way;
  }
  if (JSON.stringify(move.to) === JSON.stringify(way.now)) return way;
  return { now: move.to, before: [...way.before, way.now].slice(-stepsMax) };
}
