/** One node in words, and the list of all: the same numbers as the picture, for whoever does not see it. */
import type { ReactElement } from 'react';
import type { NodeState, NodeWord } from '../../../app/wire/storage.ts';
import { More } from '../../parts/answers.tsx';
import { PlateKey, type PlateWord } from '../../parts/marks.tsx';
import { TextPress } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';
import type { Words } from '../../words/open-words.ts';

/** Nodes that are slow or silent, the silent ones first. */
const byTrouble = (nodes: readonly NodeState[]): readonly NodeState[] =>
  nodes
    .filter((node) => node.word === 'slow' || node.word === 'silent' || node.word === 'lies')
    .toSorted(
      (a, b) => (a.word === 'slow' ? 1 : 0) - (b.word === 'slow' ? 1 : 0) || (b.latencyMs ?? 0) - (a.latencyMs ?? 0),
    );

const keyOf: Readonly<Record<NodeWord, PlateWord>> = {
  answers: 'holds',
  slow: 'slow',
  silent: 'silent',
  lies: 'silent',
  unknown: 'waiting',
};

function latencyWords(node: NodeState, { say, number }: Words): string {
  if (node.word === 'silent' || node.word === 'lies' || node.latencyMs === undefined) return say(`node.${node.word}`);
  return node.latencyMs < 1000
    ? say('network.ms', { ms: number(Math.max(1, Math.round(node.latencyMs))) })
    : say('network.seconds', { seconds: number(Math.round(node.latencyMs / 100) / 10) });
}

export function NodeInspector({
  node,
  nodes,
  shards,
  onChoose,
}: {
  readonly node: NodeState | undefined;
  readonly nodes: readonly NodeState[];
  readonly shards: number;
  readonly onChoose: (id: string) => void;
}): ReactElement {
  const words = useWords();
  const { say, percent } = words;
  const trouble = byTrouble(nodes);
  return (
    <aside className="inspector" aria-label={say('network.node')} data-pane="inspector">
      {node ? (
        <>
          <h2>
            <bdi>{node.name}</bdi>
          </h2>
          <p className="small-text soft">{node.host}</p>
          <dl className="facts section">
            <dt>{say('node.state')}</dt>
            <dd>{say(`node.${node.word}`)}</dd>
            <dt>{say('node.time')}</dt>
            <dd>{latencyWords(node, words)}</dd>
            <dt>{say('node.carries')}</dt>
            <dd>{say('node.share', { share: percent(shards === 0 ? 0 : node.shards.length / shards) })}</dd>
          </dl>
          <More>
            <dl className="facts">
              <dt>{say('node.shards')}</dt>
              <dd className="mono">{node.shards.join(', ')}</dd>
              <dt>{say('node.id')}</dt>
              <dd className="mono">{node.id}</dd>
            </dl>
          </More>
        </>
      ) : (
        <p className="faint">{say('network.choose')}</p>
      )}
      <h2 className="section">{say(trouble.length > 0 ? 'network.trouble' : 'network.all')}</h2>
      <table className="table nodes" aria-label={say('network.nodes')}>
        <tbody>
          {(trouble.length > 0 ? trouble : nodes).map((each) => (
            <tr key={each.id}>
              <td>
                <PlateKey word={keyOf[each.word]} />
              </td>
              <td>
                <TextPress className="name" onPress={() => onChoose(each.id)}>
                  <bdi>{each.name}</bdi>
                </TextPress>
              </td>
              <td className="figure">{latencyWords(each, words)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {trouble.length > 0 && <p className="small-text soft section">{say('network.nothing-to-do')}</p>}
    </aside>
  );
}
