/** Do the nodes still keep what they signed for? A sample of every pack is fetched and proven; what it leaves of doubt is said as it is. */
import { useState, type ReactElement } from 'react';
import { ProgressBar } from 'react-aria-components';
import type { CheckPast } from '../../app/wire/cost.ts';
import type { CheckLine } from '../../app/wire/proof.ts';
import { useAnswer, useDeed, useNowMs, useTopic } from '../client/use-engine.ts';
import { FaultAnswers, More } from '../parts/answers.tsx';
import { shownName } from '../parts/name.tsx';
import { Press } from '../parts/press.tsx';
import { workWords } from '../state/pulse.ts';
import { useWords } from '../words/use-words.ts';
import { ChecksPast } from './checks-past.tsx';

/** Doubt below this is said as "one in so many"; above it a person must act. */
const doubtMost = 0.01;

export function NodesCheck(): ReactElement {
  const words = useWords();
  const { say, ago } = words;
  const nowMs = useNowMs();
  const work = useTopic('activity')?.work;
  const past = useAnswer('check.list', {});
  const last = past.value?.at(-1);
  const check = useDeed('check.run');
  const [report, setReport] = useState<CheckLine>();
  const run = (repairs: boolean): void =>
    void check.run({ repairs }).then((found) => {
      if (!found) return;
      setReport(found);
      past.again();
    });
  const lacking = report ? report.missing + report.corrupt - report.repaired : 0;
  return (
    <section className="section checked-part">
      <h2 className="heading">{say('check.title')}</h2>
      <p className="under" role="status">
        {check.isBusy ? (
          say('check.running')
        ) : report ? (
          <Verdict report={report} />
        ) : last ? (
          say('check.last', { ago: ago(last.atMs, nowMs), amiss: amissOf(last) })
        ) : (
          say('check.never')
        )}
      </p>
      {check.isBusy && work?.kind === 'checking' && (
        <ProgressBar aria-label={say('check.title')} value={work.files} maxValue={work.ofFiles} className="margin">
          <b style={{ inlineSize: `${((work.files / Math.max(1, work.ofFiles)) * 100).toFixed(1)}%` }} />
        </ProgressBar>
      )}
      {check.isBusy && work?.kind === 'checking' && <p className="small-text soft">{workWords(work, words)}</p>}
      {check.fault && <FaultAnswers fault={check.fault} />}
      <div className="buttons">
        <Press isBusy={check.isBusy} onPress={() => run(false)}>
          {say('check.run')}
        </Press>
        {lacking > 0 && (
          <Press kind="primary" isBusy={check.isBusy} onPress={() => run(true)}>
            {say('check.repair')}
          </Press>
        )}
      </div>
      {report && report.packs > 0 && (
        <More>
          <table className="table" aria-label={say('network.nodes')}>
            <thead>
              <tr>
                <th>{say('network.node')}</th>
                <th className="figure">{say('check.sampled')}</th>
                <th className="figure">{say('check.missing')}</th>
                <th className="figure">{say('check.wrong')}</th>
                <th className="figure">{say('check.silent')}</th>
              </tr>
            </thead>
            <tbody>
              {report.nodes
                .filter(({ sampled }) => sampled > 0)
                .map(({ node, name, sampled, missing, corrupt, unreachable }) => (
                  <NodeRow key={node} name={name} counts={[sampled, missing, corrupt, unreachable]} />
                ))}
            </tbody>
          </table>
          {report.problems.map(({ blobId, spaceName, fault }) => (
            <p key={blobId} className="small-text">
              <bdi>{shownName(spaceName)}</bdi> <span className="mono">{blobId}</span>:{' '}
              {say(`fault.${fault.code}.short`)}
            </p>
          ))}
        </More>
      )}
      {past.value && past.value.length > 0 && <ChecksPast checks={past.value} />}
      {past.fault && <FaultAnswers fault={past.fault} />}
    </section>
  );
}

const amissOf = ({ missing, corrupt }: CheckPast): number => missing + corrupt;

function NodeRow({ name, counts }: { readonly name: string; readonly counts: readonly number[] }): ReactElement {
  const { number } = useWords();
  return (
    <tr>
      <td>
        <bdi>{shownName(name)}</bdi>
      </td>
      {counts.map((count, place) => (
        <td key={place} className="figure">
          {number(count)}
        </td>
      ))}
    </tr>
  );
}

function Verdict({ report }: { readonly report: CheckLine }): ReactElement {
  const { say, number } = useWords();
  const { packs, doubtAll, missing, corrupt, unreachable, repaired } = report;
  if (packs === 0) return <>{say('check.nothing')}</>;
  const sure =
    doubtAll <= doubtMost
      ? say('check.sure', { count: packs, odds: number(oddsOf(doubtAll)) })
      : say('check.unsure', { count: packs });
  return (
    <>
      {sure}{' '}
      {missing + corrupt + unreachable === 0
        ? say('check.all-good')
        : say('check.found', { missing, corrupt, unreachable, repaired })}
    </>
  );
}

/** One in so many, to one figure: more would say more than a sample knows. */
function oddsOf(doubt: number): number {
  const odds = 1 / Math.max(doubt, 1e-12);
  const step = 10 ** Math.floor(Math.log10(odds));
  return Math.floor(odds / step) * step;
}
