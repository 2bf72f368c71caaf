import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freedBytes, keptByBudget, keptByRules, type Held } from './retention.ts';

const dayMs = 86_400_000;
const nowMs = Date.UTC(2028, 0, 1);
const rules = { allDays: 30, dailyDays: 90, weeklyDays: 365 };
/** Three snapshots a day for so many days, the last just now. */
const history = (days: number) =>
  Array.from({ length: days * 3 }, (_, i) => ({ sequence: i + 1, timeMs: nowMs - (days * 3 - 1 - i) * (dayMs / 3) }));

describe('retention', () => {
  it('keeps everything unless told otherwise', () => {
    expect(keptByRules(history(400), undefined, nowMs).size).toBe(1200);
  });

  it('keeps all, then one a day, then one a week, then one a month', () => {
    const all = history(800);
    const kept = keptByRules(all, rules, nowMs);
    const between = (from: number, to: number): number =>
      all.filter(
        ({ sequence, timeMs }) => kept.has(sequence) && timeMs < nowMs - from * dayMs && timeMs >= nowMs - to * dayMs,
      ).length;
    expect(between(-1, 30)).toBe(91);
    expect(between(31, 90)).toBeGreaterThanOrEqual(58);
    expect(between(31, 90)).toBeLessThanOrEqual(61);
    expect(between(91, 365)).toBeGreaterThanOrEqual(38);
    expect(between(91, 365)).toBeLessThanOrEqual(41);
    expect(between(366, 800)).toBeLessThanOrEqual(16);
    expect(
      keptByRules(
        all.filter(({ sequence }) => kept.has(sequence)),
        rules,
        nowMs,
      ),
    ).toEqual(kept);
  });

  it('never gives up what is younger than thirty days, nor the newest, nor what a clock that was set back made', () => {
    const hasty = { allDays: 0, dailyDays: 0, weeklyDays: 0 };
    const all = history(60);
    const kept = keptByRules(all, hasty, nowMs);
    for (const { sequence, timeMs } of all) if (nowMs - timeMs <= 30 * dayMs) expect(kept.has(sequence)).toBe(true);
    expect(keptByRules([{ sequence: 1, timeMs: 0 }], hasty, nowMs)).toEqual(new Set([1]));
    const setBack = [...all, { sequence: 1000, timeMs: 0 }, { sequence: 1001, timeMs: 5 }];
    expect(keptByRules(setBack, hasty, nowMs).has(1000)).toBe(true);
  });

  it('frees what no kept snapshot holds, and by a budget the oldest first, as far as it takes', () => {
    const all = history(100);
    const held = (bytes: number, since: number, until: number | undefined): Held => ({
      bytes,
      spans: [[since, until]],
    });
    const contents = [held(10, 1, 2), held(20, 1, 40), held(40, 50, undefined), held(80, 299, 300)];
    const kept = keptByRules(all, undefined, nowMs);
    expect(freedBytes(contents, new Set([1, 300]))).toBe(80);
    expect(freedBytes(contents, new Set([300]))).toBe(110);
    expect(keptByBudget(all, kept, contents, 0, nowMs)).toEqual(kept);
    expect(keptByBudget(all, kept, contents, 10, nowMs).has(1)).toBe(false);
    expect(keptByBudget(all, kept, contents, 10, nowMs).has(2)).toBe(true);
    const most = keptByBudget(all, kept, contents, 11, nowMs);
    expect(freedBytes(contents, most)).toBe(30);
    const least = keptByBudget(all, kept, contents, 1e9, nowMs);
    expect(freedBytes(contents, least), 'what is young stays').toBe(30);
  });

  it('whatever the history: what is kept is part of it, and thinning twice is thinning once', () => {
    const times = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(times, (ages) => {
        const all = ages.map((age, i) => ({ sequence: i + 1, timeMs: nowMs - age * dayMs }));
        const kept = keptByRules(all, rules, nowMs);
        expect(kept.has(all.length)).toBe(true);
        const left = all.filter(({ sequence }) => kept.has(sequence));
        for (const sequence of keptByRules(left, rules, nowMs)) expect(kept.has(sequence)).toBe(true);
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});
