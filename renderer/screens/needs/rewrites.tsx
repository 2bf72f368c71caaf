/** Many files that look encrypted all at once, here or on another device: what that may be, what is safe, and what to do first. */
import { useState, type ReactElement } from 'react';
import type { Need } from '../../../app/wire/activity.ts';
import { useWay } from '../../client/way.ts';
import { Answers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { rewritesOf } from '../../state/needs.ts';
import { useWords } from '../../words/use-words.ts';
import { ReleaseQuestion } from './release-question.tsx';

export function Rewrites({ need }: { readonly need: Need & { readonly kind: 'held' } }): ReactElement {
  const { say, number } = useWords();
  const { go } = useWay();
  const [isAsked, setAsked] = useState(false);
  const counted = (count: number): { count: number; files: string } => ({ count, files: number(count) });
  const all = counted(rewritesOf(need));
  const isHere = need.rewritesHere > 0;
  return (
    <>
      <Answers
        happened={
          <>
            {isHere && <p>{say('need.rewrites-here', counted(need.rewritesHere))}</p>}
            {need.rewritesElsewhere > 0 && <p>{say('need.rewrites-elsewhere', counted(need.rewritesElsewhere))}</p>}
            {need.deletions > 0 && <p>{say('need.rewrites-deletions', counted(need.deletions))}</p>}
          </>
        }
        risk={say(isHere ? 'need.rewrites-risk-here' : 'need.rewrites-risk-elsewhere')}
        action={say(isHere ? 'need.rewrites-action-here' : 'need.rewrites-action-elsewhere')}
      />
      <div className="buttons">
        <Press kind="primary" onPress={() => go({ screen: 'history', space: need.space })}>
          {say('need.rewrites-history')}
        </Press>
        <Press onPress={() => setAsked(true)}>{say('need.rewrites-go')}</Press>
      </div>
      <ReleaseQuestion
        space={need.space}
        title={say('need.rewrites-sure', all)}
        under={say('need.rewrites-sure-under')}
        doing={say('need.rewrites-do', all)}
        isOpen={isAsked}
        onClose={() => setAsked(false)}
      />
    </>
  );
}
