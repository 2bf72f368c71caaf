/** One thing that waits: the three answers, then the buttons. Letting deletions go everywhere asks once more and names the number. */
import { useState, type ReactElement } from 'react';
import type { Need } from '../../../app/wire/activity.ts';
import { useDeed, useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { Answers, FaultAnswers } from '../../parts/answers.tsx';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { Status } from '../../parts/status.tsx';
import { needStatus, needTitle, rewritesOf } from '../../state/needs.ts';
import { useWords } from '../../words/use-words.ts';
import { FixPress } from '../fix-press.tsx';
import { MissingPresses, type MissingNeed } from '../space/move-space.tsx';
import { Renew } from '../storage/renew.tsx';
import { Conflicts } from './conflicts.tsx';
import { ReleaseQuestion } from './release-question.tsx';
import { Rewrites } from './rewrites.tsx';

export function NeedDetail({ need }: { readonly need: Need }): ReactElement {
  const words = useWords();
  return (
    <div className="detail" data-pane="inspector">
      <Status word={needStatus(need)} />
      <h2>
        {need.spaceName !== '' && (
          <>
            <bdi>{shownName(need.spaceName)}</bdi>:{' '}
          </>
        )}
        {needTitle(need, words)}
      </h2>
      <Body need={need} />
    </div>
  );
}

function Missing({ need }: { readonly need: MissingNeed }): ReactElement {
  const { say } = useWords();
  const [found] = need.proposed;
  const action =
    found === undefined
      ? say(need.isAnother ? 'need.folder-other-action' : 'need.folder-missing-action')
      : say(found.isSame ? 'need.folder-found-same' : 'need.folder-found-copy', { folder: shownName(found.folder) });
  return (
    <>
      <Answers
        happened={say(need.isAnother ? 'need.folder-other-happened' : 'need.folder-missing-happened', {
          folder: shownName(need.folder),
        })}
        risk={say('need.folder-missing-risk')}
        action={action}
      />
      <div className="buttons">
        <MissingPresses need={need} />
      </div>
    </>
  );
}

function Body({ need }: { readonly need: Need }): ReactElement {
  const { say, date, wal, sui } = useWords();
  const { go } = useWay();
  const again = useDeed('sync.now');
  const tryAgain = (
    <Press isBusy={again.isBusy} onPress={() => void again.run({})}>
      {say('part.again')}
    </Press>
  );
  switch (need.kind) {
    case 'held':
      return rewritesOf(need) > 0 ? <Rewrites need={need} /> : <Held need={need} />;
    case 'conflict':
      return (
        <>
          <Answers
            happened={say('need.conflict-happened')}
            risk={say('need.conflict-risk')}
            action={say('need.conflict-action')}
          />
          {need.space !== undefined && <Conflicts space={need.space} />}
        </>
      );
    case 'money':
      return (
        <>
          <Answers
            happened={say('need.money-happened')}
            risk={say('need.money-risk')}
            action={say('need.money-action', { wal: wal(need.frost), sui: sui(need.mist) })}
          />
          <p className="mono">{need.address}</p>
          <div className="buttons">
            <Press onPress={() => go({ screen: 'storage' })}>{say('place.storage')}</Press>
            {tryAgain}
          </div>
        </>
      );
    case 'lease':
      return (
        <>
          <Answers
            happened={say('need.lease-happened', { date: date(need.paidUntilMs) })}
            risk={say('need.lease-risk')}
            action={say('need.lease-action')}
          />
          <div className="buttons">{need.space !== undefined && <Renew space={need.space} />}</div>
        </>
      );
    case 'unkept':
      return (
        <>
          <Answers
            happened={say('need.unkept-happened', { count: need.files })}
            risk={say('need.unkept-risk')}
            action={say('need.unkept-action')}
          />
          <div className="buttons">
            {need.space !== undefined && <ToSpace space={need.space} />}
            {tryAgain}
          </div>
        </>
      );
    case 'folder-missing':
      return <Missing need={need} />;
    case 'phrase':
      return (
        <>
          <Answers
            happened={say('need.phrase-happened')}
            risk={say('need.phrase-risk')}
            action={say('need.phrase-action')}
          />
          <div className="buttons">
            <Press kind="primary" onPress={() => go({ screen: 'settings', group: 'security' })}>
              {say('need.phrase-do')}
            </Press>
          </div>
        </>
      );
    case 'fault':
      return (
        <FaultAnswers fault={need.fault}>
          <FixPress fault={need.fault} space={need.space} />
        </FaultAnswers>
      );
  }
}

function ToSpace({ space }: { readonly space: string }): ReactElement {
  const { say } = useWords();
  const { go } = useWay();
  return <Press onPress={() => go({ screen: 'space', space, tab: 'left-out' })}>{say('need.unkept-show')}</Press>;
}

function Held({ need }: { readonly need: Need & { readonly kind: 'held' } }): ReactElement {
  const { say, number } = useWords();
  const { go } = useWay();
  const space = useTopic('spaces')?.find((each) => each.space === need.space);
  const putBack = useDeed('history.restore');
  const [isAsked, setAsked] = useState(false);
  const count = { count: need.deletions, files: number(need.deletions) };
  return (
    <>
      <Answers
        happened={say('need.held-happened', count)}
        risk={say('need.held-risk')}
        action={say('need.held-action')}
      />
      {putBack.fault && <FaultAnswers fault={putBack.fault} />}
      {putBack.isBusy && <p className="note cold">{say('need.held-restoring')}</p>}
      <div className="buttons">
        {space?.folder !== undefined && need.space !== undefined && (
          <Press
            kind="primary"
            isBusy={putBack.isBusy}
            onPress={() =>
              need.space !== undefined && void putBack.run({ space: need.space, paths: [], overwrite: 'never' })
            }
          >
            {say('need.held-back')}
          </Press>
        )}
        <Press onPress={() => setAsked(true)}>{say('need.held-go')}</Press>
        <Press kind="quiet" onPress={() => go({ screen: 'history', space: need.space })}>
          {say('place.history')}
        </Press>
      </div>
      <ReleaseQuestion
        space={need.space}
        title={say('need.held-sure', count)}
        under={say('need.held-sure-under')}
        doing={say('need.held-do', count)}
        isOpen={isAsked}
        onClose={() => setAsked(false)}
      />
    </>
  );
}
