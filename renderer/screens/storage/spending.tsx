/** What each month cost, room below and writing above it, against the cap. A table says the same. */
import { ChevronRight } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Spending } from '../../../app/wire/cost.ts';
import { useAnswer, useTopic } from '../../client/use-engine.ts';
import type { Money } from '../../client/use-money.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { monthChart } from '../../state/spending.ts';
import { useWords } from '../../words/use-words.ts';

/** A year. */
const monthsShown = 12;

export function SpendingPart({
  money,
  capRevision,
}: {
  readonly money: Money;
  readonly capRevision: number;
}): ReactElement {
  const { say } = useWords();
  const summary = useTopic('summary');
  const revision = `${summary?.certifiedFiles}:${summary?.paidUntilMs}:${capRevision}`;
  const spending = useAnswer('cost.months', { months: monthsShown }, revision);
  const { value } = spending;
  const now = value?.months.at(-1);
  const spent = money.amount(now?.spentFrost ?? '0');
  return (
    <div>
      <h2 className="heading">
        {value?.capFrost === undefined
          ? say('spend.this', { spent })
          : say('spend.this-cap', { spent, cap: money.amount(value.capFrost) })}
      </h2>
      {value && <Chart spending={value} money={money} />}
      {!value && !spending.fault && <p className="faint">{say('part.loading')}</p>}
      {spending.fault && <FaultAnswers fault={spending.fault} />}
    </div>
  );
}

const height = (share: number): { blockSize: string } => ({ blockSize: `${(share * 100).toFixed(2)}%` });

function Chart({ spending, money }: { readonly spending: Spending; readonly money: Money }): ReactElement {
  const { say, month, tag } = useWords();
  const { bars, cap, most } = monthChart(spending);
  const isOpen = bars.some(({ open }) => open > 0);
  const initial = new Intl.DateTimeFormat(tag, { month: 'narrow', timeZone: 'UTC' });
  if (!most) return <p className="small-text soft">{say('spend.none', { count: bars.length })}</p>;
  return (
    <>
      <div
        className="spend"
        role="img"
        aria-label={say('spend.chart', {
          count: bars.length,
          most: money.amount(most.spentFrost),
          month: month(middleOf(most.startMs)),
        })}
      >
        <div className="spend-bars">
          {bars.map(({ month: { startMs }, storage, write, open }) => (
            <span key={startMs}>
              <i className="open" style={height(open)} />
              <i className="write" style={height(write)} />
              <i className="room-part" style={height(storage)} />
            </span>
          ))}
          {cap !== undefined && (
            <u style={{ insetBlockEnd: `${(cap * 100).toFixed(2)}%` }}>
              <span>{say('spend.cap')}</span>
            </u>
          )}
        </div>
        <div className="spend-months">
          {bars.map(({ month: { startMs } }) => (
            <span key={startMs}>{initial.format(startMs)}</span>
          ))}
        </div>
      </div>
      <div className="key spend-key">
        <span>
          <i className="room-part" aria-hidden="true" />
          {say('spend.room')}
        </span>
        <span>
          <i className="write" aria-hidden="true" />
          {say('spend.writing')}
        </span>
        {isOpen && (
          <span>
            <i className="open" aria-hidden="true" />
            {say('spend.open')}
          </span>
        )}
      </div>
      <MonthTable spending={spending} money={money} />
    </>
  );
}

/** Names of months are told in local time; the middle of a month is in it everywhere. */
const middleOf = (startMs: number): number => startMs + 14 * 86_400_000;

function MonthTable({ spending, money }: { readonly spending: Spending; readonly money: Money }): ReactElement {
  const { say, sui, tag } = useWords();
  const { months, elsewhereFrost } = spending;
  const short = new Intl.DateTimeFormat(tag, { month: 'short', year: 'numeric', timeZone: 'UTC' });
  return (
    <details className="more">
      <summary>
        <ChevronRight className="icon" aria-hidden="true" />
        {say('spend.table')}
      </summary>
      <div className="spend-table-place" tabIndex={0} role="group" aria-label={say('spend.table')}>
        <table className="table small-text spend-table" aria-label={say('spend.table')}>
          <thead>
            <tr>
              <th>{say('spend.month')}</th>
              <th className="figure">{say('spend.room')}</th>
              <th className="figure">{say('spend.writing')}</th>
              <th className="figure">{say('spend.all')}</th>
              <th className="figure">{say('spend.fees')}</th>
            </tr>
          </thead>
          <tbody>
            {months
              .filter(({ spentFrost, gasMist }) => spentFrost !== '0' || gasMist !== '0')
              .map(({ startMs, storageFrost, writeFrost, spentFrost, gasMist }) => (
                <tr key={startMs}>
                  <td>
                    <time dateTime={new Date(startMs).toISOString().slice(0, 7)}>{short.format(startMs)}</time>
                  </td>
                  <td className="figure">{money.amount(storageFrost)}</td>
                  <td className="figure">{money.amount(writeFrost)}</td>
                  <td className="figure">{money.amount(spentFrost)}</td>
                  <td className="figure">{sui(gasMist)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
      <p className="small-text soft">
        {say('spend.fees-about')}{' '}
        {elsewhereFrost !== '0' && say('spend.before', { amount: money.amount(elsewhereFrost) })}
      </p>
    </details>
  );
}
