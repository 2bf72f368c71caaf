/** What is ticked, what bringing it back takes, and what happens to newer copies: counted first, then done. A restore costs nothing. */
import { Undo2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import type { Overwrite, RestoreDone } from '../../../app/wire/history.ts';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useAnswer, useDeed } from '../../client/use-engine.ts';
import { usePickFolder } from '../../client/use-pick-folder.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { RadioLines } from '../../parts/choices.tsx';
import { DialogBox } from '../../parts/dialog.tsx';
import { FolderChooser } from '../../parts/folder-chooser.tsx';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';

interface Where {
  readonly to: string | undefined;
}

export function RestoreDock({
  space,
  state,
  paths,
  onDone,
}: {
  readonly space: SpaceState;
  /** The moment to go back to. */
  readonly state: { readonly snapshot: string };
  readonly paths: readonly string[];
  readonly onDone: () => void;
}): ReactElement {
  const { say, number } = useWords();
  const [where, setWhere] = useState<Where>();
  const picking = usePickFolder((to) => setWhere({ to }));
  return (
    <section className="dock" aria-label={say('restore.dock')} data-pane="dock">
      <span className="grow">
        <b>{say('restore.ticked', { count: paths.length, things: number(paths.length) })}</b>{' '}
        <span className="soft">{say('restore.no-cost')}</span>
      </span>
      <Press kind="quiet" onPress={onDone}>
        {say('restore.untick')}
      </Press>
      <Press onPress={picking.begin}>{say('restore.elsewhere')}</Press>
      {space.folder !== undefined && (
        <Press kind="primary" onPress={() => setWhere({ to: undefined })}>
          <Undo2 className="icon" aria-hidden="true" />
          {say('restore.here')}
        </Press>
      )}
      <FolderChooser
        isOpen={picking.isOpen}
        title={say('restore.where')}
        onClose={picking.end}
        onChoose={(to) => setWhere({ to })}
      />
      <DialogBox
        title={say('restore.title', { count: paths.length })}
        isOpen={where !== undefined}
        onClose={() => setWhere(undefined)}
      >
        {where && (
          <Restoring
            space={space}
            state={state}
            paths={paths}
            to={where.to}
            onClose={() => setWhere(undefined)}
            onDone={onDone}
          />
        )}
      </DialogBox>
    </section>
  );
}

function Restoring({
  space,
  state,
  paths,
  to,
  onClose,
  onDone,
}: {
  readonly space: SpaceState;
  /** The moment to go back to. */
  readonly state: { readonly snapshot: string };
  readonly paths: readonly string[];
  readonly to: string | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}): ReactElement {
  const { say, number, bytes } = useWords();
  const [overwrite, setOverwrite] = useState<Overwrite>(to === undefined ? 'always' : 'never');
  const input = { space: space.space, paths, at: state.snapshot, to, overwrite };
  const dry = useAnswer('history.restore', { ...input, isDry: true });
  const restore = useDeed('history.restore');
  const [done, setDone] = useState<RestoreDone>();
  if (done)
    return (
      <>
        <p role="status">
          {say('restore.done', { count: done.files, files: number(done.files), unchanged: done.unchanged })}
        </p>
        <p className="mono">{shownName(done.to)}</p>
        <Problems done={done} />
        <div className="buttons">
          <Press
            kind="primary"
            autoFocus
            onPress={() => {
              onClose();
              onDone();
            }}
          >
            {say('part.done')}
          </Press>
        </div>
      </>
    );
  const count = dry.value?.files ?? 0;
  return (
    <>
      <p>
        {dry.value
          ? say('restore.dry', {
              count,
              files: number(count),
              bytes: bytes(dry.value.bytes),
              unchanged: dry.value.unchanged,
            })
          : dry.fault
            ? ''
            : say('restore.counting')}
      </p>
      {dry.value && <Problems done={dry.value} />}
      {dry.fault && <FaultAnswers fault={dry.fault} />}
      <RadioLines
        label={say('restore.overwrite')}
        chosen={overwrite}
        onChoose={setOverwrite}
        options={(['always', 'if-older', 'never'] as const).map((id) => ({ id, words: say(`restore.${id}`) }))}
      />
      {restore.fault && <FaultAnswers fault={restore.fault} />}
      <div className="buttons">
        <Press
          onPress={() => {
            restore.stop();
            onClose();
          }}
        >
          {say('part.cancel')}
        </Press>
        <Press
          kind="primary"
          isBusy={restore.isBusy}
          isDisabled={!dry.value || count === 0}
          onPress={() => void restore.run(input).then((answer) => answer && setDone(answer))}
        >
          {say('restore.do', { count, files: number(count) })}
        </Press>
      </div>
    </>
  );
}

const problemsShown = 5;

function Problems({ done }: { readonly done: RestoreDone }): ReactElement | null {
  const { say } = useWords();
  if (done.problemsTotal === 0) return null;
  return (
    <div className="note amber">
      <p>{say('restore.problems', { count: done.problemsTotal })}</p>
      <ul>
        {done.problems.slice(0, problemsShown).map(({ path, fault }) => (
          <li key={path}>
            <bdi>{shownName(path)}</bdi>: {say(`fault.${fault.code}.short`)}
          </li>
        ))}
      </ul>
    </div>
  );
}
