/** What does it cost, and until when is it paid? Leases along time, what is stored, and the money. What renews by itself, and the most that a month may cost. */
import { useState, type ReactElement } from 'react';
import { useAnswer, useDeed, useNowMs, useTopic } from '../../client/use-engine.ts';
import { useMoney } from '../../client/use-money.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';
import { leaseWarningMs } from '../overview/safe-sentence.tsx';
import { ScreenHead } from '../screen-parts.tsx';
import { Autopilot, Cap } from './autopilot.tsx';
import { LeaseTimeline } from './lease-timeline.tsx';
import { Price } from './price.tsx';
import { SpendingPart } from './spending.tsx';
import { StoredPart } from './stored.tsx';
import { Voucher } from './voucher.tsx';
import { Wallet } from './wallet.tsx';
import { WhatIf } from './what-if.tsx';

export function Storage(): ReactElement {
  const { say, date } = useWords();
  const own = useMoney();
  const [capRevision, setCapRevision] = useState(0);
  const spaces = useTopic('spaces') ?? [];
  const summary = useTopic('summary');
  const account = useTopic('account');
  const nowMs = useNowMs();
  const money = useAnswer('money.state', {}, `${summary?.certifiedFiles}:${spaces.length}`);
  const leases = useAnswer('lease.list', {}, `${summary?.paidUntilMs}:${summary?.certifiedFiles}`);
  const fund = useDeed('money.fund');
  const month = spaces.every((space) => space.monthFrost !== undefined)
    ? spaces.reduce((sum, space) => sum + BigInt(space.monthFrost ?? 0), 0n).toString()
    : undefined;
  const isEnding =
    summary?.paidUntilMs !== undefined && summary.paidUntilMs - nowMs < leaseWarningMs && account?.isPlayMoney !== true;
  return (
    <section className="screen">
      <ScreenHead name={say('place.storage')}>
        {account?.isPlayMoney && (
          <Press isBusy={fund.isBusy} onPress={() => void fund.run({}).then(() => money.again())}>
            {say('storage.play-money')}
          </Press>
        )}
      </ScreenHead>
      <div className="screen-body" data-pane="list">
        <p className="sentence">
          {account?.isPlayMoney
            ? say('storage.free')
            : month === undefined
              ? say('money.unknown')
              : say('storage.month', { amount: own.amount(month) })}{' '}
          {summary?.paidUntilMs !== undefined && (
            <span className={isEnding ? 'warm' : ''}>{say('safe.paid', { date: date(summary.paidUntilMs) })}</span>
          )}
        </p>
        <p className="under">{say(account?.isPlayMoney ? 'storage.free-under' : 'storage.under')}</p>
        {fund.fault && <FaultAnswers fault={fund.fault} />}
        <LeaseTimeline
          spaces={spaces}
          nowMs={nowMs}
          warnsMs={account?.isPlayMoney ? 0 : leaseWarningMs}
          leases={leases.value}
        />
        <div className="three section">
          <StoredPart leases={leases.value} />
          <div className="limits">
            <SpendingPart money={own} capRevision={capRevision} />
            <Cap onSet={() => setCapRevision((last) => last + 1)} />
          </div>
          <WhatIf money={own} leases={leases.value} />
        </div>
        <div className="three section storage-below">
          <Wallet money={money.value} />
          <div className="limits">
            <Autopilot />
            <Voucher money={own} />
          </div>
          <Price money={own} />
        </div>
        {leases.fault && <FaultAnswers fault={leases.fault} />}
        {money.fault && <FaultAnswers fault={money.fault} />}
      </div>
    </section>
  );
}
