import { expect, test } from 'vitest';
import { draftOf, rulesFrom } from './retention.ts';

test('what stands is shown and comes back unchanged', () => {
  const kept = { rules: { allDays: 40, dailyDays: 100, weeklyDays: 400 }, budgetFrost: '1500000000' };
  expect(draftOf(kept)).toMatchObject({ keeps: 'some', budget: '1.5' });
  expect(rulesFrom(draftOf(kept))).toEqual(kept);
  expect(rulesFrom(draftOf({}))).toEqual({ budgetFrost: undefined });
});

test('days that do not follow one another, or too few, are no rules', () => {
  const draft = draftOf({ rules: { allDays: 30, dailyDays: 90, weeklyDays: 365 } });
  for (const wrong of [
    { allDays: '29' },
    { dailyDays: '20' },
    { weeklyDays: '89' },
    { allDays: 'all' },
    { budget: 'much' },
  ])
    expect(rulesFrom({ ...draft, ...wrong })).toBeUndefined();
});
