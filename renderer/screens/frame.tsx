/** Sidebar and screen. The keyboard map works everywhere in it. */
import { useState, type ReactElement } from 'react';
import { useDeed, useLink, useTopic } from '../client/use-engine.ts';
import { useWay } from '../client/way.ts';
import { useWords } from '../words/use-words.ts';
import { AddSpace } from './add-space.tsx';
import { Activity } from './activity/activity.tsx';
import { Devices } from './devices.tsx';
import { Drill } from './drill.tsx';
import { EngineGone } from './engine-gone.tsx';
import { Finder } from './finder.tsx';
import { HistoryScreen } from './history/history.tsx';
import { Mishap } from './mishap.tsx';
import { KeyMap } from './key-map.tsx';
import { Needs } from './needs/needs.tsx';
import { Network } from './network/network.tsx';
import { Overview } from './overview/overview.tsx';
import { Receipts } from './receipts.tsx';
import { SettingsScreen } from './settings/settings.tsx';
import { Sidebar } from './sidebar.tsx';
import { SpaceScreen } from './space/space.tsx';
import { Storage } from './storage/storage.tsx';
import { useKeys } from './use-keys.ts';

/** The places of Ctrl 1 to 8. */
const places = ['overview', 'activity', 'needs', 'history', 'storage', 'network', 'devices', 'settings'] as const;

type Above = 'finder' | 'keys' | 'add' | undefined;

export function Frame(): ReactElement {
  const { go, back, route } = useWay();
  const { say } = useWords();
  const link = useLink();
  const spaces = useTopic('spaces');
  const summary = useTopic('summary');
  const pause = useDeed('sync.pause');
  const resume = useDeed('sync.resume');
  const [above, setAbove] = useState<Above>();
  const goTo = (place: (typeof places)[number]): void => {
    if (place === 'history') go({ screen: place, space: undefined });
    else if (place === 'settings') go({ screen: place, group: 'general' });
    else go({ screen: place });
  };
  useKeys({
    place: (number) => {
      const place = places[number - 1];
      if (place) goTo(place);
    },
    space: (number) => {
      const space = spaces?.[number - 1];
      if (space) go({ screen: 'space', space: space.space, tab: 'files' });
    },
    find: () => setAbove('finder'),
    filter: () => document.querySelector<HTMLInputElement>('[data-filter]')?.focus(),
    add: () => setAbove('add'),
    settings: () => goTo('settings'),
    pause: () => void (summary?.pause?.reason === 'user' ? resume.run({}) : pause.run({})),
    pane: movePane,
    back,
    map: () => setAbove('keys'),
  });
  return (
    <div className="frame">
      <Sidebar onFind={() => setAbove('finder')} onAdd={() => setAbove('add')} />
      <main className="main" aria-label={say('frame.screen')}>
        {link.kind === 'gone' ? (
          <EngineGone />
        ) : (
          <Mishap place={JSON.stringify(route)}>
            <Screen onAdd={() => setAbove('add')} />
          </Mishap>
        )}
      </main>
      <Finder
        isOpen={above === 'finder'}
        onClose={() => setAbove(undefined)}
        onAdd={() => setAbove('add')}
        onKeys={() => setAbove('keys')}
      />
      <KeyMap isOpen={above === 'keys'} onClose={() => setAbove(undefined)} />
      <AddSpace isOpen={above === 'add'} onClose={() => setAbove(undefined)} />
    </div>
  );
}

function Screen({ onAdd }: { readonly onAdd: () => void }): ReactElement {
  const { route } = useWay();
  switch (route.screen) {
    case 'overview':
      return <Overview onAdd={onAdd} />;
    case 'activity':
      return <Activity />;
    case 'needs':
      return <Needs />;
    case 'space':
      return <SpaceScreen key={route.space} space={route.space} tab={route.tab} />;
    case 'history':
      return <HistoryScreen space={route.space} path={route.path} view={route.view ?? 'folder'} onAdd={onAdd} />;
    case 'storage':
      return <Storage />;
    case 'network':
      return <Network />;
    case 'drill':
      return <Drill />;
    case 'devices':
      return <Devices />;
    case 'receipts':
      return <Receipts key={route.path ?? ''} space={route.space} path={route.path} />;
    case 'settings':
      return <SettingsScreen group={route.group} />;
  }
}

/** F6 goes to the next pane: sidebar, list, inspector, dock. */
function movePane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')];
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const pane = panes[(at + step + panes.length) % panes.length];
  const first = pane?.querySelector<HTMLElement>(
    '[role=treegrid], [role=grid], [role=listbox], button:not([disabled]), [tabindex="0"], input',
  );
  (first ?? pane)?.focus();
}
