/** From nothing to the first folder on its way, in three steps: new or recover, folders with their cost, fund and start. Pure steps in state/onboarding. */
import { useReducer, type ReactElement, type ReactNode } from 'react';
import { firstStep, nextStep } from '../../state/onboarding.ts';
import { Floe, type PlateState } from '../../parts/floe/floe.tsx';
import { exampleNodes, exampleSeed } from '../../parts/floe/example.ts';
import { useFloePlan } from '../../parts/floe/use-floe-plan.ts';
import { FloeSlab } from '../../parts/marks.tsx';
import { useWords } from '../../words/use-words.ts';
import { Begin } from './begin.tsx';
import { Folders } from './folders.tsx';
import { Fund } from './fund.tsx';
import { MakeAccount } from './make-account.tsx';
import { PhraseCheck, PhraseShown } from './phrase.tsx';
import { Recover, Recovered } from './recover.tsx';

export function Onboarding({ onDone }: { readonly onDone: () => void }): ReactElement {
  const [step, move] = useReducer(nextStep, firstStep);
  switch (step.kind) {
    case 'begin':
      return (
        <Step number={1} ice="sea">
          <Begin move={move} />
        </Step>
      );
    case 'make':
      return (
        <Step number={1} ice="sea">
          <MakeAccount move={move} />
        </Step>
      );
    case 'phrase':
      return (
        <Step number={1} ice="sea">
          <PhraseShown phrase={step.phrase} move={move} />
        </Step>
      );
    case 'check':
      return (
        <Step number={1} ice="sea">
          <PhraseCheck move={move} />
        </Step>
      );
    case 'recover':
      return (
        <Step number={1} ice="sea">
          <Recover move={move} />
        </Step>
      );
    case 'recovered':
      return (
        <Step number={3} ice="whole">
          <Recovered done={step.done} onDone={onDone} />
        </Step>
      );
    case 'folders':
      return (
        <Step number={2} ice="forming">
          <Folders chosen={step.folders} move={move} />
        </Step>
      );
    case 'fund':
      return (
        <Step number={3} ice="whole">
          <Fund folders={step.folders} move={move} onDone={onDone} />
        </Step>
      );
  }
}

/** Beside the steps the floe goes from open water, through forming, to whole. It is a picture of what will be, not of a network. */
function Step({
  number,
  ice,
  children,
}: {
  readonly number: number;
  readonly ice: 'sea' | 'forming' | 'whole';
  readonly children: ReactNode;
}): ReactElement {
  const { say } = useWords();
  const plan = useFloePlan(exampleSeed, exampleNodes);
  const order = new Map(plan?.plates.map(({ id }, index) => [id, index]));
  const stateOf = (id: string): PlateState => {
    const at = (order.get(id) ?? 0) / Math.max(1, order.size);
    if (ice === 'sea') return 'waiting';
    if (ice === 'whole') return 'holds';
    return at < 0.55 ? 'holds' : at < 0.65 ? 'forming' : 'waiting';
  };
  return (
    <main className="onboarding">
      <aside className="sea" aria-label="Floe">
        <div className="brand">
          <FloeSlab />
          Floe
        </div>
        <Floe plan={plan} stateOf={stateOf} thickness={ice === 'sea' ? 0 : 12} label="" />
      </aside>
      <div className="onboarding-main">
        <p className="step-count">{say('onboarding.step', { step: number, of: 3 })}</p>
        {children}
      </div>
    </main>
  );
}
