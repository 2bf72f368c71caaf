/** The files of a space as a tree. All of it is certified: what is not there yet stands in Activity. */
import { useCallback, useState, type ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useNowMs } from '../../client/use-engine.ts';
import { useTree } from '../../client/use-tree.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { KindMark } from '../../parts/kind-mark.tsx';
import { Name } from '../../parts/name.tsx';
import { Rows, type RowFacts } from '../../parts/rows.tsx';
import { Status } from '../../parts/status.tsx';
import { Turner } from '../../parts/turner.tsx';
import { useWords } from '../../words/use-words.ts';
import { FileInspector } from './file-inspector.tsx';

const rowHeight = 32;
const columns = 'minmax(0, 1fr) 3rem 5.5rem 5.5rem';

export function SpaceFiles({ space }: { readonly space: SpaceState }): ReactElement {
  const { say, bytes, moment } = useWords();
  const nowMs = useNowMs();
  const { rows, fault, turn, onRange } = useTree(
    space.sequence > 0 ? space.space : undefined,
    undefined,
    space.snapshot,
  );
  const [chosen, setChosen] = useState<number>();
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
      return {
        key: line.path,
        level,
        isOpen: isFolder ? isOpen : undefined,
        cells: [
          <span
            key="name"
            className="name-cell"
            style={{ paddingInlineStart: `${(level - 1) * 1.25 + (isFolder ? 0 : 1.25)}rem` }}
          >
            {isFolder && <Turner isOpen={isOpen} onTurn={() => turn(line.path, !isOpen)} />}
            <KindMark kind={line.kind} name={line.name} />
            <Name name={line.name} />
          </span>,
          <Status key="state" word="certified" isResting />,
          <span key="size" className="figure" style={{ display: 'block' }}>
            {isFolder ? '' : bytes(line.bytes)}
          </span>,
          <span key="time" className="figure" style={{ display: 'block' }}>
            {isFolder ? '' : moment(line.mtimeMs, nowMs)}
          </span>,
        ],
      };
    },
    [rows, turn, bytes, moment, nowMs],
  );
  const row = chosen === undefined || chosen >= rows.count ? undefined : rows.rowAt(chosen);
  if (space.sequence === 0)
    return (
      <div className="screen-body">
        <p className="faint section">{say('space.nothing-certified')}</p>
      </div>
    );
  return (
    <div className="split">
      <div className="pane" data-pane="list">
        {fault && <FaultAnswers fault={fault} />}
        <Rows
          label={say('space.files-of', { name: space.name })}
          kind="treegrid"
          count={rows.count}
          rowOf={rowOf}
          heightOf={() => rowHeight}
          columns={columns}
          head={[
            { words: say('tree.name') },
            { words: say('tree.state') },
            { words: say('tree.size'), isFigure: true },
            { words: say('tree.changed'), isFigure: true },
          ]}
          chosen={chosen}
          onChoose={setChosen}
          onOpen={(index) => {
            const at = rows.rowAt(index);
            if (at.kind === 'line' && at.line.kind === 'folder') turn(at.line.path, !at.isOpen);
          }}
          onTurn={(index, isOpen) => {
            const at = rows.rowAt(index);
            if (at.kind === 'line') turn(at.line.path, isOpen);
          }}
          onRange={onRange}
        />
      </div>
      <FileInspector space={space} line={row?.kind === 'line' ? row.line : undefined} />
    </div>
  );
}
