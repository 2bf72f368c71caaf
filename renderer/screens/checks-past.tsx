/** The checks that were made: a bar for each, as high as it asked for pieces, hatched where something was amiss; the same as a table. */
import { ChevronRight } from 'lucide-react';
import type { ReactElement } from 'react';
import type { CheckPast } from '../../app/wire/cost.ts';
import { useWords } from '../words/use-words.ts';

const linesShown = 12;

/** Of a check: what nodes lacked or had wrong. A node that did not answer may have everything. */
const amissOf = ({ missing, corrupt }: CheckPast): number => missing + corrupt;

export function ChecksPast({ checks }: { readonly checks: readonly CheckPast[] }): ReactElement {
  const { say } = useWords();
  const most = Math.max(1, ...checks.map(({ slivers }) => slivers));
  const bad = checks.filter((check) => amissOf(check) > 0).length;
  return (
    <>
      <div className="check-bars" role="img" aria-label={say('check.chart', { count: checks.length, bad })}>
        {checks.map((check) => (
          <i
            key={check.atMs}
            className={amissOf(check) > 0 ? 'amiss' : ''}
            style={{ blockSize: `${((check.slivers / most) * 100).toFixed(1)}%` }}
          />
        ))}
      </div>
      <div className="key check-key">
        <span>
          <i aria-hidden="true" />
          {say('check.bars')}
        </span>
        {bad > 0 && (
          <span>
            <i className="amiss" aria-hidden="true" />
            {say('check.bars-amiss')}
          </span>
        )}
        <span>{say('check.daily')}</span>
      </div>
      <CheckTable checks={checks.slice(-linesShown).toReversed()} />
    </>
  );
}

/** Never rounded up to certainty. */
const confidenceText = (confidence: number, tag: string): string =>
  new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 4, roundingMode: 'floor' }).format(
    Math.min(confidence, 1 - 1e-6),
  );

function CheckTable({ checks }: { readonly checks: readonly CheckPast[] }): ReactElement {
  const { say, number, dateAndTime, tag } = useWords();
  return (
    <details className="more">
      <summary>
        <ChevronRight className="icon" aria-hidden="true" />
        {say('spend.table')}
      </summary>
      <table className="table" aria-label={say('check.title')}>
        <thead>
          <tr>
            <th>{say('check.when')}</th>
            <th className="figure">{say('check.packs')}</th>
            <th className="figure">{say('check.pieces')}</th>
            <th className="figure">{say('check.amiss')}</th>
            <th className="figure">{say('check.silent')}</th>
            <th className="figure">{say('check.mended')}</th>
            <th className="figure">{say('check.confidence')}</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check) => (
            <tr key={check.atMs}>
              <td>{dateAndTime(check.atMs)}</td>
              <td className="figure">{say('check.of', { packs: check.packs, all: check.ofPacks })}</td>
              <td className="figure">{number(check.slivers)}</td>
              <td className="figure">{number(amissOf(check))}</td>
              <td className="figure">{number(check.unreachable)}</td>
              <td className="figure">{number(check.repaired)}</td>
              <td className="figure">{confidenceText(check.confidence, tag)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
