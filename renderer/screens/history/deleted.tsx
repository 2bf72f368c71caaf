/** What was here and is not any more: by name, newest first, each with what it held and the way back. A restore costs nothing. */
import { useCallback, useState, type ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useAnswer, useNowMs } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Contents } from '../../parts/contents.tsx';
import { KindMark } from '../../parts/kind-mark.tsx';
import { Name, folderOf, lastName, shownName, trail } from '../../parts/name.tsx';
import { Rows, type RowFacts } from '../../parts/rows.tsx';
import { FilterLine } from '../../parts/text-line.tsx';
import { useWords } from '../../words/use-words.ts';
import { RestoreDock } from './restore-dock.tsx';

const rowHeight = 46;
const columns = 'minmax(0, 1fr) 6rem 6rem';
/** The engine tells so many names; a longer text finds the others. */
const toldMost = 1_000;

export function Deleted({ space }: { readonly space: SpaceState }): ReactElement {
  const { say, bytes, moment, number } = useWords();
  const nowMs = useNowMs();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<number>();
  const found = useAnswer('deleted.list', { space: space.space, text }, space.snapshot);
  const lines = found.value ?? [];
  const rowOf = useCallback(
    (index: number): RowFacts => {
      const line = lines[index];
      if (!line) return { key: String(index), cells: [] };
      return {
        key: `${line.path}:${line.sinceMs}`,
        cells: [
          <span key="name" className="name-cell">
            <KindMark kind={line.kind} name={line.path} />
            <span className="two-lines grow">
              <Name name={lastName(line.path)} />
              <bdi className="second cut">{trail([space.name, ...folderOf(line.path).split('/')])}</bdi>
            </span>
          </span>,
          <span key="size" className="figure" style={{ display: 'block' }}>
            {line.kind === 'file' ? bytes(line.bytes) : ''}
          </span>,
          <span key="gone" className="figure" style={{ display: 'block' }}>
            {line.untilMs === undefined ? '' : moment(line.untilMs, nowMs)}
          </span>,
        ],
      };
    },
    [lines, space.name, bytes, moment, nowMs],
  );
  const line = chosen === undefined ? undefined : lines[chosen];
  return (
    <>
      <div className="lead">
        <p className="sentence">
          {!found.value
            ? say('part.loading')
            : lines.length === 0
              ? say(text === '' ? 'deleted.none' : 'deleted.none-found')
              : say('deleted.sentence', { count: lines.length, names: number(lines.length) })}
        </p>
        <div className="tools">
          <FilterLine
            label={say('deleted.filter')}
            value={text}
            onChange={(value) => {
              setText(value.slice(0, 255));
              setChosen(undefined);
            }}
          />
          {lines.length >= toldMost && <span className="faint small-text">{say('deleted.more')}</span>}
        </div>
      </div>
      <div className="split compares">
        <div className="pane" data-pane="list">
          {found.fault && <FaultAnswers fault={found.fault} />}
          {lines.length > 0 && (
            <Rows
              label={say('deleted.names')}
              kind="grid"
              count={lines.length}
              rowOf={rowOf}
              heightOf={() => rowHeight}
              columns={columns}
              head={[
                { words: say('tree.name') },
                { words: say('tree.size'), isFigure: true },
                { words: say('deleted.gone'), isFigure: true },
              ]}
              chosen={chosen}
              onChoose={setChosen}
            />
          )}
        </div>
        <aside className="inspector" aria-label={say('part.details')} data-pane="inspector" tabIndex={-1}>
          {line ? (
            <>
              <h2>
                <bdi>{shownName(lastName(line.path))}</bdi>
              </h2>
              <p className="small-text soft">
                {say(line.snapshot === undefined ? 'deleted.lost' : 'deleted.kept', {
                  date: moment(line.untilMs ?? line.sinceMs, nowMs),
                })}
              </p>
              {line.kind === 'file' && line.snapshot !== undefined && (
                <Contents
                  key={`${line.path}:${line.snapshot}`}
                  space={space.space}
                  one={{ path: line.path, at: line.snapshot }}
                  other={undefined}
                />
              )}
            </>
          ) : (
            <p className="faint">{say('deleted.choose')}</p>
          )}
        </aside>
      </div>
      {line?.snapshot !== undefined && (
        <RestoreDock
          key={`${line.path}:${line.snapshot}`}
          space={space}
          state={{ snapshot: line.snapshot }}
          paths={[line.path]}
          onDone={() => setChosen(undefined)}
        />
      )}
    </>
  );
}
