/** The lease of one space: until when it is paid and always will be, what it stores, what it costs. */
import type { ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useAnswer, useDeed, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers, More } from '../../parts/answers.tsx';
import { RadioLines } from '../../parts/choices.tsx';
import { aheadSteps } from '../../state/leases.ts';
import { useWords } from '../../words/use-words.ts';
import { Renew } from '../storage/renew.tsx';

export function LeaseFacts({ space }: { readonly space: SpaceState }): ReactElement {
  const { say, bytes, date, number, span, wal } = useWords();
  const account = useTopic('account');
  const leases = useAnswer('lease.list', {}, space.paidUntilMs);
  const ahead = useDeed('lease.ahead');
  const lease = leases.value?.leases.find((each) => each.space === space.space && each.isOwn);
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
        {lease && (
          <>
            <dt>{say('lease.room')}</dt>
            <dd>{say('lease.used', { used: bytes(lease.usedBytes), all: bytes(lease.capacityBytes) })}</dd>
          </>
        )}
      </dl>
      <div className="section">
        <Renew space={space.space} onDone={leases.again} />
      </div>
      {lease && leases.value && (
        <div className="section">
          <RadioLines
            label={say('lease.ahead')}
            chosen={String(lease.aheadEpochs)}
            onChoose={(epochs) =>
              void ahead.run({ space: space.space, epochs: Number(epochs) }).then((answer) => answer && leases.again())
            }
            options={aheadSteps(lease.aheadEpochs, leases.value.epochsAheadMax).map((epochs) => ({
              id: String(epochs),
              words: span(epochs * (leases.value?.epochDurationMs ?? 0)),
            }))}
          />
          <p className="small-text soft">
            {say(
              !leases.value.isAutopilotOn
                ? 'autopilot.off'
                : lease.renewsAtMs === undefined
                  ? 'autopilot.nothing'
                  : 'autopilot.next',
              { date: date(lease.renewsAtMs ?? 0) },
            )}
          </p>
        </div>
      )}
      {ahead.fault && <FaultAnswers fault={ahead.fault} />}
      {leases.fault && <FaultAnswers fault={leases.fault} />}
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
