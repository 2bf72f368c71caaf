/** How fast Floe may be, at which hours, what battery and metered lines mean, and which aggregators may be asked. What the command line says stands here too, at once. */
import { useState, type ReactElement } from 'react';
import type { PowerRule, Steering } from '../../../app/wire/steering.ts';
import { useDeed, useNowMs, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Segment } from '../../parts/choices.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import { paceSentence, rateField, rateFrom } from '../../state/pace.ts';
import { useWords } from '../../words/use-words.ts';
import { Aggregators } from './aggregators.tsx';
import { Line } from './groups.tsx';
import { Plan } from './plan.tsx';

export function Pace(): ReactElement {
  const { say, moment } = useWords();
  const steering = useTopic('steering');
  const nowMs = useNowMs();
  if (!steering) return <p className="faint">{say('part.loading')}</p>;
  const { pause, nextChangeMs, isBulkHeld, limits, plan } = steering;
  return (
    <>
      <p className="sentence">{say(paceSentence(steering))}</p>
      <p className="under">
        {isBulkHeld && !pause && `${say('pace.bulk')} `}
        {pause?.untilMs !== undefined
          ? `${say('pulse.until', { time: moment(pause.untilMs, nowMs) })}.`
          : nextChangeMs !== undefined && say('pace.changes', { time: moment(nextChangeMs, nowMs) })}
      </p>
      <Limits key={`limits ${JSON.stringify(limits)}`} steering={steering} />
      <Plan key={`plan ${JSON.stringify(plan)}`} steering={steering} />
      <Power steering={steering} />
      <Aggregators steering={steering} />
    </>
  );
}

function Limits({ steering: { limits, plan } }: { readonly steering: Steering }): ReactElement {
  const { say } = useWords();
  const set = useDeed('steering.set');
  const [up, setUp] = useState(rateField(limits.up));
  const [down, setDown] = useState(rateField(limits.down));
  const wanted = { up: rateFrom(up), down: rateFrom(down) };
  const isWrong = wanted.up === undefined || wanted.down === undefined;
  const isChanged = wanted.up !== (limits.up ?? 'off') || wanted.down !== (limits.down ?? 'off');
  return (
    <section className="section">
      <h2 className="heading">{say('pace.speed')}</h2>
      <form
        className="field-row"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isWrong) void set.run({ limits: wanted });
        }}
      >
        <TextLine
          label={say('pace.up')}
          value={up}
          onChange={setUp}
          wrong={wanted.up === undefined ? say('pace.wrong') : undefined}
        />
        <TextLine
          label={say('pace.down')}
          value={down}
          onChange={setDown}
          wrong={wanted.down === undefined ? say('pace.wrong') : undefined}
        />
        <Press isSubmit isBusy={set.isBusy} isDisabled={isWrong || !isChanged}>
          {say('pace.set')}
        </Press>
      </form>
      <p className="small-text soft">
        {say('pace.speed-about')} {plan.length > 0 && say('pace.speed-plan')}
      </p>
      {set.fault && <FaultAnswers fault={set.fault} />}
    </section>
  );
}

const powerRules = ['never', 'bulk', 'all'] as const satisfies readonly PowerRule[];

function Power({ steering: { policy, power } }: { readonly steering: Steering }): ReactElement {
  const { say } = useWords();
  const set = useDeed('steering.set');
  const options = powerRules.map((id) => ({ id, words: say(`power.${id}`) }));
  const { isOnBattery, isMetered } = power;
  return (
    <section className="section">
      <h2 className="heading">{say('power.title')}</h2>
      <div className="group">
        <Line
          name={say('power.battery')}
          about={say(isOnBattery === undefined ? 'power.unknown' : isOnBattery ? 'power.on-battery' : 'power.on-mains')}
        >
          <Segment
            label={say('power.battery')}
            chosen={policy.battery}
            onChoose={(battery) => void set.run({ policy: { battery } })}
            options={options}
          />
        </Line>
        <Line
          name={say('power.metered')}
          about={
            isMetered === undefined
              ? `${say('power.metered-about')}. ${say('power.unknown')}`
              : say(isMetered ? 'power.is-metered' : 'power.not-metered')
          }
        >
          <Segment
            label={say('power.metered')}
            chosen={policy.metered}
            onChoose={(metered) => void set.run({ policy: { metered } })}
            options={options}
          />
        </Line>
      </div>
      {set.fault && <FaultAnswers fault={set.fault} />}
    </section>
  );
}
