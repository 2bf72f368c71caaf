/** Does it really come back? A sample is restored without a third of the network and compared; and the nodes are asked whether they keep what they signed for. */
import { Check, FlaskConical } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import type { DrillLine } from '../../app/wire/proof.ts';
import type { SpaceState } from '../../app/wire/space.ts';
import { useDeed, useNowMs, useTopic } from '../client/use-engine.ts';
import { FaultAnswers } from '../parts/answers.tsx';
import { shownName } from '../parts/name.tsx';
import { Press } from '../parts/press.tsx';
import { Status } from '../parts/status.tsx';
import { useWords } from '../words/use-words.ts';
import { NodesCheck } from './nodes-check.tsx';
import { ScreenHead } from './screen-parts.tsx';

export function Drill(): ReactElement {
  const { say, ago } = useWords();
  const nowMs = useNowMs();
  const spaces = (useTopic('spaces') ?? []).filter((space) => space.sequence > 0);
  const work = useTopic('activity')?.work;
  const run = useDeed('drill.run');
  const [fresh, setFresh] = useState<readonly DrillLine[]>([]);
  const all = async (): Promise<void> => {
    setFresh([]);
    for (const { space } of spaces) {
      const line = await run.run({ space });
      if (!line) return;
      setFresh((lines) => [...lines, line]);
    }
  };
  const last = Math.max(0, ...spaces.map(({ drill }) => drill?.timeMs ?? 0));
  const failed = spaces.reduce((sum, { drill }) => sum + (drill?.failed ?? 0), 0);
  return (
    <section className="screen">
      <ScreenHead name={say('drill.name')}>
        <Press
          kind="primary"
          isBusy={run.isBusy}
          isDisabled={spaces.length === 0}
          onPress={() => {
            void all();
          }}
        >
          <FlaskConical className="icon" aria-hidden="true" />
          {say('drill.run')}
        </Press>
      </ScreenHead>
      <div className="screen-body" data-pane="list">
        <p className="sentence" role="status">
          {run.isBusy
            ? say('drill.running')
            : spaces.length === 0
              ? say('drill.nothing')
              : last === 0
                ? say('drill.never')
                : failed > 0
                  ? say('drill.failed', { count: failed, ago: ago(last, nowMs) })
                  : say('drill.passed', { ago: ago(last, nowMs) })}
        </p>
        <p className="under">{say('drill.under')}</p>
        {run.isBusy && work?.kind === 'restoring' && (
          <p className="small-text soft">
            {say('work.restoring', { ofFiles: work.ofFiles, filesWords: String(work.files) })}
          </p>
        )}
        {run.fault && <FaultAnswers fault={run.fault} />}
        {spaces.some(({ drill }) => drill) && (
          <ul className="drills section">
            {spaces.map((space) => (
              <DrillRow
                key={space.space}
                space={space}
                problems={fresh.find((line) => line.space === space.space)?.problems ?? []}
              />
            ))}
          </ul>
        )}
        <NodesCheck />
      </div>
    </section>
  );
}

function DrillRow({
  space,
  problems,
}: {
  readonly space: SpaceState;
  readonly problems: DrillLine['problems'];
}): ReactElement {
  const { say, bytes, percent, dateAndTime, number } = useWords();
  const { drill } = space;
  return (
    <li>
      <h2 className="heading">
        <bdi>{shownName(space.name)}</bdi>
      </h2>
      {drill ? (
        <p>
          {drill.failed === 0 ? <Check className="icon" aria-hidden="true" /> : <Status word="attention" />}
          <span>
            {say(drill.failed === 0 ? 'drill.row' : 'drill.row-failed', {
              count: drill.files,
              files: number(drill.files),
              bytes: bytes(drill.bytes),
              share: percent(drill.shards === 0 ? 0 : drill.refusedShards / drill.shards),
              seconds: number(Math.round(drill.seconds * 10) / 10),
              failed: drill.failed,
            })}
          </span>
          <span className="faint">{dateAndTime(drill.timeMs)}</span>
        </p>
      ) : (
        <p className="faint">{say('drill.row-never')}</p>
      )}
      {problems.map(({ path, fault }) => (
        <p key={path} className="small-text">
          <bdi>{shownName(path)}</bdi>: {say(`fault.${fault.code}.short`)}
        </p>
      ))}
    </li>
  );
}
