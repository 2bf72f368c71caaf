/** One node, seen by two sides: is it there, where, and what is it (docs/sync.md, "Who has seen what"). Looks at nothing but the node. */
import { compareDots, hasSeen, sameDot, type Dot, type Seen } from '../../domain/dot.ts';
import type { NodeId } from '../../domain/ids.ts';
import { isSameContent, type NodeState } from '../../domain/node-state.ts';
import type { Difference, MergeInput } from './merge-input.ts';

export interface Decided {
  /** Undefined: it was deleted. */
  readonly state: NodeState | undefined;
  /** Content that nobody has replaced knowingly and that lost all the same: it goes beside. */
  readonly loser: NodeState | undefined;
}

type Side = 'mine' | 'theirs';

/** Any order does, as long as every device has the same; only for two values under one dot, which a cloned device makes. */
function valueText(state: NodeState): string {
  const { parent, name, kind, mode, mtimeNs, bytes, content } = state;
  return [parent, name, kind, mode, mtimeNs, bytes, content.depth, ...content.chunks].join('/');
}

/**
 * A device numbers a change above all that it has seen, so where one side has seen the other's dot the greater is the newer; where neither has,
 * it is as good as any. Nothing else may decide, or merges in another order would end elsewhere.
 */
function winnerOf(mine: NodeState, theirs: NodeState, pick: (state: NodeState) => Dot): Side {
  const order = compareDots(pick(mine), pick(theirs));
  return (order === 0 ? valueText(mine) >= valueText(theirs) : order > 0) ? 'mine' : 'theirs';
}

/** A folder's mode and time are no reason to keep it: what is in it is. */
function isDeletedBy(seen: Seen, node: NodeId, state: NodeState): boolean {
  return hasSeen(seen, node, state.place) && (state.kind === 'folder' || hasSeen(seen, node, state.version));
}

function decideBoth(input: MergeInput, mine: NodeState, theirs: NodeState): Decided {
  const sides = { mine, theirs };
  const place = sides[winnerOf(mine, theirs, (state) => state.place)];
  let wins = winnerOf(mine, theirs, (state) => state.version);
  // No honest device makes a folder of a file. The folder wins, or what lies in it would have no place.
  if ((mine.kind === 'folder') !== (theirs.kind === 'folder')) wins = mine.kind === 'folder' ? 'mine' : 'theirs';
  const [content, other] = wins === 'mine' ? [mine, theirs] : [theirs, mine];
  // Under one dot two contents: to have seen the one is not to have seen the other.
  const isReplaced = hasSeen(input[wins], mine.node, other.version) && !sameDot(content.version, other.version);
  const loser = !isReplaced && other.kind !== 'folder' && !isSameContent(content, other) ? other : undefined;
  if (place === content) return { state: content, loser };
  return { state: { ...content, parent: place.parent, name: place.name, place: place.place }, loser };
}

export function decideNode(input: MergeInput, node: NodeId, { mine, theirs }: Difference): Decided {
  if (mine !== undefined && theirs !== undefined) return decideBoth(input, mine, theirs);
  const state = mine ?? theirs;
  const isGone = state === undefined || isDeletedBy(mine === undefined ? input.mine : input.theirs, node, state);
  return { state: isGone ? undefined : state, loser: undefined };
}
