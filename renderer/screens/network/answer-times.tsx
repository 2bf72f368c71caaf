/** How quickly nodes answer, on a scale that doubles: one stroke a node. The same numbers stand in the list of nodes. */
import type { ReactElement } from 'react';
import type { NodeState } from '../../../app/wire/storage.ts';
import { useWords } from '../../words/use-words.ts';

const width = 688;
const [left, right] = [40, 600];
const marksMs = [1, 10, 100, 1000];

export function AnswerTimes({
  nodes,
  chosen,
}: {
  readonly nodes: readonly NodeState[];
  readonly chosen: string | undefined;
}): ReactElement | null {
  const { say, number } = useWords();
  const known = nodes.flatMap((node) =>
    node.latencyMs === undefined || node.word === 'silent' ? [] : [{ id: node.id, ms: Math.max(1, node.latencyMs) }],
  );
  if (known.length === 0) return null;
  const most = Math.max(100, ...known.map(({ ms }) => ms));
  const at = (ms: number): number => left + (Math.log(ms) / Math.log(most)) * (right - left);
  return (
    <div className="answer-times">
      <svg viewBox={`0 0 ${width} 40`} aria-hidden="true">
        <path className="axis" d={`M30 22.5H${right + 60}`} />
        {known.map(({ id, ms }) => (
          <path
            key={id}
            className={id === chosen ? 'tick is-chosen' : 'tick'}
            d={`M${at(ms).toFixed(1)} ${id === chosen ? 2 : 6}V22`}
          />
        ))}
        {marksMs
          .filter((ms) => ms <= most)
          .map((ms) => (
            <text key={ms} x={at(ms)} y="37" textAnchor="middle">
              {ms < 1000
                ? say('network.ms', { ms: number(ms) })
                : say('network.seconds', { seconds: number(ms / 1000) })}
            </text>
          ))}
      </svg>
      <p>{say('network.about')}</p>
    </div>
  );
}
