/** Before the first folder: open water, one sentence, one button, and the promise on cost. */
import { Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { exampleNodes, exampleSeed } from '../../parts/floe/example.ts';
import { Floe } from '../../parts/floe/floe.tsx';
import { useFloePlan } from '../../parts/floe/use-floe-plan.ts';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';

export function NothingKept({ onAdd }: { readonly onAdd: () => void }): ReactElement {
  const { say } = useWords();
  const plan = useFloePlan(exampleSeed, exampleNodes);
  return (
    <div className="middle">
      <Floe plan={plan} stateOf={() => 'waiting'} thickness={0} label="" />
      <p className="sentence">{say('empty.sentence')}</p>
      <p className="under">{say('empty.under')}</p>
      <div className="line">
        <Press kind="primary" size="large" onPress={onAdd}>
          <Plus className="icon" aria-hidden="true" />
          {say('space.add')}
        </Press>
      </div>
    </div>
  );
}
