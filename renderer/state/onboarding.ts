/** The steps of the onboarding and what leads from one to another. Pure. */
import { unreachable } from '../../app/domain/fault.ts';
import type { RecoverDone } from '../../app/wire/account.ts';

export type OnboardingStep =
  | { readonly kind: 'begin' | 'make' | 'check' | 'recover' }
  | { readonly kind: 'phrase'; readonly phrase: string }
  | { readonly kind: 'recovered'; readonly done: RecoverDone }
  | { readonly kind: 'folders' | 'fund'; readonly folders: readonly string[] };

export const firstStep: OnboardingStep = { kind: 'begin' };

export type OnboardingMove =
  | { readonly kind: 'start-new' | 'recover' | 'back' | 'written' | 'confirmed' | 'trial-made' }
  | { readonly kind: 'made'; readonly phrase: string }
  | { readonly kind: 'recovered'; readonly done: RecoverDone }
  | { readonly kind: 'chosen'; readonly folders: readonly string[] };

export function nextStep(step: OnboardingStep, move: OnboardingMove): OnboardingStep {
  switch (move.kind) {
    case 'start-new':
      return { kind: 'make' };
    case 'recover':
      return { kind: 'recover' };
    case 'made':
      return { kind: 'phrase', phrase: move.phrase };
    case 'written':
      return { kind: 'check' };
    case 'confirmed':
    case 'trial-made':
      return { kind: 'folders', folders: [] };
    case 'recovered':
      return { kind: 'recovered', done: move.done };
    case 'chosen':
      return { kind: 'fund', folders: move.folders };
    case 'back':
      return before(step);
    default:
      return unreachable(move);
  }
}

/** An account that was made stays made: from the folders there is no way back to choosing one. */
function before(step: OnboardingStep): OnboardingStep {
  if (step.kind === 'fund') return { kind: 'folders', folders: step.folders };
  if (step.kind === 'make' || step.kind === 'recover') return firstStep;
  return step;
}

/** Two different places of the 24, to prove that the words were written down. `fractions` are chance, from 0 to 1. */
export function wordsToAsk(count: number, fractions: readonly [number, number]): readonly [number, number] {
  const first = Math.floor(fractions[0] * count);
  const second = Math.floor(fractions[1] * (count - 1));
  const other = second >= first ? second + 1 : second;
  return first < other ? [first, other] : [other, first];
}
