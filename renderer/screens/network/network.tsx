/** Could it still be read if much of it failed? Every node as a plate, the answer times below, and one node beside it. */
import { FlaskConical } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { NetworkFloe, NetworkKey, countNodes } from '../../parts/floe/network-floe.tsx';
import { Press } from '../../parts/press.tsx';
import { MarginBar } from '../../parts/progress.tsx';
import { monthMs } from '../../state/quotes.ts';
import { useNowMs } from '../../client/use-engine.ts';
import { useWords } from '../../words/use-words.ts';
import { ScreenHead } from '../screen-parts.tsx';
import { AnswerTimes } from './answer-times.tsx';
import { NodeInspector } from './node-inspector.tsx';

export function Network(): ReactElement {
  const { say, percent } = useWords();
  const { go } = useWay();
  const nowMs = useNowMs();
  const state = useTopic('nodes');
  const summary = useTopic('summary');
  const [chosen, setChosen] = useState<string>();
  const counts = countNodes(state);
  const nodes = state?.nodes ?? [];
  const monthsAhead = summary?.paidUntilMs === undefined ? 0 : (summary.paidUntilMs - nowMs) / monthMs;
  const nameOf = (id: string): string => nodes.find((node) => node.id === id)?.name ?? '';
  return (
    <section className="screen">
      <ScreenHead name={say('place.network')}>
        <Press onPress={() => go({ screen: 'drill' })}>
          <FlaskConical className="icon" aria-hidden="true" />
          {say('drill.test')}
        </Press>
      </ScreenHead>
      <div className="lead">
        <p className="sentence">{networkSentence(counts, say)}</p>
      </div>
      {nodes.length === 0 ? (
        <div className="screen-body">
          <p className="under">{say('network.none')}</p>
        </div>
      ) : (
        <div className="split nets">
          <div className="network" data-pane="list">
            <NetworkFloe monthsAhead={monthsAhead} choice={{ chosen, choose: setChosen, nameOf }} />
            <NetworkKey monthsAhead={monthsAhead} />
            {counts.silent > 0 && (
              <div className="answer-times">
                <MarginBar
                  share={counts.share}
                  tick="enough-to-read"
                  label={say('margin.answering', { share: percent(counts.share) })}
                  words={say('margin.answering', { share: percent(counts.share) })}
                />
              </div>
            )}
            <AnswerTimes nodes={nodes} chosen={chosen} />
          </div>
          <NodeInspector
            node={nodes.find((node) => node.id === chosen)}
            nodes={nodes}
            shards={state?.shards ?? 0}
            onChoose={setChosen}
          />
        </div>
      )}
    </section>
  );
}

function networkSentence(counts: ReturnType<typeof countNodes>, say: ReturnType<typeof useWords>['say']): string {
  if (counts.all === 0) return say('network.sentence-none');
  if (counts.unknown === counts.all) return say('network.sentence-unasked', { all: counts.all });
  const answer = counts.answer + counts.slow;
  if (counts.share < 1 / 3) return say('network.sentence-lost', { answer, all: counts.all - counts.unknown });
  if (counts.share < 2 / 3) return say('network.sentence-waits', { answer, all: counts.all - counts.unknown });
  return say('network.sentence', { answer, all: counts.all - counts.unknown });
}
