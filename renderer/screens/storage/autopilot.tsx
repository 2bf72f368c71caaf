/** What pays by itself, and within which limit: renewals on or off, and the most that a month may cost. */
import { useState, type ReactElement } from 'react';
import { useAnswer, useDeed, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { SwitchLine } from '../../parts/choices.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import { frostFrom } from '../../state/leases.ts';
import { useWords } from '../../words/use-words.ts';

export function Autopilot(): ReactElement {
  const { say, date } = useWords();
  const summary = useTopic('summary');
  const leases = useAnswer('lease.list', {}, summary?.paidUntilMs);
  const set = useDeed('lease.autopilot');
  const isOn = leases.value?.isAutopilotOn ?? true;
  const next = (leases.value?.leases ?? []).flatMap((lease) => lease.renewsAtMs ?? []);
  return (
    <div>
      <h2 className="heading">{say('autopilot.title')}</h2>
      <div className="group">
        <SwitchLine
          isOn={isOn}
          onChange={(wanted) => void set.run({ isOn: wanted }).then((answer) => answer && leases.again())}
        >
          {say('autopilot.renews')}
          <span className="second">
            {!leases.value
              ? say('part.loading')
              : !isOn
                ? say('autopilot.off')
                : next.length === 0
                  ? say('autopilot.nothing')
                  : say('autopilot.next', { date: date(Math.min(...next)) })}
          </span>
        </SwitchLine>
      </div>
      {leases.value?.warnings.map(({ space, name, daysLeft, because }) => (
        <p key={space} className="note amber section">
          {say(`autopilot.warn-${because}`, { name, days: daysLeft })}
        </p>
      ))}
      {set.fault && <FaultAnswers fault={set.fault} />}
      {leases.fault && <FaultAnswers fault={leases.fault} />}
    </div>
  );
}

export function Cap({ onSet }: { readonly onSet: () => void }): ReactElement {
  const { say, wal, sui, month } = useWords();
  const summary = useTopic('summary');
  const budget = useAnswer('budget.state', {}, `${summary?.certifiedFiles}:${summary?.paidUntilMs}`);
  const set = useDeed('budget.set');
  const [typed, setTyped] = useState<string>();
  const { value } = budget;
  const shown = typed ?? (value?.capFrost === undefined ? '' : plainWal(value.capFrost));
  const frost = shown.trim() === '' ? undefined : frostFrom(shown);
  const isWrong = shown.trim() !== '' && frost === undefined;
  const isChanged = typed !== undefined && !isWrong && frost !== value?.capFrost;
  const most = Math.max(1, Number(value?.capFrost ?? value?.spentFrost ?? 0));
  return (
    <div>
      <h2 className="heading">{say('cap.title')}</h2>
      {value && (
        <>
          <p>
            {say('cap.spent', {
              month: month(value.monthStartMs),
              wal: wal(value.spentFrost),
              sui: sui(value.gasMist),
            })}
          </p>
          {value.capFrost !== undefined && (
            <div
              className="meter-line"
              role="img"
              aria-label={say('cap.left', { wal: wal(value.leftFrost ?? '0'), cap: wal(value.capFrost) })}
            >
              <i style={{ inlineSize: `${Math.min(100, (Number(value.spentFrost) / most) * 100).toFixed(1)}%` }} />
            </div>
          )}
          <p className="small-text soft">
            {value.capFrost === undefined
              ? say('cap.none')
              : say('cap.left', { wal: wal(value.leftFrost ?? '0'), cap: wal(value.capFrost) })}
          </p>
          {value.unexplained > 0 && (
            <p className="note amber">{say('cap.unexplained', { count: value.unexplained })}</p>
          )}
        </>
      )}
      <form
        className="cap-form"
        onSubmit={(event) => {
          event.preventDefault();
          void set.run(frost === undefined ? {} : { monthFrost: frost }).then((answer) => {
            if (!answer) return;
            setTyped(undefined);
            budget.again();
            onSet();
          });
        }}
      >
        <TextLine
          label={say('cap.label')}
          value={shown}
          onChange={setTyped}
          wrong={isWrong ? say('cap.wrong') : undefined}
          after={
            <Press isSubmit isBusy={set.isBusy} isDisabled={!isChanged}>
              {say(shown.trim() === '' && value?.capFrost !== undefined ? 'cap.remove' : 'cap.set')}
            </Press>
          }
        />
      </form>
      {set.fault && <FaultAnswers fault={set.fault} />}
      {budget.fault && <FaultAnswers fault={budget.fault} />}
    </div>
  );
}

/** For a field: exact, without grouping. */
function plainWal(frost: string): string {
  const digits = frost.padStart(10, '0');
  const part = digits.slice(-9).replace(/0+$/, '');
  return `${digits.slice(0, -9)}${part === '' ? '' : `.${part}`}`;
}
