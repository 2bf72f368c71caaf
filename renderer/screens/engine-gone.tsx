/** The engine stopped, is older than the page, or does not know the key: what happened, whether anything is at risk, what to do. */
import type { ReactElement } from 'react';
import { useClient, useLink, useNowMs } from '../client/use-engine.ts';
import { Answers } from '../parts/answers.tsx';
import { Press } from '../parts/press.tsx';
import { Status } from '../parts/status.tsx';
import { useWords } from '../words/use-words.ts';
import { ScreenHead } from './screen-parts.tsx';

export function EngineGone({ isBare = false }: { readonly isBare?: boolean }): ReactElement {
  const { say, clock } = useWords();
  const client = useClient();
  const link = useLink();
  const nowMs = useNowMs(500);
  const seconds = link.kind === 'gone' ? Math.max(0, Math.ceil((link.retryAtMs - nowMs) / 1000)) : 0;
  return (
    <section className="screen">
      <ScreenHead name={isBare ? 'Floe' : say('gone.name')} />
      <div className="screen-body error-screen">
        <div>
          <Status word="paused" words={say('gone.state')} />
          <p className="sentence">{say('gone.sentence')}</p>
          <Answers
            happened={say('gone.happened', {
              time: link.kind === 'gone' ? clock(link.sinceMs) : '',
              tries: link.kind === 'gone' ? link.tries + 1 : 0,
              seconds,
            })}
            risk={say('gone.risk')}
            action={say('gone.action')}
          />
          <div className="buttons">
            <Press onPress={() => client.tryNow()}>{say('gone.try')}</Press>
          </div>
        </div>
      </div>
    </section>
  );
}

export function EngineMismatch({ kind }: { readonly kind: 'changed' | 'refused' }): ReactElement {
  const { say } = useWords();
  return (
    <main className="main">
      <section className="screen">
        <ScreenHead name="Floe" />
        <div className="screen-body error-screen">
          <div>
            <Status word="attention" />
            <p className="sentence">{say(`${kind}.sentence`)}</p>
            <Answers happened={say(`${kind}.happened`)} risk={say('gone.risk')} action={say(`${kind}.action`)} />
            {kind === 'changed' && (
              <div className="buttons">
                <Press kind="primary" onPress={() => location.reload()}>
                  {say('changed.reload')}
                </Press>
              </div>
            )}
          </div>
        </div>
      </section>
    </main>
  );
}
