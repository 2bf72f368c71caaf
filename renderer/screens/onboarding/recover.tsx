/** Brings an account back from its 24 words: what is certified is read back from the network; folders are chosen afterwards. */
import { Check } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Label, TextArea, TextField } from 'react-aria-components';
import type { NetworkName, RecoverDone } from '../../../app/wire/account.ts';
import { useDeed, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import type { OnboardingMove } from '../../state/onboarding.ts';
import { useWords } from '../../words/use-words.ts';
import { NetworkChoice } from './make-account.tsx';

export function Recover({ move }: { readonly move: (to: OnboardingMove) => void }): ReactElement {
  const { say } = useWords();
  const account = useTopic('account');
  const recover = useDeed('account.recover');
  const [network, setNetwork] = useState<NetworkName>(account?.network ?? 'mainnet');
  const [phrase, setPhrase] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const count = phrase.trim() === '' ? 0 : phrase.trim().split(/\s+/).length;
  return (
    <>
      <h1 className="sentence">{say('recover.sentence')}</h1>
      <p className="under">{say('recover.under')}</p>
      <div className="fund">
        <TextField className="labelled" value={phrase} onChange={setPhrase} autoFocus>
          <Label>{say('recover.words', { count })}</Label>
          <TextArea className="field" rows={3} spellCheck="false" autoCapitalize="off" />
        </TextField>
        <NetworkChoice network={network} onChoose={setNetwork} />
        <TextLine label={say('make.passphrase')} value={passphrase} onChange={setPassphrase} isSecret />
        {recover.isBusy && (
          <p className="note cold" role="status">
            {say('recover.busy')}
          </p>
        )}
        {recover.fault && <FaultAnswers fault={recover.fault} />}
      </div>
      <div className="onboarding-foot">
        <Press kind="quiet" size="large" onPress={() => move({ kind: 'back' })}>
          {say('part.back')}
        </Press>
        <span className="grow" />
        <Press
          kind="primary"
          size="large"
          isBusy={recover.isBusy}
          isDisabled={count < 12}
          onPress={() =>
            void recover
              .run({
                network,
                phrase: phrase.trim().toLowerCase().split(/\s+/).join(' '),
                deviceName: account?.deviceNameUsual ?? '',
                ...(passphrase === '' ? {} : { passphrase }),
              })
              .then((done) => done && move({ kind: 'recovered', done }))
          }
        >
          {say('recover.do')}
        </Press>
      </div>
    </>
  );
}

export function Recovered({ done, onDone }: { readonly done: RecoverDone; readonly onDone: () => void }): ReactElement {
  const { say } = useWords();
  return (
    <>
      <h1 className="sentence">{say('recovered.sentence', { count: done.spaces.length })}</h1>
      <p className="under">{say('recovered.under')}</p>
      <ul className="checks-list">
        {done.spaces.map(({ space, name, snapshots }) => (
          <li key={space}>
            <Check className="icon" aria-hidden="true" />
            <b>
              <bdi>{shownName(name)}</bdi>
            </b>
            <span className="soft">{say('recovered.snapshots', { count: snapshots })}</span>
          </li>
        ))}
      </ul>
      {done.problems.map(({ space, name, fault }) => (
        <div key={space} className="note amber">
          <b>{shownName(name)}</b>
          <FaultAnswers fault={fault} />
        </div>
      ))}
      <div className="onboarding-foot">
        <span className="grow" />
        <Press kind="primary" size="large" onPress={onDone} autoFocus>
          {say('recovered.do')}
        </Press>
      </div>
    </>
  );
}
