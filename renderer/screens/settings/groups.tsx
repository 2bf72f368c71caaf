/** Language and theme, notifications. A change is sent at once and shown when the engine has taken it. */
import { useEffect, useState, type ReactElement, type ReactNode } from 'react';
import type { Settings } from '../../../app/wire/account.ts';
import { useShell } from '../../client/shell.ts';
import { useDeed, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Segment, SwitchLine } from '../../parts/choices.tsx';
import { useWords } from '../../words/use-words.ts';
import { languages } from '../../words/open-words.ts';

export function Line({
  name,
  about,
  children,
}: {
  readonly name: string;
  readonly about?: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <div className="group-line">
      <span className="grow">
        {name}
        {about !== undefined && <span className="second">{about}</span>}
      </span>
      {children}
    </div>
  );
}

const themes = ['system', 'light', 'dark'] as const satisfies readonly Settings['theme'][];

export function General(): ReactElement {
  const { say } = useWords();
  const settings = useTopic('settings');
  const account = useTopic('account');
  const set = useDeed('settings.set');
  return (
    <>
      <p className="sentence">{say('settings.sentence')}</p>
      {set.fault && <FaultAnswers fault={set.fault} />}
      <h2 className="heading section">{say('settings.look')}</h2>
      <div className="group">
        <Line name={say('settings.theme')}>
          <Segment
            label={say('settings.theme')}
            chosen={settings?.theme ?? 'system'}
            onChoose={(theme) => void set.run({ theme })}
            options={themes.map((id) => ({ id, words: say(`settings.theme-${id}`) }))}
          />
        </Line>
        <Line name={say('settings.language')}>
          <Segment
            label={say('settings.language')}
            chosen={settings?.language ?? 'system'}
            onChoose={(language) => void set.run({ language })}
            options={['system', ...languages].map((id) => ({
              id,
              words:
                id === 'system'
                  ? say('settings.theme-system')
                  : (new Intl.DisplayNames([id], { type: 'language' }).of(id) ?? id),
            }))}
          />
        </Line>
      </div>
      <StartsAtLogin />
      <h2 className="heading section">{say('settings.this-floe')}</h2>
      <dl className="facts wide">
        <dt>{say('settings.version')}</dt>
        <dd>{account?.version}</dd>
        <dt>{say('settings.network')}</dt>
        <dd>{account?.network && say(`network.${account.network}`)}</dd>
        <dt>{say('settings.device')}</dt>
        <dd>{account?.device?.name}</dd>
        <dt>{say('settings.home')}</dt>
        <dd className="mono">{account?.home}</dd>
      </dl>
    </>
  );
}

/** Only where the desktop app can do it. */
function StartsAtLogin(): ReactElement | null {
  const { say } = useWords();
  const shell = useShell();
  const [isOn, setOn] = useState(false);
  useEffect(() => {
    if (shell.can('login-item')) void shell.startsAtLogin().then(setOn);
  }, [shell]);
  if (!shell.can('login-item')) return null;
  return (
    <div className="group section">
      <SwitchLine isOn={isOn} onChange={(starts) => void shell.setStartsAtLogin(starts).then(() => setOn(starts))}>
        {say('settings.login')}
      </SwitchLine>
    </div>
  );
}

const loudness = ['all', 'warnings', 'none'] as const satisfies readonly Settings['notifications'][];

export function Notifications(): ReactElement {
  const { say } = useWords();
  const settings = useTopic('settings');
  const set = useDeed('settings.set');
  return (
    <>
      <p className="sentence">{say('settings.notifications-sentence')}</p>
      {set.fault && <FaultAnswers fault={set.fault} />}
      <div className="group section">
        <Line name={say('settings.notify')} about={say('settings.notify-about')}>
          <Segment
            label={say('settings.notify')}
            chosen={settings?.notifications ?? 'all'}
            onChoose={(notifications) => void set.run({ notifications })}
            options={loudness.map((id) => ({ id, words: say(`settings.notify-${id}`) }))}
          />
        </Line>
      </div>
    </>
  );
}
