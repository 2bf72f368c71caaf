/** What waits for somebody, a line each, with the one button that leads on. */
import type { ReactElement } from 'react';
import { useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { Status } from '../../parts/status.tsx';
import { needStatus, needTitle } from '../../state/needs.ts';
import { useWords } from '../../words/use-words.ts';

const rowsMax = 4;

export function NeedsRows(): ReactElement | null {
  const words = useWords();
  const { say } = words;
  const { go } = useWay();
  const needs = useTopic('needs') ?? [];
  if (needs.length === 0) return null;
  return (
    <ul className="needs section" aria-label={say('place.needs')}>
      {needs.slice(0, rowsMax).map((need) => (
        <li key={need.id}>
          <Status word={needStatus(need)} />
          <span className="grow">
            {need.spaceName !== '' && (
              <>
                <b>
                  <bdi>{shownName(need.spaceName)}</bdi>:
                </b>{' '}
              </>
            )}
            {needTitle(need, words)}
          </span>
          <Press
            onPress={() => go({ screen: 'needs' })}
            label={say('needs.review-this', { what: needTitle(need, words) })}
          >
            {say('needs.review')}
          </Press>
        </li>
      ))}
      {needs.length > rowsMax && (
        <li>
          <span className="grow soft">{say('needs.more', { count: needs.length - rowsMax })}</span>
          <Press kind="quiet" onPress={() => go({ screen: 'needs' })}>
            {say('needs.all')}
          </Press>
        </li>
      )}
    </ul>
  );
}
