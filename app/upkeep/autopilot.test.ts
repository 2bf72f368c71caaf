import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  daysLeft,
  epochCost,
  likelyGap,
  planRenewals,
  safeEnd,
  wantedEnd,
  warningMarks,
  type Lease,
  type Outlook,
} from './autopilot.ts';

const mib = 1024 * 1024;
const dayMs = 86_400_000;
const lease = (id: string, endEpoch: number, more: Partial<Lease> = {}): Lease => ({
  id,
  purse: 'mine',
  capacityBytes: 100 * mib,
  endEpoch,
  aheadEpochs: 13,
  isOwn: true,
  ...more,
});
const outlook = (more: Partial<Outlook> = {}): Outlook => ({
  epoch: 20,
  epochDurationMs: 14 * dayMs,
  epochLeftMs: 14 * dayMs,
  epochsAheadMax: 53,
  storagePrice: 10n,
  budgetFrost: undefined,
  purses: new Map([['mine', 1_000_000n]]),
  gapEpochs: 3,
  isOn: true,
  ...more,
});
const funded = (frost: bigint) => ({ purses: new Map([['mine', frost]]) });

describe('the autopilot', () => {
  it('keeps every lease paid as far ahead as its policy says, and does nothing twice', () => {
    const plan = planRenewals([lease('a', 30), lease('b', 33), lease('c', 21, { aheadEpochs: 26 })], outlook());
    expect(plan.renewals).toEqual([
      { id: 'a', epochs: 3, frost: 3000n },
      { id: 'c', epochs: 25, frost: 25_000n },
    ]);
    expect(plan.unpaid).toEqual([]);
    expect(plan.warnings).toEqual([]);
  });

  it('pays a short policy as far as the next likely wake', () => {
    const [renewal] = planRenewals([lease('a', 21, { aheadEpochs: 1 })], outlook({ gapEpochs: 4 })).renewals;
    expect(renewal).toMatchObject({ epochs: 5 });
    expect(planRenewals([lease('a', 21, { aheadEpochs: 1 })], outlook({ gapEpochs: 90 })).renewals[0]?.epochs).toBe(52);
  });

  it('reckons with the longest sleep that was seen, and with a long holiday where epochs are real', () => {
    expect(likelyGap([3, 4, 9, 10], 14 * dayMs)).toBe(5);
    expect(likelyGap([], 14 * dayMs)).toBe(3);
    expect(likelyGap([], 7 * dayMs)).toBe(5);
    expect(likelyGap([1, 2], 60_000)).toBe(1);
  });

  it('gives the last money to what ends soonest, epoch by epoch', () => {
    const plan = planRenewals([lease('late', 25), lease('soon', 21), lease('next', 22)], outlook(funded(5000n)));
    expect(plan.renewals).toEqual([
      { id: 'soon', epochs: 3, frost: 3000n },
      { id: 'next', epochs: 2, frost: 2000n },
    ]);
    expect(plan.unpaid.map(({ id, because, isUrgent }) => [id, because, isUrgent])).toEqual([
      ['late', 'balance', false],
      ['soon', 'balance', true],
      ['next', 'balance', true],
    ]);
  });

  it('never passes the cap, and says which of the two stopped it', () => {
    const plan = planRenewals([lease('a', 21)], outlook({ budgetFrost: 2500n }));
    expect(plan.renewals).toEqual([{ id: 'a', epochs: 2, frost: 2000n }]);
    expect(plan.unpaid).toMatchObject([{ id: 'a', because: 'budget', epochs: 10, frost: 10_000n, isUrgent: true }]);
  });

  it('leaves the leases of other devices to them, until they would end before the next likely wake', () => {
    const others = { isOwn: false, purse: 'theirs' };
    const purses = new Map([
      ['mine', 0n],
      ['theirs', 9000n],
    ]);
    expect(planRenewals([lease('a', 25, others)], outlook({ purses })).renewals).toEqual([]);
    expect(planRenewals([lease('a', 23, others)], outlook({ purses })).renewals).toEqual([
      { id: 'a', epochs: 2, frost: 2000n },
    ]);
  });

  it('warns at each of the four marks, once money or the cap keeps a lease from being paid, and when it is off', () => {
    for (const [endEpoch, mark] of [
      [24, 60],
      [22, 30],
      [21, 14],
    ] as const) {
      expect(planRenewals([lease('a', endEpoch)], outlook(funded(0n))).warnings).toMatchObject([
        { id: 'a', mark, because: 'balance' },
      ]);
      expect(planRenewals([lease('a', endEpoch)], outlook({ isOn: false })).warnings).toMatchObject([
        { mark, because: 'off' },
      ]);
    }
    const last = outlook({ ...funded(0n), epochLeftMs: 6 * dayMs });
    expect(planRenewals([lease('a', 21)], last).warnings).toMatchObject([{ mark: 7, daysLeft: 6 }]);
    expect(planRenewals([lease('a', 26)], outlook(funded(0n))).warnings).toEqual([]);
    expect(planRenewals([lease('a', 20)], outlook()).warnings).toMatchObject([{ daysLeft: 0, because: 'ended' }]);
  });

  it('turned off, decides nothing', () => {
    expect(planRenewals([lease('a', 21)], outlook({ isOn: false }))).toMatchObject({ renewals: [], unpaid: [] });
  });

  it('whatever there is: spends no more than there is, never beyond the network, and leaves no payable need', () => {
    const leases = fc.array(
      fc.record({
        end: fc.integer({ min: 15, max: 70 }),
        mibs: fc.integer({ min: 1, max: 900 }),
        ahead: fc.integer({ min: 1, max: 53 }),
        purse: fc.constantFrom('mine', 'theirs'),
      }),
      { maxLength: 8 },
    );
    const money = fc.bigInt({ min: 0n, max: 200_000n });
    fc.assert(
      fc.property(
        leases,
        money,
        money,
        fc.option(money),
        fc.integer({ min: 0, max: 9 }),
        (many, mine, theirs, cap, gap) => {
          const given = many.map(({ end, mibs, ahead, purse }, i) =>
            lease(`l${i}`, end, { capacityBytes: mibs * mib, aheadEpochs: ahead, purse, isOwn: purse === 'mine' }),
          );
          const purses = new Map([
            ['mine', mine],
            ['theirs', theirs],
          ]);
          const now = outlook({ purses, budgetFrost: cap ?? undefined, gapEpochs: gap });
          const plan = planRenewals(given, now);
          const paid = (purse?: string): bigint =>
            plan.renewals.reduce((sum, { id, frost }) => {
              const owner = given.find((each) => each.id === id)?.purse;
              return purse === undefined || owner === purse ? sum + frost : sum;
            }, 0n);
          expect(paid('mine')).toBeLessThanOrEqual(mine);
          expect(paid('theirs')).toBeLessThanOrEqual(theirs);
          if (cap !== null) expect(paid()).toBeLessThanOrEqual(cap);
          for (const each of given.filter(({ endEpoch }) => endEpoch > now.epoch)) {
            const end = each.endEpoch + (plan.renewals.find(({ id }) => id === each.id)?.epochs ?? 0);
            expect(end).toBeLessThanOrEqual(Math.max(each.endEpoch, now.epoch + now.epochsAheadMax));
            const isPaid = end >= wantedEnd(each, now);
            expect(plan.unpaid.some(({ id }) => id === each.id)).toBe(!isPaid);
            if (!isPaid) {
              const left = (purses.get(each.purse) ?? 0n) - paid(each.purse);
              const underCap = cap === null || cap - paid() >= epochCost(each, now);
              expect(left >= epochCost(each, now) && underCap, 'it could have been paid').toBe(false);
            }
          }
          expect(safeEnd(now)).toBeGreaterThan(now.epoch);
        },
      ),
      { seed: 6, numRuns: 300 },
    );
  });

  it('edge 81: counts days from the chain alone, rather too few than too many', () => {
    expect(daysLeft(21, outlook({ epochLeftMs: 0 }))).toBe(0);
    expect(daysLeft(23, outlook({ epochLeftMs: 1.5 * dayMs }))).toBe(29);
    expect(warningMarks).toEqual([60, 30, 14, 7]);
  });
});
