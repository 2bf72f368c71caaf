/** Two devices changed the same file: both side by side, what is different, and which is kept. What is not kept stays in History. */
import { useState, type ReactElement } from 'react';
import type { ConflictLine, ConflictSide } from '../../../app/wire/history.ts';
import { useAnswer, useDeed, useNowMs, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Contents } from '../../parts/contents.tsx';
import { KindMark } from '../../parts/kind-mark.tsx';
import { lastName, shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';

/** Conflicts shown at once; the others move up as these are settled. */
const shownMost = 20;

export function Conflicts({ space }: { readonly space: string }): ReactElement {
  const { say } = useWords();
  const state = useTopic('spaces')?.find((each) => each.space === space);
  const lines = useAnswer('conflict.list', { space }, `${state?.conflicts}:${state?.snapshot}`);
  const [open, setOpen] = useState<string>();
  if (lines.fault) return <FaultAnswers fault={lines.fault} />;
  const all = lines.value ?? [];
  const chosen = all.find(({ beside }) => beside.path === open) ?? all[0];
  return (
    <>
      {all.length > 1 && (
        <ul className="choices-list section" aria-label={say('conflict.files')}>
          {all.slice(0, shownMost).map((line) => (
            <li key={line.beside.path}>
              <Press kind="quiet" onPress={() => setOpen(line.beside.path)} isDisabled={line === chosen}>
                <KindMark kind="file" name={line.kept.path} />
                <bdi className="cut">{shownName(line.kept.path)}</bdi>
              </Press>
            </li>
          ))}
          {all.length > shownMost && (
            <li className="faint">{say('left-out.more', { count: all.length - shownMost })}</li>
          )}
        </ul>
      )}
      {chosen && <OneConflict key={chosen.beside.path} line={chosen} snapshot={state?.snapshot} onDone={lines.again} />}
    </>
  );
}

function OneConflict({
  line,
  snapshot,
  onDone,
}: {
  readonly line: ConflictLine;
  readonly snapshot: string | undefined;
  readonly onDone: () => void;
}): ReactElement {
  const { say } = useWords();
  const resolve = useDeed('conflict.resolve');
  const keep = (kept: 'mine' | 'theirs' | 'both'): void =>
    void resolve.run({ space: line.space, path: line.beside.path, keep: kept }).then(onDone);
  const isPlain = line.kept.isMine !== line.beside.isMine;
  const theirs = line.kept.isMine ? line.beside : line.kept;
  return (
    <>
      <div className="sides section">
        <Side side={line.kept} words={say('conflict.kept')} />
        <Side side={line.beside} words={say('conflict.beside')} />
      </div>
      <Contents
        key={snapshot}
        space={line.space}
        one={{ path: line.kept.path, at: undefined }}
        other={{ path: line.beside.path, at: undefined }}
        counted="conflict.lines"
      />
      {resolve.fault && <FaultAnswers fault={resolve.fault} />}
      <div className="buttons">
        {isPlain && (
          <>
            <Press isBusy={resolve.isBusy} onPress={() => keep('mine')}>
              {say('conflict.keep-mine')}
            </Press>
            <Press isBusy={resolve.isBusy} onPress={() => keep('theirs')}>
              {theirs.device === undefined
                ? say('conflict.keep-theirs')
                : say('conflict.keep-device', { device: shownName(theirs.device) })}
            </Press>
          </>
        )}
        <Press kind="primary" isBusy={resolve.isBusy} onPress={() => keep('both')}>
          {say('conflict.keep-both')}
        </Press>
      </div>
      <p className="small-text soft">{say('conflict.under')}</p>
    </>
  );
}

function Side({ side, words }: { readonly side: ConflictSide; readonly words: string }): ReactElement {
  const { say, bytes, moment } = useWords();
  const nowMs = useNowMs();
  return (
    <div className="side-of">
      <p className="small-text soft">{words}</p>
      <h3>
        <bdi>{shownName(lastName(side.path))}</bdi>
      </h3>
      <p className="small-text">
        {side.isMine ? say('conflict.mine') : <bdi>{shownName(side.device ?? say('conflict.other'))}</bdi>}
        {', '}
        {bytes(side.bytes)}, {moment(side.mtimeMs, nowMs)}
      </p>
    </div>
  );
}
