/** Many files that look encrypted all at once, here or on another device: what that may be, what is safe, and what to do first. */
import { useState, type ReactElement } from 'react';
import type { Need } from '../../../app/wire/activity.ts';
import { useDeed } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { Answers, FaultAnswers } from '../../parts/answers.tsx';
import { DialogBox } from '../../parts/dialog.tsx';
import { Press } from '../../parts/press.tsx';
import { rewritesOf } from '../../state/needs.ts';
import { useWords } from '../../words/use-words.ts';

export function Rewrites({ need }: { readonly need: Need & { readonly kind: 'held' } }): ReactElement {
  const { say, number } = useWords();
  const { go } = useWay();
  const release = useDeed('held.release');
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
      {release.fault && <FaultAnswers fault={release.fault} />}
      <div className="buttons">
        <Press kind="primary" onPress={() => go({ screen: 'history', space: need.space })}>
          {say('need.rewrites-history')}
        </Press>
        <Press onPress={() => setAsked(true)}>{say('need.rewrites-go')}</Press>
      </div>
      <DialogBox title={say('need.rewrites-sure', all)} isOpen={isAsked} onClose={() => setAsked(false)}>
        <p>{say('need.rewrites-sure-under')}</p>
        <div className="buttons">
          <Press onPress={() => setAsked(false)}>{say('part.cancel')}</Press>
          <Press
            kind="primary"
            isBusy={release.isBusy}
            onPress={() => {
              if (need.space !== undefined) void release.run({ space: need.space }).then(() => setAsked(false));
            }}
          >
            {say('need.rewrites-do', all)}
          </Press>
        </div>
      </DialogBox>
    </>
  );
}
