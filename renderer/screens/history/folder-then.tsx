/** The folder as it was: what is ticked can be restored; what is chosen is compared with today. */
import { useCallback, useState, type ReactElement } from 'react';
import type { SnapshotLine } from '../../../app/wire/history.ts';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useNowMs } from '../../client/use-engine.ts';
import { useTree } from '../../client/use-tree.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { KindMark } from '../../parts/kind-mark.tsx';
import { Name } from '../../parts/name.tsx';
import { Rows, type RowFacts } from '../../parts/rows.tsx';
import { TickBox, Turner } from '../../parts/turner.tsx';
import { isTicked, turnTick } from '../../state/tree.ts';
import { useWords } from '../../words/use-words.ts';
import { Compare } from './compare.tsx';
import { RestoreDock } from './restore-dock.tsx';

const rowHeight = 32;
const columns = 'minmax(0, 1fr) 7rem 5.5rem';
const nothingTicked: ReadonlySet<string> = new Set();

export function FolderThen({
  space,
  state,
  isNow,
  path,
}: {
  readonly space: SpaceState;
  readonly state: SnapshotLine;
  readonly isNow: boolean;
  readonly path: string | undefined;
}): ReactElement {
  const { say, bytes, moment, number } = useWords();
  const nowMs = useNowMs();
  const { rows, fault, turn, onRange } = useTree(space.space, state.snapshot, state.snapshot);
  const [chosen, setChosen] = useState<string | undefined>(path);
  const [ticks, setTicks] = useState(nothingTicked);
  const tick = useCallback((at: string) => setTicks((now) => turnTick(now, at)), []);
  const rowOf = useCallback(
    (index: number): RowFacts => {
      const row = rows.rowAt(index);
      if (row.kind !== 'line')
        return {
          key: `coming-${index}`,
          level: row.level,
          cells: [
            <span key="coming" className="faint">
              …
            </span>,
          ],
        };
      const { line, level, isOpen } = row;
      const isFolder = line.kind === 'folder';
      const ticked = isTicked(ticks, line.path);
      return {
        key: line.path,
        level,
        isOpen: isFolder ? isOpen : undefined,
        isTicked: ticked,
        cells: [
          <span key="name" className={ticked ? 'name-cell is-ticked' : 'name-cell'}>
            <TickBox onTick={() => tick(line.path)} />
            <span className="unseen">{ticked ? say('tree.ticked') : ''}</span>
            <span
              className="name-cell grow"
              style={{ paddingInlineStart: `${(level - 1) * 1.25 + (isFolder ? 0 : 1.25)}rem` }}
            >
              {isFolder && <Turner isOpen={isOpen} onTurn={() => turn(line.path, !isOpen)} />}
              <KindMark kind={line.kind} name={line.name} />
              <Name name={line.name} />
            </span>
          </span>,
          <span key="since" className="figure" style={{ display: 'block' }}>
            {isFolder ? '' : moment(line.mtimeMs, nowMs)}
          </span>,
          <span key="size" className="figure" style={{ display: 'block' }}>
            {isFolder ? '' : bytes(line.bytes)}
          </span>,
        ],
      };
    },
    [rows, ticks, tick, turn, say, bytes, moment, nowMs],
  );
  const at = chosen === undefined ? undefined : rows.indexOf(chosen);
  const row = at === undefined ? undefined : rows.rowAt(at);
  return (
    <>
      <div className="split compares">
        <div className="pane" data-pane="list">
          {fault && <FaultAnswers fault={fault} />}
          <Rows
            label={say('history.files')}
            kind="treegrid"
            count={rows.count}
            rowOf={rowOf}
            heightOf={() => rowHeight}
            columns={columns}
            head={[
              { words: say('history.files-then', { count: state.files, files: number(state.files) }) },
              { words: say('tree.changed'), isFigure: true },
              { words: say('tree.size'), isFigure: true },
            ]}
            chosen={at}
            onChoose={(index) => {
              const next = rows.rowAt(index);
              if (next.kind === 'line') setChosen(next.line.path);
            }}
            onTick={(index) => {
              const next = rows.rowAt(index);
              if (next.kind === 'line') tick(next.line.path);
            }}
            onOpen={(index) => {
              const next = rows.rowAt(index);
              if (next.kind === 'line' && next.line.kind === 'folder') turn(next.line.path, !next.isOpen);
            }}
            onTurn={(index, isOpen) => {
              const next = rows.rowAt(index);
              if (next.kind === 'line') turn(next.line.path, isOpen);
            }}
            onRange={onRange}
          />
        </div>
        <Compare
          space={space}
          path={row?.kind === 'line' ? (row.line.kind === 'file' ? row.line.path : undefined) : chosen}
          then={state}
          isNow={isNow}
        />
      </div>
      {ticks.size > 0 && (
        <RestoreDock
          key={state.snapshot}
          space={space}
          state={state}
          paths={[...ticks]}
          onDone={() => setTicks(nothingTicked)}
        />
      )}
    </>
  );
}
