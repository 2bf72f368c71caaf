/** What happened, is anything at risk, what to do: the answers to a fault, with its code behind Details. It never says "no" when something is. */
import { ChevronRight } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { WireFault } from '../../app/wire/fault-form.ts';
import { useWords } from '../words/use-words.ts';

export function Answers({
  happened,
  risk,
  action,
}: {
  readonly happened: ReactNode;
  readonly risk: ReactNode;
  readonly action: ReactNode;
}): ReactElement {
  const { say } = useWords();
  return (
    <dl className="answers">
      <dt>{say('answers.happened')}</dt>
      <dd>{happened}</dd>
      <dt>{say('answers.risk')}</dt>
      <dd>{risk}</dd>
      <dt>{say('answers.action')}</dt>
      <dd>{action}</dd>
    </dl>
  );
}

export function More({ children }: { readonly children: ReactNode }): ReactElement {
  const { say } = useWords();
  return (
    <details className="more">
      <summary>
        <ChevronRight className="icon" aria-hidden="true" />
        {say('part.details')}
      </summary>
      {children}
    </details>
  );
}

/** The first answer of a fault is its sentence; the engine's own words stand behind Details, beside the code. */
export function FaultAnswers({
  fault,
  children,
}: {
  readonly fault: WireFault;
  readonly children?: ReactNode;
}): ReactElement {
  const { say } = useWords();
  return (
    <>
      <Answers
        happened={say(`fault.${fault.code}.happened`)}
        risk={say(`fault.${fault.code}.risk`)}
        action={say(`fault.${fault.code}.action`)}
      />
      {children}
      <More>
        <dl className="facts">
          <dt>{say('part.fault-code')}</dt>
          <dd className="mono">{fault.code}</dd>
          {fault.detail !== '' && (
            <>
              <dt>{say('part.fault-detail')}</dt>
              <dd>{fault.detail}</dd>
            </>
          )}
        </dl>
      </More>
    </>
  );
}
