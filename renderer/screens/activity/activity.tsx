/** What is it doing, and what is not there yet? Each file with its stage; every failure with its reason and one button. */
import { useCallback, useMemo, useState, type ReactElement } from 'react';
import type { ActivityLine } from '../../../app/wire/activity.ts';
import { useNowMs, useTopic } from '../../client/use-engine.ts';
import { useActivityRows, type ActivityChoice } from '../../client/use-pages.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Segment } from '../../parts/choices.tsx';
import { KindMark } from '../../parts/kind-mark.tsx';
import { Name, folderOf, lastName, trail } from '../../parts/name.tsx';
import { StageTrack } from '../../parts/progress.tsx';
import { Rows, type RowFacts } from '../../parts/rows.tsx';
import { Status } from '../../parts/status.tsx';
import { FilterLine } from '../../parts/text-line.tsx';
import { activityRows, stageOf } from '../../state/activity.ts';
import { rowAt } from '../../state/pages.ts';
import { useWords } from '../../words/use-words.ts';
import { ScreenHead } from '../screen-parts.tsx';
import { ActivityInspector } from './activity-inspector.tsx';

const rowHeight = 46;
const headingHeight = 36;
const columns = 'minmax(9rem, 1.4fr) minmax(8rem, 1fr) 5.5rem 4.5rem';

export function Activity(): ReactElement {
  const { say, number } = useWords();
  const activity = useTopic('activity');
  const [choice, setChoice] = useState<ActivityChoice>('all');
  const [text, setText] = useState('');
  const waiting = activity?.waiting ?? 0;
  return (
    <section className="screen">
      <ScreenHead name={say('place.activity')} />
      <div className="lead">
        <p className="sentence">
          {!activity
            ? say('part.loading')
            : waiting > 0
              ? say('activity.waiting', { count: waiting, files: number(waiting) })
              : activity.total === 0
                ? say('activity.nothing')
                : say('activity.all-certified')}
        </p>
        <div className="tools">
          <Segment
            label={say('activity.show')}
            chosen={choice}
            onChoose={setChoice}
            options={[
              { id: 'all', words: say('activity.show-all') },
              { id: 'waiting', words: say('activity.show-waiting'), count: waiting > 0 ? number(waiting) : undefined },
              { id: 'failed', words: say('activity.show-failed') },
            ]}
          />
          <FilterLine label={say('activity.filter')} value={text} onChange={(value) => setText(value.slice(0, 255))} />
        </div>
      </div>
      <ActivityList key={`${choice} ${text}`} choice={choice} text={text} revision={activity?.revision ?? 0} />
    </section>
  );
}

function ActivityList({
  choice,
  text,
  revision,
}: {
  readonly choice: ActivityChoice;
  readonly text: string;
  readonly revision: number;
}): ReactElement {
  const words = useWords();
  const { say, bytes, moment } = words;
  const nowMs = useNowMs();
  const work = useTopic('activity')?.work;
  const { pages, fault, onRange } = useActivityRows(choice, text, revision);
  const [chosen, setChosen] = useState<number>();
  const rows = useMemo(() => activityRows(pages, nowMs), [pages, nowMs]);
  const lineAt = (index: number): ActivityLine | undefined => {
    const row = rows.rowOf(index);
    return row.kind === 'line' ? rowAt(pages, row.index) : undefined;
  };
  const rowOf = useCallback(
    (index: number): RowFacts => {
      const row = rows.rowOf(index);
      if (row.kind === 'heading')
        return { key: `heading-${row.day}`, isHeading: true, cells: [say(`activity.${row.day}`)] };
      const line = rowAt(pages, row.index);
      if (!line)
        return {
          key: `row-${row.index}`,
          cells: [
            <span key="coming" className="faint">
              …
            </span>,
          ],
        };
      const stage = stageOf(line, work, words);
      return {
        key: `row-${row.index}`,
        cells: [
          <span key="name" className="name-cell">
            <KindMark kind="file" name={line.path} />
            <span className="two-lines grow">
              <Name name={lastName(line.path)} />
              <bdi className="second cut">{trail([line.spaceName, ...folderOf(line.path).split('/')])}</bdi>
            </span>
          </span>,
          <span key="stage" className="stage">
            <Status word={stage.word} words={stage.words} />
            {stage.done !== undefined && <StageTrack done={stage.done} />}
          </span>,
          <span key="size" className="figure minor" style={{ display: 'block' }}>
            {bytes(line.bytes)}
          </span>,
          <span key="time" className="figure" style={{ display: 'block' }}>
            {moment(line.timeMs, nowMs)}
          </span>,
        ],
      };
    },
    [rows, pages, work, words, say, bytes, moment, nowMs],
  );
  const toLines = useCallback((first: number, last: number) => onRange(...rows.linesOf(first, last)), [onRange, rows]);
  return (
    <div className="split">
      <div className="pane" data-pane="list">
        {fault && <FaultAnswers fault={fault} />}
        {rows.count === 0 && !fault ? (
          <p className="faint section">
            {say(
              text !== ''
                ? 'activity.none-named'
                : choice === 'failed'
                  ? 'activity.none-failed'
                  : choice === 'waiting'
                    ? 'activity.none-waiting'
                    : 'activity.none',
            )}
          </p>
        ) : (
          <Rows
            label={say('place.activity')}
            kind="grid"
            count={rows.count}
            rowOf={rowOf}
            heightOf={(index) => (rows.rowOf(index).kind === 'heading' ? headingHeight : rowHeight)}
            columns={columns}
            head={[
              { words: say('activity.file') },
              { words: say('activity.stage') },
              { words: say('activity.size'), isFigure: true },
              { words: say('activity.time'), isFigure: true },
            ]}
            chosen={chosen}
            onChoose={setChosen}
            onRange={toLines}
          />
        )}
      </div>
      <ActivityInspector line={chosen === undefined || chosen >= rows.count ? undefined : lineAt(chosen)} />
    </div>
  );
}
