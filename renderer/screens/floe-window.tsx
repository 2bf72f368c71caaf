/**
 * The whole window: language, look and place, and which of three faces it shows: the onboarding while there is no account, the frame with its
 * screens, or a plain word on an engine that was never reached.
 */
import { useEffect, useMemo, useReducer, useState, type ReactElement } from 'react';
import { I18nProvider } from 'react-aria-components';
import type { EngineClient } from '../client/engine-client.ts';
import { ShellContext, useShell, type Shell } from '../client/shell.ts';
import { ClientContext, useLink, useTopic } from '../client/use-engine.ts';
import { WayContext } from '../client/way.ts';
import { firstWay, nextWay, routeOf } from '../state/route.ts';
import { WordsContext } from '../words/use-words.ts';
import { chooseLanguage, openWords } from '../words/open-words.ts';
import { EngineGone, EngineMismatch } from './engine-gone.tsx';
import { Frame } from './frame.tsx';
import { Mishap } from './mishap.tsx';
import { LiveRegion } from './live-region.tsx';
import { Onboarding } from './onboarding/onboarding.tsx';
import { Unlock } from './unlock.tsx';

export const FloeWindow = ({
  client,
  shell,
}: {
  readonly client: EngineClient;
  readonly shell: Shell;
}): ReactElement => (
  <ClientContext value={client}>
    <ShellContext value={shell}>
      <Spoken />
    </ShellContext>
  </ClientContext>
);

/** Language and theme as the settings say, or the system. */
function Spoken(): ReactElement {
  const settings = useTopic('settings');
  const wanted = settings?.language ?? 'system';
  const words = useMemo(
    () => openWords(chooseLanguage(wanted === 'system' ? navigator.languages : [wanted])),
    [wanted],
  );
  const theme = settings?.theme ?? 'system';
  useEffect(() => {
    const root = document.documentElement;
    root.lang = words.tag;
    root.dir = words.direction;
    if (theme === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = theme;
  }, [words, theme]);
  return (
    <WordsContext value={words}>
      <I18nProvider locale={words.tag}>
        <div className="window">
          <Mishap place="window">
            <Face />
          </Mishap>
          <LiveRegion />
        </div>
      </I18nProvider>
    </WordsContext>
  );
}

function Face(): ReactElement | null {
  const account = useTopic('account');
  const link = useLink();
  const [way, move] = useReducer(nextWay, firstWay);
  const [isGuided, setGuided] = useState(false);
  const going = useMemo(
    () => ({
      route: way.now,
      go: (to: typeof way.now) => move({ kind: 'go', to }),
      back: () => move({ kind: 'back' }),
    }),
    [way],
  );
  const shell = useShell();
  useEffect(() => shell.onPlace((place) => move({ kind: 'go', to: routeOf(place) })), [shell]);
  const isNew = account?.phase === 'none';
  // Once begun, the onboarding ends when its last step says so, not when the account appears.
  useEffect(() => {
    if (isNew) setGuided(true);
  }, [isNew]);
  if (link.kind === 'changed' || link.kind === 'refused') return <EngineMismatch kind={link.kind} />;
  if (!account) return link.kind === 'gone' ? <EngineGone isBare /> : <main className="main" aria-busy="true" />;
  if (account.phase === 'locked' || account.phase === 'failed') return <Unlock account={account} />;
  return (
    <WayContext value={going}>
      {isNew || isGuided ? <Onboarding onDone={() => setGuided(false)} /> : <Frame />}
    </WayContext>
  );
}
