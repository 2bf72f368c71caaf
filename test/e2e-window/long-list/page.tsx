/**
 * The real list and the real tree of 100,000 files, and the real activity of 50,000, fetched by pages, on a page of its own: what scrolling costs
 * without waiting for an engine.
 */
import '../../../renderer/look/look.css';
import { useCallback, useMemo, useReducer, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import type { ActivityLine } from '../../../app/wire/activity.ts';
import type { CallIn, CallName } from '../../../app/wire/contract.ts';
import type { TreePage } from '../../../app/wire/space.ts';
import type { EngineClient } from '../../../renderer/client/engine-client.ts';
import { ClientContext } from '../../../renderer/client/use-engine.ts';
import { KindMark } from '../../../renderer/parts/kind-mark.tsx';
import { Name } from '../../../renderer/parts/name.tsx';
import { Rows } from '../../../renderer/parts/rows.tsx';
import { Status } from '../../../renderer/parts/status.tsx';
import { Activity } from '../../../renderer/screens/activity/activity.tsx';
import type { EngineView } from '../../../renderer/state/connection.ts';
import { emptyTree, nextTree, rowsOf } from '../../../renderer/state/tree.ts';
import { pageRows } from '../../../renderer/state/pages.ts';

const count = 100_000;

/** A page as the engine answers it. */
function pageAt(page: number): TreePage {
  const offset = page * pageRows;
  const lines = Array.from({ length: Math.min(pageRows, count - offset) }, (_, index) => {
    const name = `Frame ${offset + index} of the north elevation, at first light.tif`;
    return { name, path: name, kind: 'file' as const, bytes: 1, mtimeMs: 0, snapshot: 's', sinceMs: 0 };
  });
  return { snapshot: 's', timeMs: 0, total: count, offset, lines };
}
const first = nextTree(emptyTree, { kind: 'fetched', folder: '', page: pageAt(0) });

function LongList(): ReactElement {
  const [chosen, setChosen] = useState<number>();
  const [tree, move] = useReducer(nextTree, first);
  const rows = useMemo(() => rowsOf(tree), [tree]);
  const onRange = useCallback(
    (from: number, to: number) => {
      const wanted = new Set<number>();
      for (let index = from; index <= to; index++) {
        const row = rows.rowAt(index);
        if (row.kind === 'coming') wanted.add(row.page);
      }
      for (const page of wanted) move({ kind: 'fetched', folder: '', page: pageAt(page) });
    },
    [rows],
  );
  return (
    <div className="window">
      <div className="screen" style={{ height: '100%' }}>
        <Rows
          label="Long"
          kind="treegrid"
          count={rows.count}
          heightOf={() => 32}
          columns="minmax(0, 1fr) 3rem"
          head={[{ words: 'Name' }, { words: 'State' }]}
          chosen={chosen}
          onChoose={setChosen}
          onRange={onRange}
          rowOf={(index) => {
            const row = rows.rowAt(index);
            const name = row.kind === 'line' ? row.line.name : '…';
            return {
              key: String(index),
              level: 1,
              cells: [
                <span key="name" className="name-cell">
                  <KindMark kind="file" name={name} />
                  <Name name={name} />
                </span>,
                <Status key="state" word="certified" isResting />,
              ],
            };
          }}
        />
      </div>
    </div>
  );
}

const activityCount = 50_000;

/** An engine that only has a long activity. */
const client: EngineClient = {
  view: () => view,
  subscribe: () => () => undefined,
  call: ((name: CallName, { offset, limit }: CallIn<'activity.list'>) =>
    name === 'activity.list'
      ? Promise.resolve({ revision: 1, total: activityCount, offset, lines: activityLines(offset, limit) })
      : new Promise(() => undefined)) as EngineClient['call'],
  tryNow: () => undefined,
  close: () => undefined,
};
const view: EngineView = {
  link: { kind: 'live' },
  topics: { activity: { revision: 1, total: activityCount, waiting: 0, work: undefined, newest: [] } },
  newsMs: 0,
};

const activityLines = (offset: number, limit: number): readonly ActivityLine[] =>
  Array.from({ length: Math.min(limit, activityCount - offset) }, (_, index) => ({
    space: 'space',
    spaceName: 'Client work',
    path: `renders/north elevation/Frame ${offset + index} of the north elevation.tif`,
    stage: 'certified',
    bytes: 1_000 + index,
    timeMs: Date.now() - 1_000 * (offset + index),
    fault: undefined,
  }));

const LongActivity = (): ReactElement => (
  <ClientContext value={client}>
    <div className="window">
      <div className="frame">
        <nav className="sidebar" aria-label="Places" />
        <main className="main">
          <Activity />
        </main>
      </div>
    </div>
  </ClientContext>
);

const place = document.getElementById('window');
if (place) createRoot(place).render(location.hash === '#activity' ? <LongActivity /> : <LongList />);
