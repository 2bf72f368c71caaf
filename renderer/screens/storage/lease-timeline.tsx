/** One bar a space, from today to the day until which it is paid. The axis is the calendar of the leases themselves. */
import type { ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { Name } from '../../parts/name.tsx';
import { monthMs } from '../../state/quotes.ts';
import { useWords } from '../../words/use-words.ts';

const marks = 6;
/** The axis goes a little past the last end, and never less than this. */
const axisLeastMs = 86_400_000;

export function LeaseTimeline({
  spaces,
  nowMs,
  warnsMs,
}: {
  readonly spaces: readonly SpaceState[];
  readonly nowMs: number;
  /** A lease that ends sooner is warm. */
  readonly warnsMs: number;
}): ReactElement | null {
  const { say, date, month, moment } = useWords();
  const last = Math.max(...spaces.map((space) => space.paidUntilMs ?? nowMs), nowMs + axisLeastMs);
  const spanMs = (last - nowMs) * 1.15;
  const isLong = spanMs > 6 * monthMs;
  if (spaces.length === 0) return null;
  return (
    <div className="lease section" role="table" aria-label={say('storage.leases')}>
      <div className="lease-axis" aria-hidden="true">
        <span />
        <div className="lease-months">
          {Array.from({ length: marks }, (_, mark) => mark / marks).map((at) => (
            <span
              key={at}
              style={{ insetInlineStart: `${(at * 100).toFixed(1)}%` }}
              className={Math.round(at * marks) % 2 === 0 ? '' : 'minor'}
            >
              {at === 0
                ? say('storage.today')
                : isLong
                  ? month(nowMs + at * spanMs)
                  : moment(nowMs + at * spanMs, nowMs)}
            </span>
          ))}
        </div>
      </div>
      {spaces.map((space) => {
        const leftMs = space.paidUntilMs === undefined ? 0 : Math.max(0, space.paidUntilMs - nowMs);
        return (
          <div
            key={space.space}
            role="row"
            className={leftMs > 0 && leftMs < warnsMs ? 'lease-line warm' : 'lease-line'}
          >
            <span role="rowheader" className="strong cut">
              <Name name={space.name} />
            </span>
            <div role="presentation" className="lease-track">
              {leftMs > 0 && <b style={{ inlineSize: `${((leftMs / spanMs) * 100).toFixed(2)}%` }} />}
            </div>
            <span role="cell" className="figure">
              {space.paidUntilMs === undefined ? say('storage.not-paid') : date(space.paidUntilMs)}
            </span>
          </div>
        );
      })}
    </div>
  );
}
