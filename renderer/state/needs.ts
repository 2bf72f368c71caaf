/** What a need is called and how it looks. Pure. */
import type { Need } from '../../app/wire/activity.ts';
import type { StatusWord } from '../parts/marks.tsx';
import type { Words } from '../words/open-words.ts';

export const needStatus = (need: Need): StatusWord =>
  need.kind === 'held' ? 'held' : need.kind === 'conflict' ? 'conflict' : 'attention';

export function needTitle(need: Need, { say, date, number }: Words): string {
  switch (need.kind) {
    case 'held':
      return rewritesOf(need) > 0
        ? say('need.rewrites', { count: rewritesOf(need), files: number(rewritesOf(need)) })
        : say('need.held', { count: need.deletions, files: number(need.deletions) });
    case 'conflict':
      return say('need.conflict', { count: need.files });
    case 'money':
      return say('need.money');
    case 'lease':
      return say('need.lease', { date: date(need.paidUntilMs) });
    case 'unkept':
      return say('need.unkept', { count: need.files });
    case 'folder-missing':
      return say(need.isAnother ? 'need.folder-other' : 'need.folder-missing');
    case 'phrase':
      return say('need.phrase');
    case 'fault':
      return say(`fault.${need.fault.code}.happened`);
  }
}

/** Files that look encrypted, here and elsewhere: then that is what the need is about. */
export const rewritesOf = (need: Need & { readonly kind: 'held' }): number =>
  need.rewritesHere + need.rewritesElsewhere;

/** The nearest date by which somebody must have acted. */
export function nearestDate(needs: readonly Need[]): number | undefined {
  const dates = needs.flatMap((need) => (need.kind === 'lease' ? [need.paidUntilMs] : []));
  return dates.length === 0 ? undefined : Math.min(...dates);
}
