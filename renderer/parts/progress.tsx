/** Two small pictures of progress: the margin bar (the share stored, with the tick that decides) and the stage track (after the word, never instead). */
import type { ReactElement } from 'react';
import { ProgressBar } from 'react-aria-components';
import { useWords } from '../words/use-words.ts';

export type Tick = 'certified-here' | 'enough-to-read';
const tickAt: Readonly<Record<Tick, number>> = { 'certified-here': 2 / 3, 'enough-to-read': 1 / 3 };

export function MarginBar({
  share,
  tick,
  label,
  words,
}: {
  /** Of the shards, from 0 to 1. */
  readonly share: number;
  readonly tick: Tick;
  readonly label: string;
  readonly words?: string | undefined;
}): ReactElement {
  const { say, percent } = useWords();
  const at = `${(tickAt[tick] * 100).toFixed(1)}%`;
  return (
    <div>
      <ProgressBar aria-label={label} value={share * 100} className="margin">
        <b style={{ inlineSize: `${(Math.min(1, share) * 100).toFixed(1)}%` }} />
        <u style={{ insetInlineStart: at }} />
      </ProgressBar>
      <div className="margin-words has-both">
        <span className="at" style={{ insetInlineStart: at }}>
          {say(tick === 'certified-here' ? 'margin.certified-here' : 'margin.enough-to-read')}
        </span>
        <span className={tick === 'certified-here' ? '' : 'end'}>
          {words ?? say('margin.stored', { share: percent(share) })}
        </span>
      </div>
    </div>
  );
}

/** Four bars: saved, packed, uploaded, certified. `done` may be broken: 2.5 is half way through the third. */
export const StageTrack = ({ done }: { readonly done: number }): ReactElement => (
  <span className="track" aria-hidden="true">
    {[0, 1, 2, 3].map((step) => (
      <i key={step}>
        <b style={{ inlineSize: `${Math.round(Math.min(1, Math.max(0, done - step)) * 100)}%` }} />
      </i>
    ))}
  </span>
);
