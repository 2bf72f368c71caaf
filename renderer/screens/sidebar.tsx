/** Where things are. Counts are neutral, needs are warm; each space shows its worst state as a mark with a word. */
import { Flag, History, Laptop, Plus, Search, SlidersHorizontal } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useLink, useNewsMs, useNowMs, useTopic } from '../client/use-engine.ts';
import { useWay } from '../client/way.ts';
import { ActivityMark, CostMark, FloeSlab, NetworkMark, OverviewMark, StatusMark } from '../parts/marks.tsx';
import { shownName } from '../parts/name.tsx';
import { Press } from '../parts/press.tsx';
import { statusKeys } from '../parts/status.tsx';
import type { Route } from '../state/route.ts';
import { pulseOf } from '../state/pulse.ts';
import { useWords } from '../words/use-words.ts';
import { PauseMenu } from './pause-menu.tsx';
import { isMac } from './use-keys.ts';

export function Sidebar({ onFind, onAdd }: { readonly onFind: () => void; readonly onAdd: () => void }): ReactElement {
  const { say, number } = useWords();
  const spaces = useTopic('spaces') ?? [];
  const activity = useTopic('activity');
  const needs = useTopic('needs') ?? [];
  return (
    <nav className="sidebar" aria-label="Floe" data-pane="sidebar">
      <div className="sidebar-head">
        <FloeSlab />
        <span>Floe</span>
      </div>
      <div className="sidebar-scroll">
        <Button className="find" onPress={onFind}>
          <Search className="icon" aria-hidden="true" />
          <span className="grow">{say('frame.find')}</span>
          <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
        </Button>
        <ul>
          <Place to={{ screen: 'overview' }} mark={<OverviewMark />} name={say('place.overview')} />
          <Place
            to={{ screen: 'activity' }}
            mark={<ActivityMark />}
            name={say('place.activity')}
            count={activity && activity.waiting > 0 ? number(activity.waiting) : undefined}
            countWords={say('place.activity-count', { count: activity?.waiting ?? 0 })}
          />
          <Place
            to={{ screen: 'needs' }}
            mark={<Flag className="icon" aria-hidden="true" />}
            name={say('place.needs')}
            count={needs.length > 0 ? number(needs.length) : undefined}
            countWords={say('place.needs-count', { count: needs.length })}
            isWarm
          />
        </ul>
        <div className="nav-head">
          <h2>{say('place.spaces')}</h2>
          <Press kind="quiet" isIcon label={say('space.add')} onPress={onAdd}>
            <Plus className="icon" aria-hidden="true" />
          </Press>
        </div>
        <ul>
          {spaces.map((space) => (
            <Place
              key={space.space}
              to={{ screen: 'space', space: space.space, tab: 'files' }}
              mark={
                <span className={`status status-${space.word}`} title={say(statusKeys[space.word])}>
                  <StatusMark word={space.word} />
                </span>
              }
              name={shownName(space.name)}
              state={say(statusKeys[space.word])}
            />
          ))}
        </ul>
        <ul className="nav-gap">
          <Place
            to={{ screen: 'history', space: undefined }}
            mark={<History className="icon" aria-hidden="true" />}
            name={say('place.history')}
          />
          <Place to={{ screen: 'storage' }} mark={<CostMark />} name={say('place.storage')} />
          <Place to={{ screen: 'network' }} mark={<NetworkMark />} name={say('place.network')} />
          <Place
            to={{ screen: 'devices' }}
            mark={<Laptop className="icon" aria-hidden="true" />}
            name={say('place.devices')}
          />
          <Place
            to={{ screen: 'settings', group: 'general' }}
            mark={<SlidersHorizontal className="icon" aria-hidden="true" />}
            name={say('place.settings')}
          />
        </ul>
      </div>
      <Pulse />
    </nav>
  );
}

const screenOf: Readonly<Partial<Record<Route['screen'], Route['screen']>>> = { drill: 'network', receipts: 'history' };

function Place({
  to,
  mark,
  name,
  state,
  count,
  countWords,
  isWarm = false,
}: {
  readonly to: Route;
  readonly mark: ReactNode;
  readonly name: string;
  readonly state?: string;
  readonly count?: string | undefined;
  readonly countWords?: string;
  readonly isWarm?: boolean;
}): ReactElement {
  const { route, go } = useWay();
  const here = screenOf[route.screen] ?? route.screen;
  const isHere =
    here === to.screen && (to.screen !== 'space' || (route.screen === 'space' && route.space === to.space));
  return (
    <li>
      <Button className="nav-item" onPress={() => go(to)} {...(isHere ? { 'aria-current': 'page' } : {})}>
        {mark}
        <bdi className="cut grow">{name}</bdi>
        {state !== undefined && <span className="unseen">{state}</span>}
        {count !== undefined && (
          <>
            <span className={isWarm ? 'count warm' : 'count'} aria-hidden="true">
              {count}
            </span>
            <span className="unseen">{countWords}</span>
          </>
        )}
      </Button>
    </li>
  );
}

/** One line of what it is doing now, and the pause button. */
function Pulse(): ReactElement {
  const words = useWords();
  const summary = useTopic('summary');
  const link = useLink();
  const newsMs = useNewsMs();
  const nowMs = useNowMs(1000);
  const { first, second } = pulseOf({ summary, link, newsMs, nowMs }, words);
  return (
    <div className="pulse">
      <div className="grow">
        <div>{first}</div>
        <div className="cut small-text soft">{second}</div>
      </div>
      <PauseMenu pause={summary?.pause} />
    </div>
  );
}
