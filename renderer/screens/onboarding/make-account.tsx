/** Which network the account is for and, where there is no keychain, the passphrase that seals its phrase on this computer. */
import { useState, type ReactElement } from 'react';
import type { NetworkName } from '../../../app/wire/account.ts';
import { useDeed, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { RadioLines } from '../../parts/choices.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import type { OnboardingMove } from '../../state/onboarding.ts';
import { useWords } from '../../words/use-words.ts';

export function MakeAccount({ move }: { readonly move: (to: OnboardingMove) => void }): ReactElement {
  const { say } = useWords();
  const account = useTopic('account');
  const create = useDeed('account.create');
  const [network, setNetwork] = useState<NetworkName>('mainnet');
  const [name, setName] = useState(account?.deviceNameUsual ?? '');
  const [passphrase, setPassphrase] = useState('');
  return (
    <>
      <h1 className="sentence">{say('make.sentence')}</h1>
      <p className="under">{say('make.under')}</p>
      <div className="fund">
        <NetworkChoice network={network} onChoose={setNetwork} />
        <TextLine label={say('make.device')} value={name} onChange={setName} />
        <TextLine label={say('make.passphrase')} value={passphrase} onChange={setPassphrase} isSecret />
        {create.fault && <FaultAnswers fault={create.fault} />}
      </div>
      <div className="onboarding-foot">
        <Press kind="quiet" size="large" onPress={() => move({ kind: 'back' })}>
          {say('part.back')}
        </Press>
        <span className="grow" />
        <Press
          kind="primary"
          size="large"
          isBusy={create.isBusy}
          isDisabled={name.trim() === ''}
          onPress={() =>
            void create
              .run({ network, deviceName: name.trim(), ...(passphrase === '' ? {} : { passphrase }) })
              .then((made) => made && move({ kind: 'made', phrase: made.phrase }))
          }
        >
          {say('make.do')}
        </Press>
      </div>
    </>
  );
}

export function NetworkChoice({
  network,
  onChoose,
}: {
  readonly network: NetworkName;
  readonly onChoose: (network: NetworkName) => void;
}): ReactElement {
  const { say } = useWords();
  return (
    <RadioLines
      label={say('make.network')}
      chosen={network}
      onChoose={onChoose}
      options={(['mainnet', 'testnet', 'local'] as const).map((id) => ({ id, words: say(`network.${id}`) }))}
    />
  );
}
