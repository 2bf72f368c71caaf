/** One file or folder of a space: its state, its versions, and what leads on. In the picture, the plates that hold its own bytes. */
import { useMemo, type ReactElement } from 'react';
import type { SpaceState, TreeLine } from '../../../app/wire/space.ts';
import { useAnswer, useNowMs, useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { More } from '../../parts/answers.tsx';
import { NetworkFloe, countNodes, plateOf } from '../../parts/floe/network-floe.tsx';
import { folderOf, shownName, trail } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { MarginBar } from '../../parts/progress.tsx';
import { Status } from '../../parts/status.tsx';
import { monthMs } from '../../state/quotes.ts';
import { useWords } from '../../words/use-words.ts';

export function FileInspector({
  space,
  line,
}: {
  readonly space: SpaceState;
  readonly line: TreeLine | undefined;
}): ReactElement {
  const { say, number, bytes, date, dateAndTime, percent } = useWords();
  const { go } = useWay();
  const nowMs = useNowMs();
  const nodes = useTopic('nodes');
  const versions = useAnswer(
    'history.versions',
    line && line.kind !== 'folder' ? { space: space.space, path: line.path } : undefined,
    space.snapshot,
  );
  const held = useAnswer(
    'file.nodes',
    line?.kind === 'file' ? { space: space.space, path: line.path } : undefined,
    space.snapshot,
  );
  const holders = useMemo(() => new Set(held.value?.holders), [held.value]);
  if (!line)
    return (
      <aside className="inspector" aria-label={say('part.details')} data-pane="inspector">
        <p className="faint">{say('tree.choose')}</p>
      </aside>
    );
  const { share, answer, slow, all } = countNodes(nodes);
  const oldest = versions.value?.at(-1);
  return (
    <aside className="inspector" aria-label={say('part.details')} data-pane="inspector" tabIndex={-1}>
      <h2>
        <bdi>{shownName(line.name)}</bdi>
      </h2>
      <p className="small-text soft">
        <bdi>{trail([space.name, ...folderOf(line.path).split('/')])}</bdi>
      </p>
      <div className="floe-beside">
        <NetworkFloe
          monthsAhead={space.paidUntilMs === undefined ? 0 : (space.paidUntilMs - nowMs) / monthMs}
          {...(holders.size > 0
            ? { stateOf: (node) => (holders.has(node.id) && node.word !== 'silent' ? 'chosen' : plateOf[node.word]) }
            : {})}
        />
      </div>
      {share > 0 && (
        <MarginBar
          share={share}
          tick="enough-to-read"
          label={say('margin.answering', { share: percent(share) })}
          words={say('margin.answering', { share: percent(share) })}
        />
      )}
      <dl className="facts section">
        <dt>{say('file.state')}</dt>
        <dd>
          <Status word="certified" />
        </dd>
        {line.kind === 'file' && (
          <>
            <dt>{say('tree.size')}</dt>
            <dd>{bytes(line.bytes)}</dd>
          </>
        )}
        <dt>{say('file.certified')}</dt>
        <dd>{dateAndTime(line.sinceMs)}</dd>
        {space.paidUntilMs !== undefined && (
          <>
            <dt>{say('quote.paid-until')}</dt>
            <dd>{date(space.paidUntilMs)}</dd>
          </>
        )}
        <dt>{say('file.nodes')}</dt>
        <dd>{say('file.nodes-answer', { count: answer + slow, all })}</dd>
        {held.value && holders.size > 0 && (
          <>
            <dt>{say('file.holders')}</dt>
            <dd>{say('file.holders-of', { count: holders.size, all: held.value.ofNodes })}</dd>
          </>
        )}
        {versions.value && oldest && (
          <>
            <dt>{say('file.versions')}</dt>
            <dd>
              {say('file.versions-since', {
                count: versions.value.length,
                versions: number(versions.value.length),
                date: date(oldest.timeMs),
              })}
            </dd>
          </>
        )}
      </dl>
      <div className="buttons">
        <Press onPress={() => go({ screen: 'history', space: space.space, path: line.path })}>
          {say('file.versions')}
        </Press>
        {line.kind === 'file' && (
          <Press onPress={() => go({ screen: 'receipts', space: space.space, path: line.path })}>
            {say('file.receipt')}
          </Press>
        )}
      </div>
      <More>
        <dl className="facts">
          <dt>{say('file.snapshot')}</dt>
          <dd className="mono">{line.snapshot ?? say('file.unknown')}</dd>
          {held.value && (
            <>
              <dt>{say('file.packs')}</dt>
              <dd className="mono breaks">
                {held.value.packs.map(({ blobId }) => blobId ?? say('stage.packed')).join(', ')}
              </dd>
              <dt>{say('file.shards')}</dt>
              <dd className="mono">{held.value.shards.join(', ')}</dd>
            </>
          )}
        </dl>
      </More>
    </aside>
  );
}
