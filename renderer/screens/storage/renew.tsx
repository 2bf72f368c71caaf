/** Paying further ahead: how far, what it costs at today's price, and only then the button with the amount. */
import { useState, type ReactElement } from 'react';
import type { LeaseLine, Leases } from '../../../app/wire/storage.ts';
import { useAnswer, useDeed, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { RadioLines } from '../../parts/choices.tsx';
import { DialogBox } from '../../parts/dialog.tsx';
import { Press } from '../../parts/press.tsx';
import { renewalSteps } from '../../state/leases.ts';
import { useWords } from '../../words/use-words.ts';

/** For one space. Nothing is shown while there is no lease of this device to extend. */
export function Renew({
  space,
  onDone,
}: {
  readonly space: string;
  readonly onDone?: () => void;
}): ReactElement | null {
  const { say } = useWords();
  const paidUntil = useTopic('spaces')?.find((each) => each.space === space)?.paidUntilMs;
  const leases = useAnswer('lease.list', {}, paidUntil);
  const [isOpen, setOpen] = useState(false);
  const lease = leases.value?.leases.find((each) => each.space === space && each.isOwn);
  if (leases.fault) return <FaultAnswers fault={leases.fault} />;
  if (!leases.value || !lease) return null;
  return (
    <>
      <Press onPress={() => setOpen(true)} isDisabled={renewalSteps(lease, leases.value).length === 0}>
        {say('renew.ask')}
      </Press>
      <DialogBox title={say('renew.title')} isOpen={isOpen} onClose={() => setOpen(false)}>
        {isOpen && (
          <Quoted
            lease={lease}
            leases={leases.value}
            onClose={() => {
              setOpen(false);
              onDone?.();
            }}
          />
        )}
      </DialogBox>
    </>
  );
}

function Quoted({
  lease,
  leases,
  onClose,
}: {
  readonly lease: LeaseLine;
  readonly leases: Leases;
  readonly onClose: () => void;
}): ReactElement {
  const { say, date, dateAndTime, wal } = useWords();
  const account = useTopic('account');
  const steps = renewalSteps(lease, leases);
  const [chosen, setChosen] = useState(String(steps[0]?.epochs ?? 1));
  const [done, setDone] = useState<string>();
  const input = { space: lease.space, epochs: Number(chosen) };
  const quote = useAnswer('lease.renew', { ...input, isDry: true });
  const renew = useDeed('lease.renew');
  const isShort = leases.epochDurationMs < 86_400_000;
  const dayOf = (ms: number): string => (isShort ? dateAndTime(ms) : date(ms));
  if (done !== undefined)
    return (
      <>
        <p role="status">{done}</p>
        <div className="buttons">
          <Press kind="primary" autoFocus onPress={onClose}>
            {say('part.done')}
          </Press>
        </div>
      </>
    );
  const frost = quote.value?.frost;
  return (
    <>
      <RadioLines
        label={say('renew.until')}
        chosen={chosen}
        onChoose={setChosen}
        options={steps.map(({ epochs, endsAtMs }) => ({ id: String(epochs), words: dayOf(endsAtMs) }))}
      />
      <p>
        {frost === undefined
          ? quote.fault
            ? ''
            : say('renew.asking')
          : say(account?.isPlayMoney ? 'renew.cost-play' : 'renew.cost', { wal: wal(frost) })}
      </p>
      {quote.fault && <FaultAnswers fault={quote.fault} />}
      {renew.fault && <FaultAnswers fault={renew.fault} />}
      <div className="buttons">
        <Press onPress={onClose}>{say('part.cancel')}</Press>
        <Press
          kind="primary"
          isBusy={renew.isBusy}
          isDisabled={frost === undefined || quote.value?.renewed.length === 0}
          onPress={() =>
            void renew.run({ ...input, isDry: false }).then((answer) => {
              if (!answer) return;
              const [first] = answer.renewed;
              setDone(
                first && answer.unpaid.length === 0
                  ? say('renew.done', { date: dayOf(first.endsAtMs) })
                  : say('renew.unpaid'),
              );
            })
          }
        >
          {say('renew.do', { wal: wal(frost ?? '0') })}
        </Press>
      </div>
    </>
  );
}
