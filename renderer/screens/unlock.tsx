/** A home whose phrase is sealed asks for the passphrase; one that could not be opened says why and tries again. */
import { useState, type ReactElement } from 'react';
import { Form } from 'react-aria-components';
import type { AccountState } from '../../app/wire/account.ts';
import { useDeed } from '../client/use-engine.ts';
import { FaultAnswers } from '../parts/answers.tsx';
import { FloeSlab } from '../parts/marks.tsx';
import { Press } from '../parts/press.tsx';
import { TextLine } from '../parts/text-line.tsx';
import { useWords } from '../words/use-words.ts';

export function Unlock({ account }: { readonly account: AccountState }): ReactElement {
  const { say } = useWords();
  const open = useDeed('account.open');
  const [passphrase, setPassphrase] = useState('');
  const fault = open.fault ?? account.fault;
  const isLocked = account.phase === 'locked';
  return (
    <main className="onboarding">
      <aside className="sea">
        <div className="brand">
          <FloeSlab />
          Floe
        </div>
      </aside>
      <div className="onboarding-main">
        <h1 className="sentence">{say(isLocked ? 'unlock.sentence' : 'unlock.failed')}</h1>
        {isLocked ? (
          <Form
            className="fund"
            onSubmit={(event) => {
              event.preventDefault();
              void open.run({ passphrase });
            }}
          >
            <TextLine
              label={say('unlock.passphrase')}
              value={passphrase}
              onChange={setPassphrase}
              isSecret
              autoFocus
              wrong={fault && say(`fault.${fault.code}.happened`)}
            />
            <div>
              <Press kind="primary" isSubmit isBusy={open.isBusy}>
                {say('unlock.open')}
              </Press>
            </div>
          </Form>
        ) : (
          <>
            {fault && <FaultAnswers fault={fault} />}
            <div className="onboarding-foot">
              <Press kind="primary" size="large" isBusy={open.isBusy} onPress={() => void open.run({})}>
                {say('part.again')}
              </Press>
            </div>
          </>
        )}
      </div>
    </main>
  );
}
