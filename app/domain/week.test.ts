import { describe, expect, test } from 'vitest';
import { nextChangeMs, speedAt, weekRuleFrom, weekRuleText, type WallTime, type WeekPlan } from './week.ts';

const rule = (text: string): WeekPlan[number] => {
  const found = weekRuleFrom(text);
  if (found === undefined) throw new Error(`no rule: ${text}`);
  return found;
};
const plan = (...texts: readonly string[]): WeekPlan => texts.map(rule);
const at = (weekday: number, hours: number, minutes = 0): WallTime => ({ weekday, minute: 60 * hours + minutes });

/** What a wall shows in Berlin, by a host's own tables. */
const format = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Berlin',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const berlin = (timeMs: number): WallTime => {
  const parts = new Map(format.formatToParts(timeMs).map(({ type, value }) => [type, value]));
  const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts.get('weekday') ?? '');
  return { weekday, minute: 60 * Number(parts.get('hour')) + Number(parts.get('minute')) };
};

describe('a plan', () => {
  test('says what its last rule says that covers the moment', () => {
    const some = plan('mon-fri 08:00-18:00 limited', 'wed 12:00-13:00 nothing');
    expect(speedAt(some, at(0, 7, 59), 'full')).toBe('full');
    expect(speedAt(some, at(0, 8), 'full')).toBe('limited');
    expect(speedAt(some, at(2, 12, 30), 'full')).toBe('nothing');
    expect(speedAt(some, at(2, 18), 'full')).toBe('full');
    expect(speedAt(some, at(5, 12), 'full')).toBe('full');
  });

  test('runs over midnight into the next day, from Sunday into Monday too', () => {
    const some = plan('sun 23:00-06:00 nothing');
    expect(speedAt(some, at(6, 23), 'full')).toBe('nothing');
    expect(speedAt(some, at(0, 5, 59), 'full')).toBe('nothing');
    expect(speedAt(some, at(0, 6), 'full')).toBe('full');
    expect(speedAt(some, at(6, 5), 'full')).toBe('full');
  });

  test('that holds all day holds all day', () => {
    const some = plan('daily 00:00-24:00 limited');
    for (let day = 0; day < 7; day++)
      for (let minute = 0; minute < 1440; minute++)
        expect(speedAt(some, { weekday: day, minute }, 'full')).toBe('limited');
    expect(nextChangeMs(some, berlin, 0, 'full')).toBeUndefined();
  });
});

describe('when clocks are changed', () => {
  test('an hour that is skipped is skipped', () => {
    // 2026-03-29 02:00 becomes 03:00 in Berlin: 01:00 UTC.
    const some = plan('daily 02:00-03:00 nothing');
    const before = Date.UTC(2026, 2, 29, 0, 30);
    for (let ms = before; ms < before + 3 * 3_600_000; ms += 60_000)
      expect(speedAt(some, berlin(ms), 'full')).toBe('full');
    expect(nextChangeMs(some, berlin, before, 'full')).toBe(Date.UTC(2026, 2, 30, 0, 0));
  });

  test('an hour that comes twice counts twice, and a change that falls out of the gap comes with its end', () => {
    // 2026-10-25 03:00 becomes 02:00 again: 01:00 UTC.
    const some = plan('daily 02:00-03:00 nothing');
    expect(nextChangeMs(some, berlin, Date.UTC(2026, 9, 25, 0, 10), 'full')).toBe(Date.UTC(2026, 9, 25, 2, 0));
    const gap = plan('daily 02:30-05:00 limited');
    expect(nextChangeMs(gap, berlin, Date.UTC(2026, 2, 29, 0, 0), 'full')).toBe(Date.UTC(2026, 2, 29, 1, 0));
  });
});

describe('rules as people write them', () => {
  test.each([
    ['mon-fri 08:00-18:00 limited', 'mon,tue,wed,thu,fri 08:00-18:00 limited'],
    ['sat,sun 0:00-24:00 full', 'sat,sun 00:00-24:00 full'],
    ['fri-mon 22:30-06:15 NOTHING', 'mon,fri,sat,sun 22:30-06:15 nothing'],
    ['daily 01:00-02:00 full', 'daily 01:00-02:00 full'],
  ])('%s', (text, told) => expect(weekRuleText(rule(text))).toBe(told));

  test.each([
    '',
    'mon',
    'mon 8-18 limited',
    'mon 08:00-18:00 slow',
    'xyz 08:00-18:00 full',
    'mon 24:00-25:00 full',
    'mon 08:60-09:00 full',
    'mon 08:00-09:00-10:00 full',
    'mon 08:00-09:00 full now',
  ])("'%s' is none", (text) => expect(weekRuleFrom(text)).toBeUndefined());
});
