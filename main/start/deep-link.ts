/** `floe:` links. A link only names a place in the window: nothing is spent, restored, deleted or changed by one. Anything else is no link. */
import type { Place } from '../../app/wire/shell.ts';

export const linkScheme = 'floe';

const screens = ['overview', 'activity', 'needs', 'storage', 'network', 'devices', 'settings'] as const;

export function placeOf(link: string): Place | undefined {
  const match = /^floe:(?:\/\/)?([a-z]+)(?:\/([0-9a-f]{32}))?\/?$/.exec(link);
  const [, screen, space] = match ?? [];
  if (screen === 'space') return space === undefined ? undefined : { screen, space };
  const known = screens.find((each) => each === screen);
  return known === undefined || space !== undefined ? undefined : { screen: known };
}

/** The place that a command line asks for, from its first link. */
export function placeIn(args: readonly string[]): Place | undefined {
  const link = args.find((each) => each.startsWith(`${linkScheme}:`));
  return link === undefined ? undefined : placeOf(link);
}
