/** A week's schedule as a short list of rules: days, from, to, how fast. Changed here first, sent when it is saved. */
import { Plus, Trash2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Input, Label, TextField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { weekRulesMax, type Speed, type WeekRule } from '../../../app/domain/week.ts';
import type { Steering } from '../../../app/wire/steering.ts';
import { useDeed } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Segment } from '../../parts/choices.tsx';
import { Press } from '../../parts/press.tsx';
import { firstRule, isOverNight, minuteFrom, timeField } from '../../state/pace.ts';
import { useWords } from '../../words/use-words.ts';

const speeds = ['full', 'limited', 'nothing'] as const satisfies readonly Speed[];
const weekdays = [0, 1, 2, 3, 4, 5, 6];

export function Plan({ steering: { plan, limits } }: { readonly steering: Steering }): ReactElement {
  const { say } = useWords();
  const set = useDeed('steering.set');
  // Each with a number of its own, so that removing one leaves the focus and the fields of the others alone.
  const [rules, setRules] = useState(() => plan.map((rule, id) => ({ id, rule })));
  const [lastId, setLastId] = useState(plan.length);
  const wanted = rules.map(({ rule }) => rule);
  const isChanged = JSON.stringify(wanted) !== JSON.stringify(plan);
  const hasNoDays = wanted.some((rule) => rule.weekdays.length === 0);
  const isEmptyLimit = (limits.up ?? limits.down) === undefined && wanted.some(({ speed }) => speed === 'limited');
  return (
    <section className="section">
      <h2 className="heading">{say('plan.title')}</h2>
      {rules.length === 0 && <p className="soft">{say('plan.none')}</p>}
      {rules.length > 0 && (
        <div className="group">
          {rules.map(({ id, rule }, place) => (
            <Rule
              key={id}
              number={place + 1}
              rule={rule}
              onChange={(changed) =>
                setRules((all) => all.map((each) => (each.id === id ? { id, rule: changed } : each)))
              }
              onRemove={() => setRules((all) => all.filter((each) => each.id !== id))}
            />
          ))}
        </div>
      )}
      <div className="rule-buttons">
        <Press
          isDisabled={rules.length >= weekRulesMax}
          onPress={() => {
            setRules((all) => [...all, { id: lastId, rule: firstRule }]);
            setLastId(lastId + 1);
          }}
        >
          <Plus className="icon" aria-hidden="true" />
          {say('plan.add')}
        </Press>
        {isChanged && (
          <>
            <Press isDisabled={hasNoDays} isBusy={set.isBusy} onPress={() => void set.run({ plan: wanted })}>
              {say('plan.save')}
            </Press>
            <Press kind="quiet" onPress={() => setRules(plan.map((rule, id) => ({ id, rule })))}>
              {say('plan.undo')}
            </Press>
          </>
        )}
      </div>
      {hasNoDays && <p className="field-wrong">{say('plan.no-days')}</p>}
      {isEmptyLimit && <p className="note amber">{say('plan.no-limit')}</p>}
      {rules.length > 0 && <p className="small-text soft">{say('plan.about')}</p>}
      {set.fault && <FaultAnswers fault={set.fault} />}
    </section>
  );
}

function Rule({
  number,
  rule,
  onChange,
  onRemove,
}: {
  readonly number: number;
  readonly rule: WeekRule;
  readonly onChange: (rule: WeekRule) => void;
  readonly onRemove: () => void;
}): ReactElement {
  const { say, weekday } = useWords();
  return (
    <div className="week-rule" role="group" aria-label={say('plan.rule', { number })}>
      <ToggleButtonGroup
        className="segment days"
        aria-label={say('plan.days')}
        selectionMode="multiple"
        selectedKeys={rule.weekdays}
        onSelectionChange={(keys) => onChange({ ...rule, weekdays: weekdays.filter((day) => keys.has(day)) })}
      >
        {weekdays.map((day) => (
          <ToggleButton key={day} id={day}>
            {weekday(day)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <TimeLine label={say('plan.from')} minute={rule.from} onChange={(from) => onChange({ ...rule, from })} />
      <TimeLine label={say('plan.to')} minute={rule.to} onChange={(to) => onChange({ ...rule, to })} />
      <Segment
        label={say('plan.speed')}
        chosen={rule.speed}
        onChoose={(speed) => onChange({ ...rule, speed })}
        options={speeds.map((id) => ({ id, words: say(`plan.speed-${id}`) }))}
      />
      {isOverNight(rule) && <span className="small-text soft">{say('plan.next-day')}</span>}
      <Press kind="quiet" isIcon label={say('plan.remove', { number })} onPress={onRemove}>
        <Trash2 className="icon" aria-hidden="true" />
      </Press>
    </div>
  );
}

/** A time that is half typed is none yet: the last whole one stays. */
const TimeLine = ({
  label,
  minute,
  onChange,
}: {
  readonly label: string;
  readonly minute: number;
  readonly onChange: (minute: number) => void;
}): ReactElement => (
  <TextField
    className="time-line"
    type="time"
    value={timeField(minute)}
    onChange={(typed) => {
      const next = minuteFrom(typed);
      if (next !== undefined) onChange(next);
    }}
  >
    <Label>{label}</Label>
    <Input className="field" />
  </TextField>
);
