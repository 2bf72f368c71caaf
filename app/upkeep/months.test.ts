import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthStartMs } from './budget.ts';
import { monthsBefore, spendMonths } from './months.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const sum = (month: string, frost: bigint) => ({
  startMs: at(`${month}-01T00:00:00`),
  storageFrost: frost,
  writeFrost: 2n,
  openFrost: 1n,
  gasMist: 5n,
  rebateMist: 3n,
});

describe('spending by months', () => {
  it('fills months without a payment, over the end of a year', () => {
    const months = spendMonths([sum('2027-11', 10n), sum('2028-02', 20n)], at('2028-02-29T23:59:59.999'), 5);
    expect(months.map(({ startMs, spentFrost }) => [new Date(startMs).toISOString().slice(0, 7), spentFrost])).toEqual([
      ['2027-10', 0n],
      ['2027-11', 13n],
      ['2027-12', 0n],
      ['2028-01', 0n],
      ['2028-02', 23n],
    ]);
  });

  it('goes by the calendar on the last day of a long month', () => {
    expect(monthsBefore(at('2027-03-31T12:00:00'), 1)).toBe(at('2027-02-01T00:00:00'));
    expect(monthsBefore(at('2027-01-31T12:00:00'), 2)).toBe(at('2026-11-01T00:00:00'));
  });

  it('tells what was paid by a clock that was ahead, once, and makes no months up to there', () => {
    const months = spendMonths([sum('2026-11', 1n), sum('2094-01', 7n)], at('2026-11-21T00:00:00'), 2);
    expect(months.map(({ storageFrost }) => storageFrost)).toEqual([0n, 1n, 7n]);
  });

  it('has each month once and in order, and loses nothing from its first on', () => {
    const day = fc.integer({ min: 0, max: 40_000 }).map((days) => days * 86_400_000);
    fc.assert(
      fc.property(
        fc.uniqueArray(day.map(monthStartMs), { maxLength: 40 }),
        day,
        fc.integer({ min: 1, max: 30 }),
        (starts, nowMs, count) => {
          const sums = starts.map((startMs) => ({ ...sum('2026-01', 1n), startMs }));
          const months = spendMonths(sums, nowMs, count);
          const shown = months.map(({ startMs }) => startMs);
          expect(shown).toEqual([...new Set(shown)].toSorted((a, b) => a - b));
          expect(shown.filter((startMs) => startMs <= nowMs)).toHaveLength(count);
          const from = shown[0] ?? 0;
          expect(months.reduce((total, { storageFrost }) => total + storageFrost, 0n)).toBe(
            BigInt(starts.filter((startMs) => startMs >= from).length),
          );
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });
});
