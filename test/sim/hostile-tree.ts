/** What a compromised device could publish: an honest tree with lies in it. Parents that are unknown, no folders, or below; names twice; kinds that change. */
import type { Dice } from '../../app/domain/clock.ts';
import type { DeviceId } from '../../app/domain/ids.ts';
import type { NodeState } from '../../app/domain/node-state.ts';
import type { PathName } from '../../app/domain/path-name.ts';
import { modelHash, modelRoot, type ModelTree } from './model-tree.ts';

export function hostileTree(honest: ModelTree, dice: Dice): ModelTree {
  const tree: ModelTree = new Map(honest);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(dice.fraction() * list.length)];
  const lies = 1 + Math.floor(dice.fraction() * 8);
  for (let lie = 0; lie < lies; lie++) {
    const nodes = [...tree.values()];
    const some = pick(nodes);
    const folder = pick(nodes.filter(({ kind }) => kind === 'folder'));
    const other = pick([some?.node, folder?.node, modelHash(`unknown ${lie}`), modelRoot]) ?? modelRoot;
    const dot = { device: '9'.repeat(32) as DeviceId, sequence: Math.floor(dice.fraction() * 30) + 1 };
    if (some === undefined) return tree;
    const lied: NodeState[] = [
      { ...some, parent: other, place: dot },
      { ...some, parent: folder?.node ?? some.node, name: 'a' as PathName, place: dot },
      { ...some, kind: some.kind === 'folder' ? 'file' : 'folder', version: dot },
      { ...some, mode: 0o777 },
      { ...some, node: modelHash(`made ${lie} ${dice.fraction()}`), parent: other },
      { ...some, node: modelRoot, place: dot },
    ];
    const chosen = pick(lied) ?? some;
    if (dice.fraction() < 0.15) tree.delete(some.node);
    else tree.set(chosen.node, chosen);
  }
  return tree;
}

/** What a walk from the root finds of it: listings cannot say more. */
export function reachable(tree: ModelTree): ModelTree {
  const found: ModelTree = new Map();
  const folders = [modelRoot];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const state of tree.values()) {
      if (state.parent !== folder || found.has(state.node)) continue;
      found.set(state.node, state);
      if (state.kind === 'folder' && state.node !== modelRoot) folders.push(state.node);
    }
  }
  return found;
}
