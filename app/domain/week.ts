/**
 * A week's plan of how fast Floe may be, by what the clock on the wall shows. Pure: wall time is read anew at every instant, so an hour that the clocks
 * skip is skipped and one that they repeat is repeated.
 */
export type Speed = 'full' | 'limited' | 'nothing';

/** What a clock and a calendar on the wall show. */
export interface WallTime {
  /** 0 is Monday. */
  readonly weekday: number;
  /** Since midnight as shown, 0 to 1439. */
  readonly minute: number;
}

export type ReadWallTime = (timeMs: number) => WallTime;

export interface WeekRule {
  /** 0 is Monday. Of the day on which it begins. */
  readonly weekdays: readonly number[];
  /** Minutes since midnight. With `to` at or before `from` it runs into the next day. */
  readonly from: number;
  readonly to: number;
  readonly speed: Speed;
}

/** Later rules come before earlier ones. */
export type WeekPlan = readonly WeekRule[];

export const dayMinutes = 24 * 60;
/** Rules that a plan may have: three a day. */
export const weekRulesMax = 21;

function covers({ weekdays, from, to }: WeekRule, { weekday, minute }: WallTime): boolean {
  if (from < to) return weekdays.includes(weekday) && minute >= from && minute < to;
  const dayBefore = (weekday + 6) % 7;
  return (weekdays.includes(weekday) && minute >= from) || (weekdays.includes(dayBefore) && minute < to);
}

/** What a plan says now; `otherwise` when none of its rules does. */
export function speedAt(plan: WeekPlan, wall: WallTime, otherwise: Speed): Speed {
  return plan.findLast((rule) => covers(rule, wall))?.speed ?? otherwise;
}

const minuteMs = 60_000;

/** When the plan says something else for the first time; undefined when it does not within eight days. */
export function nextChangeMs(plan: WeekPlan, read: ReadWallTime, nowMs: number, otherwise: Speed): number | undefined {
  if (plan.length === 0) return undefined;
  const now = speedAt(plan, read(nowMs), otherwise);
  // Clocks are set in whole minutes, everywhere.
  let atMs = (Math.floor(nowMs / minuteMs) + 1) * minuteMs;
  for (let step = 0; step < 8 * dayMinutes; step++, atMs += minuteMs)
    if (speedAt(plan, read(atMs), otherwise) !== now) return atMs;
  return undefined;
}

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `mon-fri`, `sat,sun`, `daily`. */
function weekdaysFrom(text: string): readonly number[] | undefined {
  if (text === 'daily') return [0, 1, 2, 3, 4, 5, 6];
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const [first, last = first, ...rest] = part.split('-').map((name) => dayNames.indexOf(name));
    if (first === undefined || last === undefined || first < 0 || last < 0 || rest.length > 0) return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) break;
    }
  }
  return [...days].toSorted((a, b) => a - b);
}

function minuteFrom(text: string): number | undefined {
  const [, hours = '', minutes = ''] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  const minute = 60 * Number(hours) + Number(minutes);
  const isTime = hours !== '' && Number(minutes) < 60 && minute <= dayMinutes;
  return isTime ? minute : undefined;
}

/** `mon-fri 08:00-18:00 limited`; undefined when it is anything else. */
export function weekRuleFrom(text: string): WeekRule | undefined {
  const [days = '', hours = '', word = '', ...rest] = text.trim().toLowerCase().split(/\s+/);
  const weekdays = weekdaysFrom(days);
  const [from, to, ...more] = hours.split('-').map(minuteFrom);
  const speed = (['full', 'limited', 'nothing'] as const).find((one) => one === word);
  if (weekdays === undefined || from === undefined || to === undefined || speed === undefined) return undefined;
  if (rest.length > 0 || more.length > 0 || from === dayMinutes) return undefined;
  return { weekdays, from, to, speed };
}

export function weekRuleText({ weekdays, from, to, speed }: WeekRule): string {
  const time = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const days = weekdays.length === 7 ? 'daily' : weekdays.map((day) => dayNames[day] ?? '').join(',');
  return `${days} ${time(from)}-${time(to)} ${speed}`;
}
