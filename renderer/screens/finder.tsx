/** Ctrl K: finds places, spaces and commands by their names. Files and versions are found on their own screens. */
import { useState, type ReactElement } from 'react';
import { Autocomplete, Menu, MenuItem, useFilter } from 'react-aria-components';
import { useDeed, useTopic } from '../client/use-engine.ts';
import { useWay } from '../client/way.ts';
import { DialogBox } from '../parts/dialog.tsx';
import { shownName } from '../parts/name.tsx';
import { FilterLine } from '../parts/text-line.tsx';
import { useWords } from '../words/use-words.ts';

export interface FinderProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onAdd: () => void;
  readonly onKeys: () => void;
}

export function Finder(props: FinderProps): ReactElement {
  const { say } = useWords();
  return (
    <DialogBox title={say('frame.find')} isOpen={props.isOpen} onClose={props.onClose}>
      {props.isOpen && <Found {...props} />}
    </DialogBox>
  );
}

function Found({ onClose, onAdd, onKeys }: FinderProps): ReactElement {
  const { say } = useWords();
  const { go } = useWay();
  const { contains } = useFilter({ sensitivity: 'base' });
  const [wanted, setWanted] = useState('');
  const spaces = useTopic('spaces') ?? [];
  const syncNow = useDeed('sync.now');
  const places = [
    ['overview', () => go({ screen: 'overview' })],
    ['activity', () => go({ screen: 'activity' })],
    ['needs', () => go({ screen: 'needs' })],
    ['history', () => go({ screen: 'history', space: undefined })],
    ['storage', () => go({ screen: 'storage' })],
    ['network', () => go({ screen: 'network' })],
    ['devices', () => go({ screen: 'devices' })],
    ['settings', () => go({ screen: 'settings', group: 'general' })],
  ] as const;
  const items = [
    ...spaces.map(({ space, name }) => ({
      id: `space-${space}`,
      words: shownName(name),
      beside: say('place.space'),
      run: () => go({ screen: 'space', space, tab: 'files' }),
    })),
    ...places.map(([place, run]) => ({ id: place, words: say(`place.${place}`), beside: '', run })),
    {
      id: 'security',
      words: say('settings.security'),
      beside: '',
      run: () => go({ screen: 'settings', group: 'security' }),
    },
    { id: 'add', words: say('space.add'), beside: say('find.command'), run: onAdd },
    { id: 'sync', words: say('find.sync-now'), beside: say('find.command'), run: () => void syncNow.run({}) },
    { id: 'keys', words: say('keys.title'), beside: say('find.command'), run: onKeys },
  ];
  return (
    <Autocomplete filter={contains}>
      <FilterLine label={say('find.label')} value={wanted} onChange={setWanted} />
      <Menu
        className="find-list"
        aria-label={say('frame.find')}
        onAction={(key) => {
          onClose();
          items.find(({ id }) => id === key)?.run();
        }}
        renderEmptyState={() => <p className="faint menu-item">{say('find.nothing')}</p>}
      >
        {items.map(({ id, words, beside }) => (
          <MenuItem key={id} id={id} className="menu-item" textValue={words}>
            <bdi className="grow cut">{words}</bdi>
            <span className="faint">{beside}</span>
          </MenuItem>
        ))}
      </Menu>
    </Autocomplete>
  );
}
