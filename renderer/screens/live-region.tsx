/** Tells assistive technology what changed, politely and rarely. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { Summary } from '../../app/wire/activity.ts';
import { useTopic } from '../client/use-engine.ts';
import { announce, announcePauseMs, settle, silence } from '../state/announce.ts';
import { useWords } from '../words/use-words.ts';

export function LiveRegion(): ReactElement {
  const summary = useTopic('summary');
  const { say } = useWords();
  const before = useRef<Summary>(undefined);
  const [state, setState] = useState(silence);
  useEffect(() => {
    if (!summary) return;
    const last = before.current;
    before.current = summary;
    setState((now) => announce(now, last, summary, Date.now()));
  }, [summary]);
  useEffect(() => {
    if (!state.waiting) return undefined;
    const timer = setTimeout(() => setState((now) => settle(now, Date.now())), announcePauseMs);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div className="unseen" role="status" aria-live="polite">
      {state.said && say(state.said.key, { count: state.said.count })}
    </div>
  );
}
