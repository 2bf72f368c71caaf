/** One file's content, or two side by side: text with what is different, pictures as they are. Bytes come from the preview, never from the link. */
import { useEffect, useState, type ReactElement } from 'react';
import { diffLines } from 'diff';
import type { Preview } from '../../app/wire/history.ts';
import { useAnswer } from '../client/use-engine.ts';
import { useWords } from '../words/use-words.ts';
import { FaultAnswers } from './answers.tsx';

/** Lines of a difference that are shown. */
const linesMost = 400;

export interface ContentPlace {
  readonly path: string;
  /** A snapshot; undefined: the newest. */
  readonly at: string | undefined;
}

export function Contents({
  space,
  one,
  other,
  counted = 'history.lines',
}: {
  readonly space: string;
  readonly one: ContentPlace;
  readonly other: ContentPlace | undefined;
  /** The sentence that counts the lines that differ. */
  readonly counted?: 'history.lines' | 'conflict.lines';
}): ReactElement | null {
  const { say } = useWords();
  const was = useAnswer('preview.open', { space, ...one });
  const is = useAnswer('preview.open', other ? { space, ...other } : undefined);
  const oldText = useText(was.value);
  const newText = useText(is.value);
  if (was.fault) return <FaultAnswers fault={was.fault} />;
  if (!was.value) return <p className="faint section">{say('part.loading')}</p>;
  if (was.value.kind === 'image' && was.value.url !== undefined)
    return (
      <div className="pictures">
        <img className="preview-picture" src={was.value.url} alt={say('history.picture')} />
        {is.value?.kind === 'image' && is.value.url !== undefined && (
          <img className="preview-picture" src={is.value.url} alt={say('history.picture-now')} />
        )}
      </div>
    );
  if (was.value.kind === 'none') return <p className="faint section">{say('history.no-preview')}</p>;
  if (oldText === undefined) return <p className="faint section">{say('part.loading')}</p>;
  return (
    <Differences before={oldText} after={other && is.value?.kind === 'text' ? newText : undefined} counted={counted} />
  );
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

function Differences({
  before,
  after,
  counted,
}: {
  readonly before: string;
  readonly after: string | undefined;
  readonly counted: 'history.lines' | 'conflict.lines';
}): ReactElement {
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
        {after !== undefined && say(counted, { added: added ?? 0, removed: removed ?? 0 })}
        {lines.length > linesMost && ` ${say('history.lines-more', { count: lines.length - linesMost })}`}
      </p>
    </>
  );
}
