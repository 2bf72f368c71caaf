import { describe, expect, it } from 'vitest';
import { seededDice } from '../formats/testing/seeded-dice.ts';
import { liveTwoYears, type TwoYearsOptions } from './testing/two-years.ts';

const wal = 1_000_000_000n;
const gib = 1024 * 1024 * 1024;
const runs = 20;
/** 2 GiB encoded cost about 0.02 WAL an epoch at 11,000 FROST a unit. */
const usual: TwoYearsOptions = {
  frost: 10n * wal,
  refillFrost: 2n * wal,
  refillDaysMax: 60,
  capFrost: undefined,
  aheadEpochs: 13,
  capacityBytes: 2 * gib,
  grows: true,
  sleeps: true,
};

function each(options: Partial<TwoYearsOptions>, look: (seed: number, years: ReturnType<typeof liveTwoYears>) => void) {
  for (let seed = 1; seed <= runs; seed++) look(seed, liveTwoYears(seededDice(seed), { ...usual, ...options }));
}

const isSorted = (numbers: readonly number[]): boolean =>
  numbers.every((number, i) => i === 0 || number <= (numbers[i - 1] ?? number));

describe('two years of the autopilot', () => {
  it('with enough money: nothing lapses, nothing is warned about, and the books agree to the FROST', () => {
    each({}, (seed, { lapses, warnings, ledgerFrost, chainFrost, walletFrost, renewals }) => {
      expect({ seed, lapses, warnings }).toEqual({ seed, lapses: [], warnings: [] });
      expect(renewals).toBeGreaterThan(50);
      expect(ledgerFrost).toBe(chainFrost);
      expect(walletFrost).toBe(chainFrost);
    });
  });

  it('with a policy shorter than the longest sleep: nothing lapses all the same', () => {
    each({ aheadEpochs: 2 }, (seed, { lapses, warnings }) => {
      expect({ seed, lapses, warnings }).toEqual({ seed, lapses: [], warnings: [] });
    });
  });

  it('with a wallet that runs dry: what lapses could not be paid when it was last tried', () => {
    let lapsed = 0;
    let refused = 0;
    each({ frost: wal / 4n, refillFrost: wal / 10n, refillDaysMax: 120 }, (seed, years) => {
      const { lapses, ledgerFrost, chainFrost, walletFrost, refusedPurchases } = years;
      for (const { reason } of lapses) expect({ seed, reason }).toEqual({ seed, reason: 'money' });
      expect(ledgerFrost).toBe(chainFrost);
      expect(walletFrost).toBe(chainFrost);
      lapsed += lapses.length;
      refused += refusedPurchases;
    });
    expect(lapsed, 'the wallets of this test are poor enough to show it').toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  it('never passes the cap of a month, and what lapses under it is the cap’s doing', () => {
    const capFrost = wal / 8n;
    let lapsed = 0;
    each({ capFrost }, (seed, { lapses, dearestMonth, ledgerFrost, chainFrost }) => {
      expect(dearestMonth).toBeGreaterThan(0n);
      expect(dearestMonth).toBeLessThanOrEqual(capFrost);
      for (const { reason } of lapses) expect({ seed, reason }).toEqual({ seed, reason: 'cap' });
      expect(ledgerFrost).toBe(chainFrost);
      lapsed += lapses.length;
    });
    expect(lapsed).toBeLessThan(runs * 3);
  });

  it('warns of a lease that nobody can pay at each of the four marks, in order, before it ends', () => {
    each({ frost: 0n, refillFrost: 0n, grows: false, sleeps: false }, (seed, { lapses, warnings }) => {
      expect(lapses).toHaveLength(3);
      for (const { pool, epoch } of lapses) {
        const before = warnings.filter(({ id, because }) => id === pool && because === 'balance');
        expect({ seed, marks: [...new Set(before.map(({ mark }) => mark))] }).toEqual({ seed, marks: [60, 30, 14, 7] });
        expect(isSorted(before.map(({ mark }) => mark))).toBe(true);
        for (const { day, daysLeft } of before) expect(day + daysLeft).toBeLessThanOrEqual(epoch * 14);
      }
    });
  });
});
