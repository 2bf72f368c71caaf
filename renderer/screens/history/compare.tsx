/** One file then and now: its versions as a strip, and what is different, as text or as pictures. Bytes come from the preview, never from the link. */
import { useEffect, useState, type ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { diffLines } from 'diff';
import type { Preview, SnapshotLine, VersionLine } from '../../../app/wire/history.ts';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useAnswer, useNowMs } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { folderOf, lastName, shownName, trail } from '../../parts/name.tsx';
import { useWords } from '../../words/use-words.ts';

/** Versions shown as a strip; the oldest of more are counted in words. */
const stripMost = 24;
/** Lines of a difference that are shown. */
const linesMost = 400;

export function Compare({
  space,
  path,
  then,
  isNow,
}: {
  readonly space: SpaceState;
  readonly path: string | undefined;
  readonly then: SnapshotLine;
  readonly isNow: boolean;
}): ReactElement {
  const { say, bytes, moment, dateAndTime } = useWords();
  const nowMs = useNowMs();
  const versions = useAnswer(
    'history.versions',
    path === undefined ? undefined : { space: space.space, path },
    space.snapshot,
  );
  const [looked, setLooked] = useState<{ readonly path: string; readonly snapshot: string }>();
  if (path === undefined)
    return (
      <aside className="inspector" aria-label={say('history.compare')} data-pane="inspector">
        <p className="faint">{say('history.choose')}</p>
      </aside>
    );
  const all = versions.value ?? [];
  const current = all.find((version) => version.isCurrent);
  const chosen =
    all.find((version) => looked?.path === path && version.snapshot === looked.snapshot) ??
    all.find((version) => version.timeMs <= then.timeMs) ??
    all.at(-1);
  return (
    <aside className="inspector" aria-label={say('history.compare')} data-pane="inspector" tabIndex={-1}>
      <h2>
        <bdi>{shownName(lastName(path))}</bdi>
      </h2>
      <p className="small-text soft">
        <bdi>{trail([space.name, ...folderOf(path).split('/')])}</bdi>
      </p>
      {versions.fault && <FaultAnswers fault={versions.fault} />}
      {all.length > 0 && (
        <>
          <div className="versions" role="group" aria-label={say('file.versions')}>
            {all
              .slice(0, stripMost)
              .toReversed()
              .map((version) => (
                <Button
                  key={`${version.timeMs}-${version.snapshot}`}
                  className={version === chosen ? 'is-then' : version.isCurrent ? 'is-now' : ''}
                  aria-label={say('history.version', {
                    date: dateAndTime(version.timeMs),
                    bytes: bytes(version.bytes),
                  })}
                  aria-pressed={version === chosen}
                  isDisabled={version.snapshot === undefined}
                  onPress={() => version.snapshot !== undefined && setLooked({ path, snapshot: version.snapshot })}
                />
              ))}
          </div>
          <div className="line small-text soft">
            {chosen && (
              <span className="grow">
                <i className="dot" />
                {moment(chosen.timeMs, nowMs)}, {bytes(chosen.bytes)}
              </span>
            )}
            {current && current !== chosen && (
              <span>
                <i className="dot is-now" />
                {moment(current.timeMs, nowMs)}, {bytes(current.bytes)}
              </span>
            )}
          </div>
          {!current && <p className="note amber section">{say('history.gone-now')}</p>}
        </>
      )}
      {chosen && (
        <Contents
          key={path}
          space={space}
          path={path}
          then={chosen}
          now={chosen === current || isNow ? undefined : current}
        />
      )}
    </aside>
  );
}

function Contents({
  space,
  path,
  then,
  now,
}: {
  readonly space: SpaceState;
  readonly path: string;
  readonly then: VersionLine;
  readonly now: VersionLine | undefined;
}): ReactElement | null {
  const { say } = useWords();
  const was = useAnswer('preview.open', { space: space.space, path, at: then.snapshot });
  const is = useAnswer('preview.open', now ? { space: space.space, path, at: now.snapshot } : undefined);
  const oldText = useText(was.value);
  const newText = useText(is.value);
  if (was.fault) return <FaultAnswers fault={was.fault} />;
  if (!was.value) return <p className="faint section">{say('part.loading')}</p>;
  if (was.value.kind === 'image' && was.value.url !== undefined)
    return <img className="preview-picture" src={was.value.url} alt={say('history.picture')} />;
  if (was.value.kind === 'none') return <p className="faint section">{say('history.no-preview')}</p>;
  if (oldText === undefined) return <p className="faint section">{say('part.loading')}</p>;
  return <Differences before={oldText} after={now && is.value?.kind === 'text' ? newText : undefined} />;
}

/** The text behind a preview's address; it can be had once. */
function useText(preview: Preview | undefined): string | undefined {
  const [text, setText] = useState<{ readonly url: string; readonly text: string }>();
  const url = preview?.kind === 'text' ? preview.url : undefined;
  useEffect(() => {
    if (url === undefined) return undefined;
    const asking = new AbortController();
    fetch(url, { signal: asking.signal })
      .then((response) => (response.ok ? response.text() : ''))
      .then(
        (found) => setText({ url, text: found }),
        () => undefined,
      );
    return () => asking.abort();
  }, [url]);
  return text !== undefined && text.url === url ? text.text : undefined;
}

function Differences({ before, after }: { readonly before: string; readonly after: string | undefined }): ReactElement {
  const { say } = useWords();
  const changes = after === undefined ? [{ value: before, added: false, removed: false }] : diffLines(before, after);
  const lines = changes.flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => ({ line, kind: added ? 'added' : removed ? 'removed' : 'same' })),
  );
  const [added, removed] = ['added', 'removed'].map((kind) => lines.filter((line) => line.kind === kind).length);
  return (
    <>
      <div
        className="diff"
        tabIndex={0}
        role="group"
        aria-label={say(after === undefined ? 'history.text' : 'history.differences')}
      >
        {lines.slice(0, linesMost).map(({ line, kind }, index) => (
          <p key={index} className={kind}>
            {kind !== 'same' && <b>{kind === 'added' ? '+' : '−'}</b>}
            {line}
          </p>
        ))}
      </div>
      <p className="small-text soft">
        {after !== undefined && say('history.lines', { added: added ?? 0, removed: removed ?? 0 })}
        {lines.length > linesMost && ` ${say('history.lines-more', { count: lines.length - linesMost })}`}
      </p>
    </>
  );
}
