/**
 * Whether something belongs on this disk: the nearest thing above that was chosen or not decides, and a folder on the way to something chosen is here.
 * By identity, so a rename on any device changes nothing. Pure.
 */
import type { NodeId } from '../domain/ids.ts';
import type { Choice } from '../ports/catalog.ts';

/** A path has fewer parts; a tree that claims to be deeper is not gone on with. */
const stepsMax = 4_096;

export interface Placing {
  readonly node: NodeId;
  readonly parent: NodeId;
}

/** `parentOf`: of a folder as the tree in question has it; undefined for the root and for what is not there. */
export function openChoice(
  choices: readonly Choice[],
  root: NodeId,
  parentOf: (folder: NodeId) => NodeId | undefined,
): (placing: Placing) => boolean {
  if (choices.length === 0) return () => true;
  const rules = new Map(choices.map(({ node, isIn }) => [node, isIn]));
  const onTheWay = new Set<NodeId>();
  for (const { node, isIn } of choices) {
    let at = isIn ? parentOf(node) : undefined;
    for (let step = 0; at !== undefined && !onTheWay.has(at) && step < stepsMax; step++) {
      onTheWay.add(at);
      at = parentOf(at);
    }
  }
  return ({ node, parent }) => {
    if (onTheWay.has(node)) return true;
    let at: NodeId | undefined = node;
    for (let step = 0; at !== undefined && step < stepsMax; step++) {
      const rule = rules.get(at);
      if (rule !== undefined) return rule;
      at = at === node ? parent : parentOf(at);
    }
    return rules.get(root) ?? true;
  };
}

/** Whether a folder is here with all that is in it: the nearest rule above it says so, and none below says otherwise. */
export function openWhole(
  choices: readonly Choice[],
  root: NodeId,
  parentOf: (folder: NodeId) => NodeId | undefined,
): (folder: NodeId) => boolean {
  const rules = new Map(choices.map(({ node, isIn }) => [node, isIn]));
  const cutInto = new Set<NodeId>();
  for (const { node, isIn } of choices) {
    let at: NodeId | undefined = isIn ? undefined : node;
    for (let step = 0; at !== undefined && !cutInto.has(at) && step < stepsMax; step++) {
      cutInto.add(at);
      at = parentOf(at);
    }
  }
  return (folder) => {
    let at: NodeId | undefined = folder;
    for (let step = 0; at !== undefined && step < stepsMax; step++) {
      const rule = rules.get(at);
      if (rule !== undefined) return rule && !cutInto.has(folder);
      at = parentOf(at);
    }
    return (rules.get(root) ?? true) && !cutInto.has(folder);
  };
}

/** The rules when these folders get their own, which takes the place of all that was said of what is in them. */
export function changedChoices(
  choices: readonly Choice[],
  wanted: ReadonlyMap<NodeId, boolean>,
  parentOf: (folder: NodeId) => NodeId | undefined,
): readonly Choice[] {
  const isReplaced = (node: NodeId): boolean => {
    let at: NodeId | undefined = node;
    for (let step = 0; at !== undefined && step < stepsMax; step++) {
      if (wanted.has(at)) return true;
      at = parentOf(at);
    }
    return false;
  };
  const all = [
    ...choices.filter(({ node }) => !isReplaced(node)),
    ...[...wanted].map(([node, isIn]) => ({ node, isIn })),
  ];
  return all.some(({ isIn }) => !isIn) ? all : [];
}
