/** The lease of one space: until when it is paid, what it stores, what it costs. */
import type { ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useTopic } from '../../client/use-engine.ts';
import { More } from '../../parts/answers.tsx';
import { useWords } from '../../words/use-words.ts';
import { NotBuiltYet } from '../screen-parts.tsx';

export function LeaseFacts({ space }: { readonly space: SpaceState }): ReactElement {
  const { say, bytes, date, number, wal } = useWords();
  const account = useTopic('account');
  return (
    <div className="screen-body" data-pane="list">
      <dl className="facts wide section">
        <dt>{say('quote.paid-until')}</dt>
        <dd>{space.paidUntilMs === undefined ? say('safe.unpaid') : date(space.paidUntilMs)}</dd>
        <dt>{say('quote.month')}</dt>
        <dd>
          {account?.isPlayMoney
            ? say('money.no-cost')
            : space.monthFrost === undefined
              ? say('money.unknown')
              : say('money.wal', { wal: wal(space.monthFrost) })}
        </dd>
        <dt>{say('spaces.on-disk')}</dt>
        <dd>{bytes(space.bytes)}</dd>
        <dt>{say('spaces.stored')}</dt>
        <dd>{say('lease.stored', { bytes: bytes(space.storedBytes), encoded: bytes(space.encodedBytes) })}</dd>
      </dl>
      <div className="section">
        <NotBuiltYet part="lease-extension" />
      </div>
      <More>
        <dl className="facts">
          <dt>{say('lease.packs')}</dt>
          <dd>{number(space.packs)}</dd>
          {space.leaseEndEpoch !== undefined && (
            <>
              <dt>{say('lease.end-epoch')}</dt>
              <dd>{number(space.leaseEndEpoch)}</dd>
            </>
          )}
        </dl>
      </More>
    </div>
  );
}
