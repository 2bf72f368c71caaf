/** The floe of the network that this home uses: its nodes from the topic, in the order of their answer times when the committee was first seen. */
import { useMemo, useRef, type ReactElement } from 'react';
import type { NodeState, NodesState, NodeWord } from '../../../app/wire/storage.ts';
import { useTopic } from '../../client/use-engine.ts';
import { useWords } from '../../words/use-words.ts';
import { PlateKey, ThicknessKey } from '../marks.tsx';
import { Floe, thicknessOf, type PlateChoice, type PlateState } from './floe.tsx';
import type { FloePlan } from './lay-out.ts';
import { useFloePlan } from './use-floe-plan.ts';

export const plateOf: Readonly<Record<NodeWord, PlateState>> = {
  answers: 'holds',
  slow: 'slow',
  silent: 'silent',
  lies: 'refused',
  unknown: 'waiting',
};

export interface NodeCounts {
  readonly all: number;
  readonly answer: number;
  readonly slow: number;
  readonly silent: number;
  readonly unknown: number;
  /** Share of the shards whose node answers, fast or slow. */
  readonly share: number;
}

export function countNodes(state: NodesState | undefined): NodeCounts {
  const nodes = state?.nodes ?? [];
  const count = (...words: readonly NodeWord[]): number => nodes.filter((node) => words.includes(node.word)).length;
  const shards = nodes.reduce((sum, node) => sum + node.shards.length, 0);
  const reached = nodes.filter((node) => node.word === 'answers' || node.word === 'slow');
  return {
    all: nodes.length,
    answer: count('answers'),
    slow: count('slow'),
    silent: count('silent', 'lies'),
    unknown: count('unknown'),
    share: shards === 0 ? 0 : reached.reduce((sum, node) => sum + node.shards.length, 0) / shards,
  };
}

export interface NetworkPicture {
  readonly plan: FloePlan | undefined;
  readonly byId: ReadonlyMap<string, NodeState>;
}

/** Plates keep their place while the committee stays the same: the order is taken once. */
export function useNetworkPicture(): NetworkPicture {
  const state = useTopic('nodes');
  const nodes = useMemo(() => state?.nodes ?? [], [state]);
  const seed =
    nodes.length === 0 ? '' : `${state?.network}:${nodes.map((node) => `${node.id}=${node.shards.length}`).join(',')}`;
  const order = useRef<{
    readonly seed: string;
    readonly nodes: readonly { readonly id: string; readonly shards: number }[];
  }>(undefined);
  if (order.current?.seed !== seed)
    order.current = {
      seed,
      nodes: nodes
        .toSorted((a, b) => (a.latencyMs ?? Infinity) - (b.latencyMs ?? Infinity) || a.index - b.index)
        .map((node) => ({ id: node.id, shards: node.shards.length })),
    };
  const plan = useFloePlan(seed, order.current.nodes);
  return { plan, byId: useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]) };
}

export function NetworkFloe({
  monthsAhead,
  choice,
  stateOf,
}: {
  readonly monthsAhead: number;
  readonly choice?: PlateChoice | undefined;
  readonly stateOf?: ((node: NodeState) => PlateState) | undefined;
}): ReactElement {
  const { say } = useWords();
  const { plan, byId } = useNetworkPicture();
  const counts = countNodes(useTopic('nodes'));
  const plateState = (id: string): PlateState => {
    const node = byId.get(id);
    return node ? (stateOf?.(node) ?? plateOf[node.word]) : 'waiting';
  };
  return (
    <Floe
      plan={plan}
      stateOf={plateState}
      thickness={thicknessOf(monthsAhead)}
      choice={choice}
      label={say('floe.name', { all: counts.all, answer: counts.answer, slow: counts.slow, silent: counts.silent })}
    />
  );
}

export function NetworkKey({ monthsAhead }: { readonly monthsAhead: number | undefined }): ReactElement {
  const { say } = useWords();
  const { answer, slow, silent, unknown } = countNodes(useTopic('nodes'));
  return (
    <figcaption className="key">
      {answer > 0 && (
        <span>
          <PlateKey word="holds" />
          {say('key.answer', { count: answer })}
        </span>
      )}
      {slow > 0 && (
        <span>
          <PlateKey word="slow" />
          {say('key.slow', { count: slow })}
        </span>
      )}
      {silent > 0 && (
        <span>
          <PlateKey word="silent" />
          {say('key.silent', { count: silent })}
        </span>
      )}
      {unknown > 0 && (
        <span>
          <PlateKey word="waiting" />
          {say('key.unknown', { count: unknown })}
        </span>
      )}
      {monthsAhead !== undefined && monthsAhead >= 1 && (
        <span>
          <ThicknessKey />
          {say('key.months', { count: Math.floor(monthsAhead) })}
        </span>
      )}
    </figcaption>
  );
}
