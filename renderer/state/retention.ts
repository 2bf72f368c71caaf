/** The rules of a space's history while a person types them. Pure. */
import type { Retention } from '../../app/wire/steering.ts';
import { frostFrom } from './leases.ts';
import { wholeFrom } from './pace.ts';

export interface RulesDraft {
  readonly keeps: 'all' | 'some';
  readonly allDays: string;
  readonly dailyDays: string;
  readonly weeklyDays: string;
  /** WAL for as long as an epoch lasts; empty: no bound. */
  readonly budget: string;
}

/** Nothing younger ever goes, whatever is asked for. */
const allDaysMin = 30;
/** A month, a season, a year: to begin with. */
const first = { allDays: 30, dailyDays: 90, weeklyDays: 365 };
const nanos = 9;

export function draftOf({ rules, budgetFrost }: Retention): RulesDraft {
  const { allDays, dailyDays, weeklyDays } = rules ?? first;
  return {
    keeps: rules ? 'some' : 'all',
    allDays: String(allDays),
    dailyDays: String(dailyDays),
    weeklyDays: String(weeklyDays),
    budget: budgetFrost === undefined ? '' : walField(budgetFrost),
  };
}

/** Undefined when something is no number, or the stretches do not follow one another. */
export function rulesFrom(draft: RulesDraft): Retention | undefined {
  const budgetFrost = draft.budget.trim() === '' ? undefined : frostFrom(draft.budget);
  if (draft.budget.trim() !== '' && budgetFrost === undefined) return undefined;
  if (draft.keeps === 'all') return { budgetFrost };
  const allDays = wholeFrom(draft.allDays, allDaysMin);
  const dailyDays = allDays === undefined ? undefined : wholeFrom(draft.dailyDays, allDays);
  const weeklyDays = dailyDays === undefined ? undefined : wholeFrom(draft.weeklyDays, dailyDays);
  if (allDays === undefined || dailyDays === undefined || weeklyDays === undefined) return undefined;
  return { rules: { allDays, dailyDays, weeklyDays }, budgetFrost };
}

/** FROST as WAL for a field: exact, without grouping. */
function walField(frost: string): string {
  const digits = frost.padStart(nanos + 1, '0');
  const part = digits.slice(-nanos).replace(/0+$/, '');
  return `${digits.slice(0, -nanos)}${part === '' ? '' : `.${part}`}`;
}
