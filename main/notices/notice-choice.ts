/**
 * Which news deserve a notification: something new that waits for a person, and the first full copy of a space. Pure. Nothing twice within a day, and at most
 * one in a minute; what is passed over stands in the window all the same.
 */
import type { Place } from '../../app/wire/shell.ts';
import type { EngineNews } from '../engine/follow.ts';
import { needText, type Words } from '../words/words.ts';

export interface Notice {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly place: Place;
}

/** When each was shown, by its id, and the last of all. */
export interface Shown {
  readonly byId: ReadonlyMap<string, number>;
  readonly lastMs: number;
}

export const noticeLimits = { gapMs: 60_000, againMs: 24 * 3_600_000 } as const;

export const nothingShown: Shown = { byId: new Map(), lastMs: -Infinity };

/** Needs that are told right away; the phrase is asked for in the window. */
const toldKinds = new Set(['held', 'conflict', 'money', 'lease', 'folder-missing', 'fault']);

export function noticeFor(
  before: EngineNews | undefined,
  news: EngineNews,
  shown: Shown,
  nowMs: number,
  words: Words,
): Notice | undefined {
  const level = news.settings?.notifications ?? 'all';
  if (level === 'none' || nowMs - shown.lastMs < noticeLimits.gapMs) return undefined;
  return candidates(before, news, words, level === 'all').find(
    ({ id }) => nowMs - (shown.byId.get(id) ?? -Infinity) >= noticeLimits.againMs,
  );
}

function candidates(
  before: EngineNews | undefined,
  news: EngineNews,
  words: Words,
  withGood: boolean,
): readonly Notice[] {
  const needs = (news.needs ?? [])
    .filter((need) => toldKinds.has(need.kind))
    .map((need): Notice => ({ id: need.id, title: 'Floe', text: needText(need, words), place: { screen: 'needs' } }));
  if (!withGood) return needs;
  const copied = (news.spaces ?? []).filter((space) => {
    const old = before?.spaces?.find((each) => each.space === space.space);
    return old !== undefined && old.sequence === 0 && space.sequence > 0 && space.word === 'certified';
  });
  const firsts = copied.map((space): Notice => ({
    id: `first-copy:${space.space}`,
    title: words.say('first-copy', { space: space.name }),
    text: words.say('first-copy-text', { files: space.files }),
    place: { screen: 'space', space: space.space },
  }));
  return [...needs, ...firsts];
}
