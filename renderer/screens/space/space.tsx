/** Is this folder safe, and this file in it? The sentence, then the files of the newest certified state as a tree; beside it one of them. */
import type { ReactElement } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useShell } from '../../client/shell.ts';
import { useDeed, useNowMs, useTopic } from '../../client/use-engine.ts';
import { usePickFolder } from '../../client/use-pick-folder.ts';
import { useWay } from '../../client/way.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { FolderChooser } from '../../parts/folder-chooser.tsx';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { Status } from '../../parts/status.tsx';
import type { SpaceTab } from '../../state/route.ts';
import { useWords } from '../../words/use-words.ts';
import { Claim, ScreenHead } from '../screen-parts.tsx';
import { PauseMenu } from '../pause-menu.tsx';
import { Brakes } from './brakes.tsx';
import { Folders } from './folders.tsx';
import { LeaseFacts } from './lease-facts.tsx';
import { LeftOut } from './left-out.tsx';
import { MissingPresses, useMissing, type MissingNeed } from './move-space.tsx';
import { Retention } from './retention.tsx';
import { SpaceFiles } from './space-files.tsx';

const tabs: readonly SpaceTab[] = ['files', 'folders', 'left-out', 'care', 'lease'];

export function SpaceScreen({ space: id, tab }: { readonly space: string; readonly tab: SpaceTab }): ReactElement {
  const { say } = useWords();
  const { go } = useWay();
  const shell = useShell();
  const space = useTopic('spaces')?.find((each) => each.space === id);
  const syncNow = useDeed('sync.now');
  const missing = useMissing(id);
  if (!space)
    return (
      <section className="screen">
        <ScreenHead name={say('place.space')} />
        <div className="screen-body">
          <p className="sentence">{say('space.unknown')}</p>
        </div>
      </section>
    );
  const folder = space.folder;
  return (
    <section className="screen">
      <ScreenHead
        name={<bdi>{shownName(space.name)}</bdi>}
        beside={<span className="faint cut">{say(`mode.${space.mode}-line`)}</span>}
      >
        <Press kind="quiet" onPress={() => go({ screen: 'history', space: id })}>
          {say('place.history')}
        </Press>
        {folder !== undefined && shell.can('reveal') && (
          <Press onPress={() => shell.reveal(folder)}>{say('space.open-folder')}</Press>
        )}
        {folder !== undefined && space.pause?.isAll !== true && <PauseMenu space={id} pause={space.pause} />}
        {folder !== undefined && (
          <Press isBusy={syncNow.isBusy} onPress={() => void syncNow.run({})}>
            {say('space.look-now')}
          </Press>
        )}
      </ScreenHead>
      <Tabs
        className="tabs-place"
        selectedKey={tab}
        onSelectionChange={(key) => {
          const chosen = tabs.find((each) => each === key);
          if (chosen) go({ screen: 'space', space: id, tab: chosen });
        }}
      >
        <div className="lead">
          <SpaceSentence space={space} />
          {space.pause && <SpacePause pause={space.pause} />}
          <TabList className="tabs" aria-label={say('space.parts')}>
            {tabs.map((each) => (
              <Tab key={each} id={each}>
                {say(`space.tab-${each}`)}
              </Tab>
            ))}
          </TabList>
        </div>
        {folder === undefined && <WithoutFolder space={space} />}
        {missing && <MissingFolder need={missing} />}
        <TabPanel id="files" className="tab-panel">
          <SpaceFiles space={space} />
        </TabPanel>
        <TabPanel id="folders" className="tab-panel">
          <Folders space={space} />
        </TabPanel>
        <TabPanel id="left-out" className="tab-panel">
          <LeftOut space={space} />
        </TabPanel>
        <TabPanel id="care" className="tab-panel">
          <div className="screen-body care" data-pane="list">
            <Brakes space={space.space} />
            <Retention space={space} />
          </div>
        </TabPanel>
        <TabPanel id="lease" className="tab-panel">
          <LeaseFacts space={space} />
        </TabPanel>
      </Tabs>
    </section>
  );
}

function SpaceSentence({ space }: { readonly space: SpaceState }): ReactElement {
  const { say, number, date } = useWords();
  const { go } = useWay();
  const isAll = space.certifiedFiles >= space.files && space.sequence > 0;
  return (
    <p className="sentence">
      <Claim onPress={() => go({ screen: 'activity' })}>
        {say(space.files === 0 ? 'safe.no-files' : isAll ? 'safe.all' : 'safe.some', {
          count: space.files,
          files: number(space.files),
          certified: number(Math.min(space.certifiedFiles, space.files)),
        })}
      </Claim>{' '}
      <Claim onPress={() => go({ screen: 'space', space: space.space, tab: 'lease' })}>
        {space.paidUntilMs === undefined ? say('safe.unpaid') : say('safe.paid', { date: date(space.paidUntilMs) })}
      </Claim>
    </p>
  );
}

function SpacePause({ pause }: { readonly pause: NonNullable<SpaceState['pause']> }): ReactElement {
  const { say, moment } = useWords();
  const nowMs = useNowMs();
  const until = pause.untilMs === undefined ? '' : say('pulse.until', { time: moment(pause.untilMs, nowMs) });
  return (
    <p className="under">
      <Status word="paused" words={[say(`pulse.paused-${pause.reason}`), until].filter(Boolean).join('. ')} />
      {pause.isAll && ` ${say('space.paused-all')}`}
    </p>
  );
}

/** Known to the account, but not on this computer: it can be brought here. */
function WithoutFolder({ space }: { readonly space: SpaceState }): ReactElement {
  const { say } = useWords();
  const join = useDeed('space.join');
  const picking = usePickFolder((folder) => void join.run({ space: space.space, folder }));
  return (
    <div className="banner" role="status">
      <span className="grow">{say('space.no-folder')}</span>
      <Press isBusy={join.isBusy} onPress={picking.begin}>
        {say('space.choose-folder')}
      </Press>
      <FolderChooser
        isOpen={picking.isOpen}
        title={say('space.choose-empty')}
        onClose={picking.end}
        onChoose={(folder) => void join.run({ space: space.space, folder })}
      />
      {join.fault && <FaultAnswers fault={join.fault} />}
    </div>
  );
}

/** Moved, renamed, or on a disk that is not connected: nothing is done with it until it is back, or is said to be elsewhere. */
function MissingFolder({ need }: { readonly need: MissingNeed }): ReactElement {
  const { say } = useWords();
  const folder = shownName(need.folder);
  return (
    <div className="banner" role="status">
      <span className="grow">
        {say(need.isAnother ? 'need.folder-other-happened' : 'need.folder-missing-happened', { folder })}{' '}
        {say('need.folder-missing-stands')}
      </span>
      <MissingPresses need={need} />
    </div>
  );
}
