/**
 * What is said aloud to assistive technology: only changes of state (certified, needs you, paused), never percentages, at most one message in ten
 * seconds; of several the newest is said. Pure.
 */
import type { Summary } from '../../app/wire/activity.ts';
import type { WordKey } from '../words/open-words.ts';

export interface Announcement {
  readonly key: WordKey;
  readonly count: number;
}
export interface Announcer {
  readonly said: Announcement | undefined;
  readonly saidMs: number;
  readonly waiting: Announcement | undefined;
}

export const silence: Announcer = { said: undefined, saidMs: -Infinity, waiting: undefined };
export const announcePauseMs = 10_000;

function changeOf(before: Summary | undefined, after: Summary): Announcement | undefined {
  if (before === undefined) return undefined;
  if (after.needs > before.needs) return { key: 'live.needs', count: after.needs };
  if (after.pause && !before.pause) return { key: 'live.paused', count: 0 };
  if (!after.pause && before.pause) return { key: 'live.resumed', count: 0 };
  const isAll = (summary: Summary): boolean => summary.files > 0 && summary.certifiedFiles >= summary.files;
  if (isAll(after) && (!isAll(before) || before.files !== after.files))
    return { key: 'live.certified', count: after.files };
  return undefined;
}

export function announce(state: Announcer, before: Summary | undefined, after: Summary, nowMs: number): Announcer {
  return settle({ ...state, waiting: changeOf(before, after) ?? state.waiting }, nowMs);
}

/** Says what waits, when enough time has passed. */
export function settle(state: Announcer, nowMs: number): Announcer {
  if (state.waiting === undefined || nowMs - state.saidMs < announcePauseMs) return state;
  return { said: state.waiting, saidMs: nowMs, waiting: undefined };
}
