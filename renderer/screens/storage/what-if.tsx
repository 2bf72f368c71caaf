/** What would it cost to keep everything longer, to keep more, or to keep less of the past? Answers at today's prices; nothing is changed. */
import { useState, type ReactElement } from 'react';
import type { Leases } from '../../../app/wire/storage.ts';
import { useAnswer, useDeed } from '../../client/use-engine.ts';
import type { Money } from '../../client/use-money.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import { monthMs } from '../../state/quotes.ts';
import { countFrom } from '../../state/spending.ts';
import { useWords } from '../../words/use-words.ts';

/** Ten years; no network sells as much. */
const monthsMax = 120;
/** A petabyte. */
const gigabytesMax = 1_000_000;
const gigabyte = 1e9;
/** As the line says. */
const thinned = { allDays: 30, dailyDays: 90, weeklyDays: 365 } as const;

export function WhatIf({
  money,
  leases,
}: {
  readonly money: Money;
  readonly leases: Leases | undefined;
}): ReactElement {
  const { say } = useWords();
  return (
    <div>
      <h2 className="heading">{say('whatif.title')}</h2>
      <div className="what-if">
        {leases && leases.leases.some(({ isOwn }) => isOwn) && <Longer money={money} leases={leases} />}
        <More money={money} />
        <Thinner money={money} />
      </div>
      <p className="small-text soft">{say('whatif.note')}</p>
    </div>
  );
}

function Longer({ money, leases }: { readonly money: Money; readonly leases: Leases }): ReactElement {
  const { say, date } = useWords();
  const [typed, setTyped] = useState('3');
  const months = countFrom(typed, monthsMax);
  const asked = months && Math.max(1, Math.ceil((months * monthMs) / leases.epochDurationMs));
  // More is never sold; the engine takes no more than that either.
  const epochs = asked && Math.min(asked, leases.epochsAheadMax);
  const cost = useAnswer('cost.ahead', epochs === undefined ? undefined : { epochs });
  const { value } = cost;
  const wantedMs =
    Math.min(...leases.leases.filter(({ isOwn }) => isOwn).map(({ endsAtMs }) => endsAtMs)) + (months ?? 0) * monthMs;
  const words = (): string => {
    if (!value) return cost.fault ? '' : say('part.loading');
    if (value.endsAtMs === undefined) return say('whatif.longer-none');
    const isCut = value.endsAtMs + leases.epochDurationMs < wantedMs;
    const said = { amount: money.amount(value.frost), date: date(value.endsAtMs) };
    return say(isCut ? 'whatif.longer-most' : 'whatif.longer-cost', said);
  };
  return (
    <div>
      <TextLine
        label={say('whatif.longer')}
        value={typed}
        onChange={setTyped}
        wrong={months === undefined ? say('whatif.wrong') : undefined}
      />
      <p role="status">{months === undefined ? '' : words()}</p>
      {cost.fault && <FaultAnswers fault={cost.fault} />}
    </div>
  );
}

function More({ money }: { readonly money: Money }): ReactElement {
  const { say, bytes, span } = useWords();
  const [typed, setTyped] = useState('10');
  const gigabytes = countFrom(typed, gigabytesMax);
  const cost = useAnswer('cost.more', gigabytes === undefined ? undefined : { bytes: gigabytes * gigabyte });
  const { value } = cost;
  return (
    <div>
      <TextLine
        label={say('whatif.more')}
        value={typed}
        onChange={setTyped}
        wrong={gigabytes === undefined ? say('whatif.wrong') : undefined}
      />
      <p role="status">
        {gigabytes !== undefined && !value && !cost.fault && say('part.loading')}
        {value &&
          (value.boughtBytes === 0
            ? say('whatif.more-free', { amount: money.amount(value.frost) })
            : say('whatif.more-cost', {
                amount: money.amount(value.frost),
                month: money.amount(value.monthFrost),
                span: span(value.paidMs),
              }))}{' '}
        {value && say('whatif.more-room', { bytes: bytes(value.encodedBytes) })}
      </p>
      {cost.fault && <FaultAnswers fault={cost.fault} />}
    </div>
  );
}

/** Asked for by a button: the lists of large files are read for it. */
function Thinner({ money }: { readonly money: Money }): ReactElement {
  const { say } = useWords();
  const thin = useDeed('cost.thin');
  const [found, setFound] = useState<string>();
  const work = async (): Promise<void> => {
    const cost = await thin.run(thinned);
    if (!cost) return;
    const { snapshots: all, snapshotsGone: gone } = cost;
    setFound(
      gone === 0
        ? say('whatif.thin-none', { all })
        : say('whatif.thin-cost', { gone, all, amount: money.amount(cost.monthFrost) }),
    );
  };
  return (
    <div>
      <div className="what-if-thin">
        <span>{say('whatif.thin')}</span>
        <Press isBusy={thin.isBusy} onPress={() => void work()}>
          {say('whatif.thin-ask')}
        </Press>
      </div>
      <p role="status">{found}</p>
      {thin.fault && <FaultAnswers fault={thin.fault} />}
    </div>
  );
}
