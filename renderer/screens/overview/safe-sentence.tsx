/** The durability sentence: what is certified, until when it is paid, when it was last restored. Exceptions are part of it, never a footnote. */
import type { ReactElement } from 'react';
import { useNowMs, useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { useWords } from '../../words/use-words.ts';
import { Claim } from '../screen-parts.tsx';

/** A lease that ends sooner is an exception that somebody must act on. */
export const leaseWarningMs = 60 * 86_400_000;

export function SafeSentence(): ReactElement {
  const { say, rich, number, date, ago } = useWords();
  const { go } = useWay();
  const summary = useTopic('summary');
  const spaces = useTopic('spaces') ?? [];
  const needs = useTopic('needs') ?? [];
  const nowMs = useNowMs();
  if (!summary) return <p className="sentence faint">{say('part.loading')}</p>;
  const isAll = summary.certifiedFiles >= summary.files;
  const ending = needs.filter((need) => need.kind === 'lease').length;
  const paidMs = ending > 0 ? summary.paidLongestMs : summary.paidUntilMs;
  const unpaid = spaces.filter((space) => space.paidUntilMs === undefined).length;
  return (
    <p className="sentence claims">
      <Claim onPress={() => go({ screen: 'activity' })}>
        {say(summary.files === 0 ? 'safe.no-files' : isAll ? 'safe.all' : 'safe.some', {
          count: summary.files,
          files: number(summary.files),
          certified: number(summary.certifiedFiles),
        })}
      </Claim>{' '}
      <Claim onPress={() => go({ screen: 'storage' })}>
        {paidMs === undefined
          ? say(summary.isChainReached ? 'safe.unpaid' : 'safe.paid-unknown')
          : rich(
              ending + unpaid > 0 ? 'safe.paid-except' : 'safe.paid',
              { date: date(paidMs), count: ending + unpaid },
              { warm: (chunks) => <span className="warm">{chunks}</span> },
            )}
      </Claim>{' '}
      <Claim onPress={() => go({ screen: 'drill' })}>
        {summary.lastDrillMs === undefined
          ? say('safe.no-drill')
          : say('safe.drill', { ago: ago(summary.lastDrillMs, nowMs) })}
      </Claim>
    </p>
  );
}
