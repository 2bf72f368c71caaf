/** How was it then, and how do I get it back? A moment on the slider, the folder as it was, one file compared with today, and what is ticked. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useLayoutEffect, useMemo, useState, type ReactElement } from 'react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import { ChevronDown } from 'lucide-react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useAnswer, useNowMs, useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Segment } from '../../parts/choices.tsx';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { stateAt, stepTime, timelineOf, type Timeline } from '../../state/timeline.ts';
import { useWords } from '../../words/use-words.ts';
import { NothingKept } from '../overview/nothing-kept.tsx';
import { ScreenHead } from '../screen-parts.tsx';
import { Deleted } from './deleted.tsx';
import { FolderThen } from './folder-then.tsx';
import { PastShare } from './past-share.tsx';
import { TimeSlider } from './time-slider.tsx';

export function HistoryScreen({
  space: wanted,
  path,
  view,
  onAdd,
}: {
  readonly space: string | undefined;
  readonly path: string | undefined;
  readonly view: 'folder' | 'deleted';
  readonly onAdd: () => void;
}): ReactElement {
  const { say } = useWords();
  const { go } = useWay();
  const spaces = useTopic('spaces') ?? [];
  const space = spaces.find((each) => each.space === wanted) ?? spaces[0];
  if (!space)
    return (
      <section className="screen">
        <ScreenHead name={say('place.history')} />
        <NothingKept onAdd={onAdd} />
      </section>
    );
  return (
    <section className="screen">
      <ScreenHead name={say('place.history')} beside={<SpaceChoice spaces={spaces} chosen={space.space} />}>
        {space.sequence > 0 && <PastShare space={space.space} />}
        <Segment
          label={say('history.view')}
          chosen={view}
          onChoose={(chosen) => go({ screen: 'history', space: space.space, view: chosen })}
          options={[
            { id: 'folder', words: say('history.view-folder') },
            { id: 'deleted', words: say('history.view-deleted') },
          ]}
        />
      </ScreenHead>
      {view === 'deleted' ? (
        <Deleted key={space.space} space={space} />
      ) : (
        <Past key={space.space} space={space} path={path} />
      )}
    </section>
  );
}

function SpaceChoice({
  spaces,
  chosen,
}: {
  readonly spaces: readonly SpaceState[];
  readonly chosen: string;
}): ReactElement {
  const { say } = useWords();
  const { go } = useWay();
  return (
    <Select
      aria-label={say('place.space')}
      selectedKey={chosen}
      onSelectionChange={(key) => go({ screen: 'history', space: String(key) })}
    >
      <Label className="unseen">{say('place.space')}</Label>
      <Button className="button quiet">
        <SelectValue className="cut" />
        <ChevronDown className="icon" aria-hidden="true" />
      </Button>
      <Popover>
        <ListBox className="menu">
          {spaces.map((space) => (
            <ListBoxItem key={space.space} id={space.space} className="menu-item" textValue={shownName(space.name)}>
              <bdi>{shownName(space.name)}</bdi>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

function Past({ space, path }: { readonly space: SpaceState; readonly path: string | undefined }): ReactElement {
  const { say } = useWords();
  const nowMs = useNowMs();
  const log = useAnswer('history.log', { space: space.space }, space.snapshot);
  const timeline = useMemo(() => (log.value ? timelineOf(log.value, nowMs) : undefined), [log.value, nowMs]);
  if (log.fault)
    return (
      <div className="screen-body">
        <FaultAnswers fault={log.fault} />
      </div>
    );
  if (!timeline)
    return (
      <div className="screen-body">
        <p className="sentence">{log.isLoading ? say('part.loading') : say('history.none')}</p>
        {!log.isLoading && <p className="under">{say('history.none-under')}</p>}
      </div>
    );
  return <Moment space={space} timeline={timeline} path={path} />;
}

function Moment({
  space,
  timeline,
  path,
}: {
  readonly space: SpaceState;
  readonly timeline: Timeline;
  readonly path: string | undefined;
}): ReactElement {
  const { say, rich, dateAndTime } = useWords();
  // Undefined follows the newest state; a chosen moment stays where it is.
  const [timeMs, setTime] = useState<number>();
  const last = timeline.states.length - 1;
  const index = timeMs === undefined ? last : stateAt(timeline, timeMs);
  const state = timeline.states[index];
  const choose = (to: number): void => setTime(to === last ? undefined : timeline.states[to]?.timeMs);
  // At once with what is shown: who sees the moment may press already.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (
        (event.key !== '[' && event.key !== ']') ||
        (event.target instanceof HTMLElement && event.target.matches('input:not([type=range]), textarea'))
      )
        return;
      choose(stepTime(timeline, index, event.key === '[' ? 'back' : 'on'));
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });
  if (!state) return <p className="sentence">{say('history.none')}</p>;
  return (
    <>
      <div className="lead">
        <div className="line">
          <p className="sentence grow">
            {index === last
              ? rich('history.sentence-now', {}, { name: () => <bdi key="name">{shownName(space.name)}</bdi> })
              : rich(
                  'history.sentence',
                  { date: dateAndTime(state.timeMs) },
                  { name: () => <bdi key="name">{shownName(space.name)}</bdi> },
                )}
          </p>
          <Press isIcon label={say('history.back')} isDisabled={index === 0} onPress={() => choose(index - 1)}>
            <ChevronLeft className="icon" aria-hidden="true" />
          </Press>
          <Press isIcon label={say('history.on')} isDisabled={index === last} onPress={() => choose(index + 1)}>
            <ChevronRight className="icon" aria-hidden="true" />
          </Press>
          <Press isDisabled={index === last} onPress={() => choose(last)}>
            {say('history.today')}
          </Press>
        </div>
        <TimeSlider timeline={timeline} index={index} onChange={choose} />
      </div>
      <FolderThen space={space} state={state} isNow={index === last} path={path} />
    </>
  );
}
