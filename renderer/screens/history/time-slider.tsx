/** The history slider: states rise above the line, what went hangs below it; what lies after the chosen moment is dimmed. */
import type { KeyboardEvent, ReactElement } from 'react';
import { stateAt, stepTime, type TimeStep, type Timeline } from '../../state/timeline.ts';
import { useWords } from '../../words/use-words.ts';

const width = 988;
const height = 84;
const ground = 64;
const monthMarksMost = 9;

export function TimeSlider({
  timeline,
  index,
  onChange,
}: {
  readonly timeline: Timeline;
  readonly index: number;
  readonly onChange: (index: number) => void;
}): ReactElement {
  const { say, dateAndTime, number } = useWords();
  const { fromMs, toMs, states } = timeline;
  const chosen = states[index];
  const share = chosen ? (chosen.timeMs - fromMs) / (toMs - fromMs) : 1;
  const words = chosen
    ? say('history.at', { date: dateAndTime(chosen.timeMs), count: chosen.files, files: number(chosen.files) })
    : '';
  return (
    <div className="time">
      <span className="time-words">{words}</span>
      <div className="time-place">
        <Bars timeline={timeline} share={share} />
        <span className="time-head" style={{ insetInlineStart: `${(share * 100).toFixed(2)}%` }} aria-hidden="true" />
        <input
          className="time-range"
          type="range"
          min={fromMs}
          max={toMs}
          step={1}
          value={chosen?.timeMs ?? toMs}
          aria-label={say('history.slider')}
          aria-valuetext={words}
          onChange={(event) => onChange(stateAt(timeline, Number(event.target.value)))}
          onKeyDown={(event) => pressed(event, (step) => onChange(stepTime(timeline, index, step)))}
        />
      </div>
      <Months timeline={timeline} />
    </div>
  );
}

function Bars({ timeline, share }: { readonly timeline: Timeline; readonly share: number }): ReactElement {
  const { bars, mostStates, mostFewer } = timeline;
  return (
    <svg className="bars" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {bars.map(({ at, width: wide, states, fewer }) => {
        const tall = states === 0 ? 0 : 6 + (states / mostStates) * 46;
        const deep = fewer === 0 ? 0 : 4 + (fewer / mostFewer) * 12;
        return (
          <g key={at} className={at > share ? 'after' : ''}>
            {tall > 0 && (
              <rect className="up" x={at * width + 1.3} y={ground - tall} width={wide * width - 2.6} height={tall} />
            )}
            {deep > 0 && (
              <rect className="down" x={at * width + 1.8} y={ground + 4} width={wide * width - 3.6} height={deep} />
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** Words under the axis, as fine as its length allows. */
function Months({ timeline: { fromMs, toMs } }: { readonly timeline: Timeline }): ReactElement {
  const { moment } = useWords();
  const marks = Array.from({ length: monthMarksMost }, (_, mark) => {
    const at = mark / monthMarksMost;
    return { at, words: moment(fromMs + at * (toMs - fromMs), toMs) };
  });
  return (
    <div className="months" aria-hidden="true">
      {marks.map(({ at, words }, mark) => (
        <span
          key={at}
          className={mark % 2 === 0 ? '' : 'minor'}
          style={{ insetInlineStart: `${(at * 100).toFixed(1)}%` }}
        >
          {words === marks[mark - 1]?.words ? '' : words}
        </span>
      ))}
    </div>
  );
}

function pressed(event: KeyboardEvent<HTMLInputElement>, go: (step: TimeStep) => void): void {
  const steps: Readonly<Record<string, TimeStep>> = {
    ArrowLeft: event.shiftKey ? 'day-back' : 'back',
    ArrowDown: 'back',
    ArrowRight: event.shiftKey ? 'day-on' : 'on',
    ArrowUp: 'on',
    PageUp: 'month-on',
    PageDown: 'month-back',
    Home: 'first',
    End: 'last',
  };
  const step = steps[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  go(step);
}
