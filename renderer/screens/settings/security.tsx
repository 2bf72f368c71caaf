/** The only key: how it rests on this computer, and whether somebody has shown that they wrote it down. */
import { useState, type ReactElement } from 'react';
import { useDeed, useNowMs, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { Status } from '../../parts/status.tsx';
import { useWords } from '../../words/use-words.ts';
import { PhraseList, PhraseQuestions } from '../onboarding/phrase.tsx';

export function Security(): ReactElement {
  const { say, ago } = useWords();
  const account = useTopic('account');
  const nowMs = useNowMs();
  const show = useDeed('account.phrase');
  const [phrase, setPhrase] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const confirmedMs = account?.phraseConfirmedMs;
  return (
    <>
      <p className="sentence">{say(confirmedMs === undefined ? 'security.unwritten' : 'security.written')}</p>
      <p className="under">{say('security.under')}</p>
      <div className="group section">
        <div className="group-line">
          <span className="grow">
            {say('security.phrase')}
            <span className="second">
              {confirmedMs === undefined
                ? say('security.never-checked')
                : say('security.checked', { ago: ago(confirmedMs, nowMs) })}
            </span>
          </span>
          {confirmedMs === undefined && <Status word="attention" />}
          {confirmedMs === undefined && !phrase && (
            <Press isBusy={show.isBusy} onPress={() => void show.run({}).then((told) => setPhrase(told?.phrase))}>
              {say('security.show')}
            </Press>
          )}
          {!isAsking && (
            <Press
              onPress={() => {
                setPhrase(undefined);
                setAsking(true);
              }}
            >
              {say('security.check')}
            </Press>
          )}
        </div>
        <div className="group-line">
          <span className="grow">
            {say('security.rests')}
            <span className="second">{account?.vault ? say(`vault.${account.vault.kind}`) : say('part.loading')}</span>
          </span>
          {account?.vault?.kind === 'open-file' && !account.isPlayMoney && <Status word="attention" />}
        </div>
      </div>
      {show.fault && <FaultAnswers fault={show.fault} />}
      {phrase !== undefined && (
        <>
          <p className="section">{say('phrase.sentence')}</p>
          <PhraseList phrase={phrase} />
        </>
      )}
      {isAsking && <PhraseQuestions onRight={() => setAsking(false)} />}
    </>
  );
}
