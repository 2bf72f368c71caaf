/** Is everything safe? Three claims, each leading to its evidence; what is on its way; what needs somebody; the spaces. */
import { Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useNowMs, useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { NetworkFloe, NetworkKey } from '../../parts/floe/network-floe.tsx';
import { Press } from '../../parts/press.tsx';
import { MarginBar } from '../../parts/progress.tsx';
import { paceWords, workWords } from '../../state/pulse.ts';
import { monthMs } from '../../state/quotes.ts';
import { useWords } from '../../words/use-words.ts';
import { ScreenHead } from '../screen-parts.tsx';
import { NothingKept } from './nothing-kept.tsx';
import { NeedsRows } from './needs-rows.tsx';
import { SafeSentence } from './safe-sentence.tsx';
import { SpacesTable } from './spaces-table.tsx';

export function Overview({ onAdd }: { readonly onAdd: () => void }): ReactElement {
  const { say } = useWords();
  const spaces = useTopic('spaces');
  const summary = useTopic('summary');
  const needs = useTopic('needs') ?? [];
  const isPlayMoney = useTopic('account')?.isPlayMoney ?? false;
  const nowMs = useNowMs();
  if (spaces?.length === 0)
    return (
      <section className="screen">
        <ScreenHead name={say('place.overview')} />
        <NothingKept onAdd={onAdd} />
      </section>
    );
  const monthsAhead = summary?.paidUntilMs === undefined ? undefined : (summary.paidUntilMs - nowMs) / monthMs;
  const isCalm = needs.length === 0 && !summary?.work;
  return (
    <section className="screen">
      <ScreenHead name={say('place.overview')}>
        <Press onPress={onAdd}>
          <Plus className="icon" aria-hidden="true" />
          {say('space.add')}
        </Press>
      </ScreenHead>
      <div className="screen-body" data-pane="list">
        <div className={isCalm ? 'hero calm' : 'hero'}>
          <div>
            <SafeSentence />
            {isPlayMoney && <p className="under">{say('safe.play')}</p>}
            <NowLine />
          </div>
          <figure>
            <NetworkFloe monthsAhead={monthsAhead ?? 0} />
            <NetworkKey monthsAhead={monthsAhead} />
          </figure>
        </div>
        <NeedsRows />
        <SpacesTable />
      </div>
    </section>
  );
}

/** What is on its way now, with the margin bar while nodes are confirming. */
function NowLine(): ReactElement | null {
  const words = useWords();
  const { say } = words;
  const { go } = useWay();
  const work = useTopic('summary')?.work;
  if (!work) return null;
  return (
    <Button className="now" onPress={() => go({ screen: 'activity' })}>
      <div className="grow">
        <div>
          <span className="strong">{workWords(work, words)}</span>{' '}
          <span className="soft">{paceWords(work, words)}</span>
        </div>
        {work.ofNodes > 0 && (
          <MarginBar
            share={work.nodes / work.ofNodes}
            tick="certified-here"
            label={say('margin.nodes', { nodes: work.nodes, ofNodes: work.ofNodes })}
            words={say('margin.nodes', { nodes: work.nodes, ofNodes: work.ofNodes })}
          />
        )}
      </div>
    </Button>
  );
}
