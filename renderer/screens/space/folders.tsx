/** Which folders of a space are on this computer: a tree to tick. What is changed is sent only when it is applied. */
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import type { WireFault } from '../../../app/wire/fault-form.ts';
import type { SpaceState } from '../../../app/wire/space.ts';
import type { FolderChoice, FolderChoices } from '../../../app/wire/steering.ts';
import { faultBehind } from '../../client/engine-client.ts';
import { useClient, useDeed } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { KindMark } from '../../parts/kind-mark.tsx';
import { lastName, Name, shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { Rows, type RowFacts } from '../../parts/rows.tsx';
import { TickBox, Turner } from '../../parts/turner.tsx';
import { LeaveSpace } from './leave-space.tsx';
import { MoveSpace } from './move-space.tsx';
import { tickOf, turnFolder, type Draft } from '../../state/folder-choice.ts';
import { useWords } from '../../words/use-words.ts';

const rowHeight = 32;
const columns = 'minmax(0, 1fr) 5rem 5.5rem 5.5rem';
const noDraft: Draft = new Map();

export function Folders({ space }: { readonly space: SpaceState }): ReactElement {
  const { say } = useWords();
  if (space.folder === undefined)
    return (
      <div className="screen-body">
        <p className="faint section">{say('choice.no-folder')}</p>
      </div>
    );
  // Folders that came or went are asked for anew.
  return <FolderTree key={space.space} space={space} revision={`${space.snapshot}:${space.lastPassMs}`} />;
}

function FolderTree({ space, revision }: { readonly space: SpaceState; readonly revision: string }): ReactElement {
  const { say } = useWords();
  const { known, fault, ask, again } = useFolders(space.space, revision);
  const [draft, setDraft] = useState(noDraft);
  const change = useDeed('choice.change');
  const reset = useDeed('choice.set');
  const root = known.get('');
  const done = (answer: unknown): void => {
    if (answer === undefined) return;
    setDraft(noDraft);
    again();
  };
  if (!root)
    return (
      <div className="screen-body">
        {fault ? <FaultAnswers fault={fault} /> : <p className="faint section">{say('part.loading')}</p>}
      </div>
    );
  return (
    <>
      <div className="folders-head">
        <p>
          {say(root.isEverything ? 'choice.everything' : root.isRootChosen ? 'choice.some' : 'choice.only')}{' '}
          <span className="soft">{root.folders.length === 0 ? say('choice.none') : say('choice.under')}</span>
        </p>
        {!root.isEverything && (
          <Press isBusy={reset.isBusy} onPress={() => void reset.run({ space: space.space, without: [] }).then(done)}>
            {say('choice.all')}
          </Press>
        )}
        <MoveSpace space={space.space} name={space.name} />
        <LeaveSpace space={space} />
      </div>
      {[fault, change.fault, reset.fault].map((each) => each && <FaultAnswers key={each.code} fault={each} />)}
      <div className="split folders-here">
        <Tree space={space} known={known} ask={ask} draft={draft} onDraft={setDraft} />
      </div>
      {draft.size > 0 && (
        <div className="dock" data-pane="dock">
          <span className="grow">{say('choice.count', { count: draft.size })}</span>
          <Press onPress={() => setDraft(noDraft)}>{say('choice.undo')}</Press>
          <Press
            kind="primary"
            isBusy={change.isBusy}
            onPress={() => {
              const changes = [...draft].map(([path, isChosen]) => ({ path, isChosen }));
              void change.run({ space: space.space, changes }).then(done);
            }}
          >
            {say('choice.save')}
          </Press>
        </div>
      )}
    </>
  );
}

interface Row {
  readonly folder: FolderChoice;
  readonly level: number;
}

function Tree({
  space,
  known,
  ask,
  draft,
  onDraft,
}: {
  readonly space: SpaceState;
  readonly known: ReadonlyMap<string, FolderChoices>;
  readonly ask: (path: string) => void;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
}): ReactElement {
  const { say, number, bytes } = useWords();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(['']));
  const [chosen, setChosen] = useState<number>();
  const rows = rowsOf(known, open, '', 1);
  const turn = (path: string, isOpen: boolean): void => {
    if (isOpen && !known.has(path)) ask(path);
    setOpen(isOpen ? new Set([...open, path]) : new Set([...open].filter((each) => each !== path)));
  };
  const tick = (index: number): void => {
    const row = rows[index];
    if (row) onDraft(turnFolder(draft, row.folder));
  };
  const rowOf = (index: number): RowFacts => {
    const row = rows[index];
    if (!row) return { key: `none-${index}`, cells: [] };
    const { folder, level } = row;
    const isOpen = open.has(folder.path);
    const state = tickOf(draft, folder);
    const isLeaf = known.get(folder.path)?.folders.length === 0;
    return {
      key: folder.path,
      level,
      isOpen: isLeaf ? undefined : isOpen,
      isTicked: state === 'whole',
      cells: [
        <span
          key="name"
          className={`name-cell${state === 'whole' ? ' is-ticked' : ''}`}
          {...(state === 'partly' ? { 'data-indeterminate': '' } : {})}
        >
          <TickBox onTick={() => tick(index)} />
          <span className="unseen">
            {state === 'whole' ? say('tree.ticked') : state === 'partly' ? say('choice.partly') : ''}
          </span>
          <span
            className="name-cell grow"
            style={{ paddingInlineStart: `${(level - 1) * 1.25 + (isLeaf ? 1.25 : 0)}rem` }}
          >
            {!isLeaf && <Turner isOpen={isOpen} onTurn={() => turn(folder.path, !isOpen)} />}
            <KindMark kind="folder" name={folder.path} />
            <Name name={lastName(folder.path)} />
          </span>
        </span>,
        <span key="files" className="figure" style={{ display: 'block' }}>
          {number(folder.files)}
        </span>,
        <span key="size" className="figure" style={{ display: 'block' }}>
          {bytes(folder.bytes)}
        </span>,
        <span key="here" className="figure" style={{ display: 'block' }}>
          {number(folder.filesHere)}
        </span>,
      ],
    };
  };
  return (
    <div className="pane" data-pane="list">
      <Rows
        label={say('choice.folders', { name: shownName(space.name) })}
        kind="treegrid"
        count={rows.length}
        rowOf={rowOf}
        heightOf={() => rowHeight}
        columns={columns}
        head={[
          { words: say('choice.folder') },
          { words: say('choice.files'), isFigure: true },
          { words: say('tree.size'), isFigure: true },
          { words: say('choice.here'), isFigure: true },
        ]}
        chosen={chosen}
        onChoose={setChosen}
        onTick={tick}
        onOpen={(index) => {
          const row = rows[index];
          if (row) turn(row.folder.path, !open.has(row.folder.path));
        }}
        onTurn={(index, isOpen) => {
          const row = rows[index];
          if (row) turn(row.folder.path, isOpen);
        }}
      />
    </div>
  );
}

function rowsOf(
  known: ReadonlyMap<string, FolderChoices>,
  open: ReadonlySet<string>,
  path: string,
  level: number,
): readonly Row[] {
  return (known.get(path)?.folders ?? []).flatMap((folder) => [
    { folder, level },
    ...(open.has(folder.path) ? rowsOf(known, open, folder.path, level + 1) : []),
  ]);
}

/** Folder by folder, as they are opened; all that are known are asked for again when the space has changed. */
function useFolders(
  space: string,
  revision: string,
): {
  readonly known: ReadonlyMap<string, FolderChoices>;
  readonly fault: WireFault | undefined;
  readonly ask: (path: string) => void;
  readonly again: () => void;
} {
  const client = useClient();
  const [known, setKnown] = useState<ReadonlyMap<string, FolderChoices>>(new Map());
  const [wanted, setWanted] = useState<readonly string[]>(['']);
  const [fault, setFault] = useState<WireFault>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const asking = new AbortController();
    for (const path of wanted)
      client.call('choice.list', { space, path }, asking.signal).then(
        (found) => {
          if (asking.signal.aborted) return;
          setFault(undefined);
          setKnown((all) => new Map(all).set(path, found));
        },
        (error: unknown) => {
          if (asking.signal.aborted) return;
          const met = faultBehind(error);
          // A folder that is gone by now is no longer among its neighbours either.
          if (path !== '' && met.code === 'not-found') setWanted((all) => all.filter((each) => each !== path));
          else setFault(met);
        },
      );
    return () => asking.abort();
  }, [client, space, wanted, revision, round]);
  return {
    known,
    fault,
    ask: useCallback((path: string) => setWanted((all) => (all.includes(path) ? all : [...all, path])), []),
    again: useCallback(() => setRound((last) => last + 1), []),
  };
}
