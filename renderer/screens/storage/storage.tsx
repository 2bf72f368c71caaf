/** What does it cost, and until when is it paid? Leases along time, what is stored, and the money. What renews by itself, and the most that a month may cost. */
import type { ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useAnswer, useDeed, useNowMs, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';
import { leaseWarningMs } from '../overview/safe-sentence.tsx';
import { ScreenHead } from '../screen-parts.tsx';
import { Autopilot, Cap } from './autopilot.tsx';
import { LeaseTimeline } from './lease-timeline.tsx';
import { Wallet } from './wallet.tsx';

export function Storage(): ReactElement {
  const { say, wal, date } = useWords();
  const spaces = useTopic('spaces') ?? [];
  const summary = useTopic('summary');
  const account = useTopic('account');
  const nowMs = useNowMs();
  const money = useAnswer('money.state', {}, `${summary?.certifiedFiles}:${spaces.length}`);
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
              : say('storage.month', { wal: wal(month) })}{' '}
          {summary?.paidUntilMs !== undefined && (
            <span className={isEnding ? 'warm' : ''}>{say('safe.paid', { date: date(summary.paidUntilMs) })}</span>
          )}
        </p>
        <p className="under">{say(account?.isPlayMoney ? 'storage.free-under' : 'storage.under')}</p>
        {fund.fault && <FaultAnswers fault={fund.fault} />}
        <LeaseTimeline spaces={spaces} nowMs={nowMs} warnsMs={account?.isPlayMoney ? 0 : leaseWarningMs} />
        <div className="three section">
          <Stored spaces={spaces} />
          <Wallet money={money.value} />
          <div className="limits">
            <Autopilot />
            <Cap />
          </div>
        </div>
        {money.fault && <FaultAnswers fault={money.fault} />}
      </div>
    </section>
  );
}

/** From what lies on the disk to what the nodes keep. */
function Stored({ spaces }: { readonly spaces: readonly SpaceState[] }): ReactElement {
  const { say, bytes, number } = useWords();
  const sum = (of: (space: SpaceState) => number): number => spaces.reduce((total, space) => total + of(space), 0);
  const [disk, stored, encoded] = [
    sum((space) => space.bytes),
    sum((space) => space.storedBytes),
    sum((space) => space.encodedBytes),
  ];
  const most = Math.max(disk, stored, 1);
  return (
    <div>
      <h2 className="heading">{say('storage.stored')}</h2>
      <dl className="fall">
        <div>
          <dt>{say('spaces.on-disk')}</dt>
          <dd className="bar">
            <i style={{ insetInlineStart: 0, inlineSize: `${((disk / most) * 100).toFixed(1)}%` }} />
          </dd>
          <dd className="figure">{bytes(disk)}</dd>
        </div>
        <div className="total">
          <dt>{say('spaces.stored')}</dt>
          <dd className="bar">
            <i style={{ insetInlineStart: 0, inlineSize: `${((stored / most) * 100).toFixed(1)}%` }} />
          </dd>
          <dd className="figure">{bytes(stored)}</dd>
        </div>
      </dl>
      <p className="small-text soft">
        {say('storage.encoded', {
          bytes: bytes(encoded),
          count: sum((space) => space.packs),
          packs: number(sum((space) => space.packs)),
        })}
      </p>
    </div>
  );
}
