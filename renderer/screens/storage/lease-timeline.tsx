/** One bar a space, from today to the day until which it is paid. The axis is the calendar of the leases themselves. */
import { RefreshCw } from 'lucide-react';
import type { ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import type { Leases } from '../../../app/wire/storage.ts';
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
  leases,
}: {
  readonly spaces: readonly SpaceState[];
  readonly nowMs: number;
  /** A lease that ends sooner is warm. */
  readonly warnsMs: number;
  /** Undefined while the chain was not asked. */
  readonly leases: Leases | undefined;
}): ReactElement | null {
  const { say, date, month, moment } = useWords();
  const soldMs = soldUntilMs(leases);
  const last = Math.max(...spaces.map((space) => space.paidUntilMs ?? nowMs), nowMs + axisLeastMs, soldMs ?? 0);
  const spanMs = (last - nowMs) * (soldMs === undefined ? 1.15 : 1.02);
  const renews = new Set(leases?.leases.flatMap(({ space, renewsAtMs }) => (renewsAtMs === undefined ? [] : [space])));
  const soldAt =
    soldMs === undefined ? undefined : { insetInlineStart: `${(((soldMs - nowMs) / spanMs) * 100).toFixed(2)}%` };
  const isLong = spanMs > 6 * monthMs;
  if (spaces.length === 0) return null;
  return (
    <div className="section">
      <div className="lease" role="table" aria-label={say('storage.leases')}>
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
                {leftMs > 0 && renews.has(space.space) && <RefreshCw className="icon" aria-hidden="true" />}
                {soldAt && <s style={soldAt} />}
              </div>
              <span role="cell" className="figure">
                {space.paidUntilMs === undefined ? say('storage.not-paid') : date(space.paidUntilMs)}
                {leftMs > 0 && renews.has(space.space) && <span className="unseen">, {say('storage.renews')}</span>}
              </span>
            </div>
          );
        })}
      </div>
      {(soldMs !== undefined || renews.size > 0) && (
        <p className="lease-key small-text soft">
          {renews.size > 0 && (
            <span>
              <RefreshCw className="icon" aria-hidden="true" />
              {say('storage.renews')}
            </span>
          )}
          {soldMs !== undefined && (
            <span>
              <s aria-hidden="true" />
              {say('storage.sold', { date: date(soldMs) })}
            </span>
          )}
        </p>
      )}
    </div>
  );
}

/** Until when anybody can pay. */
function soldUntilMs(leases: Leases | undefined): number | undefined {
  const [lease] = leases?.leases ?? [];
  if (!leases || !lease) return undefined;
  return lease.endsAtMs + (leases.epoch + leases.epochsAheadMax - lease.endEpoch) * leases.epochDurationMs;
}
