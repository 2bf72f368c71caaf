/** The first step: new, recover, or try it here with no money. */
import { ChevronRight } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useDeed, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Busy } from '../../parts/press.tsx';
import { smallNodes, smallSeed } from '../../parts/floe/example.ts';
import { Floe } from '../../parts/floe/floe.tsx';
import { useFloePlan } from '../../parts/floe/use-floe-plan.ts';
import type { OnboardingMove } from '../../state/onboarding.ts';
import { useWords } from '../../words/use-words.ts';

export function Begin({ move }: { readonly move: (to: OnboardingMove) => void }): ReactElement {
  const { say } = useWords();
  const account = useTopic('account');
  const create = useDeed('account.create');
  const small = useFloePlan(smallSeed, smallNodes);
  return (
    <>
      <h1 className="sentence">{say('begin.sentence')}</h1>
      <p className="under">{say('begin.under')}</p>
      <ul className="choice-list">
        <Choice name={say('begin.new')} about={say('begin.new-about')} onPress={() => move({ kind: 'start-new' })} />
        <Choice
          name={say('begin.recover')}
          about={say('begin.recover-about')}
          onPress={() => move({ kind: 'recover' })}
        />
        <Choice
          name={say('begin.try')}
          about={create.isBusy ? say('begin.try-busy') : say('begin.try-about')}
          isBusy={create.isBusy}
          onPress={() =>
            void create
              .run({ network: 'local', deviceName: account?.deviceNameUsual ?? '' })
              .then((made) => made && move({ kind: 'trial-made' }))
          }
        >
          <Floe plan={small} stateOf={() => 'holds'} thickness={16} label="" />
        </Choice>
      </ul>
      {create.fault && <FaultAnswers fault={create.fault} />}
    </>
  );
}

const Choice = ({
  name,
  about,
  onPress,
  isBusy = false,
  children,
}: {
  readonly name: string;
  readonly about: string;
  readonly onPress: () => void;
  readonly isBusy?: boolean;
  readonly children?: ReactNode;
}): ReactElement => (
  <li>
    <Button className={isBusy ? 'choice is-busy' : 'choice'} {...(isBusy ? {} : { onPress })}>
      <span className="grow">
        <b>{name}</b>
        <span className="soft">{about}</span>
      </span>
      {children}
      <ChevronRight className="icon" aria-hidden="true" />
      {isBusy && <Busy />}
    </Button>
  </li>
);
