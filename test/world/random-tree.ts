/** Trees by identity, and changes to them as people make them: moves through anything, swaps, replacements, removals. */
import { parseNodeId, type NodeId } from '../../app/domain/ids.ts';
import { parsePathName, type PathName } from '../../app/domain/path-name.ts';
import type { EntryKind } from '../../app/domain/space.ts';
import type { SeededDice } from '../../app/formats/testing/seeded-dice.ts';

export interface Thing {
  readonly parent: NodeId | undefined;
  readonly name: PathName;
  readonly kind: EntryKind;
  readonly mode: number;
  readonly mtimeNs: bigint;
  readonly data: number;
}
/** A tree by identity; the root is undefined. */
export type Tree = ReadonlyMap<NodeId, Thing>;

const isBelow = (tree: Tree, node: NodeId | undefined, top: NodeId): boolean =>
  node !== undefined && (node === top || isBelow(tree, tree.get(node)?.parent, top));

const folders = (tree: Tree): readonly (NodeId | undefined)[] => [
  undefined,
  ...[...tree].filter(([, { kind }]) => kind === 'folder').map(([node]) => node),
];

function freeName(tree: Tree, parent: NodeId | undefined, dice: SeededDice): PathName {
  const taken = new Set([...tree.values()].filter((thing) => thing.parent === parent).map(({ name }) => name));
  for (;;) {
    const name = parsePathName(`${'abcdef'.charAt(dice.below(6))}${dice.below(9)}`);
    if (!taken.has(name)) return name;
  }
}

function dropTree(tree: Map<NodeId, Thing>, top: NodeId): void {
  for (const node of [...tree.keys()].filter((one) => isBelow(tree, one, top))) tree.delete(node);
}

/** One change as people make them, to a tree in place. */
export function mutate(tree: Map<NodeId, Thing>, dice: SeededDice): void {
  const nodes = [...tree.keys()];
  const kind = dice.oneOf(['add', 'add', 'move', 'move', 'swap', 'drop', 'edit', 'edit', 'turn', 'replace'] as const);
  if (kind === 'add' || nodes.length < 3) {
    const parent = dice.oneOf(folders(tree));
    const made = dice.oneOf(['file', 'file', 'folder', 'folder', 'symlink'] as const);
    const name = freeName(tree, parent, dice);
    tree.set(parseNodeId(dice.bytes(16)), {
      parent,
      name,
      kind: made,
      mode: 0o644,
      mtimeNs: 1n,
      data: dice.below(200),
    });
    return;
  }
  const node = dice.oneOf(nodes);
  const thing = tree.get(node);
  if (thing === undefined) return;
  if (kind === 'move') {
    const parent = dice.oneOf(folders(tree));
    if (!isBelow(tree, parent, node)) tree.set(node, { ...thing, parent, name: freeName(tree, parent, dice) });
  } else if (kind === 'swap') {
    const other = dice.oneOf(nodes);
    const place = tree.get(other);
    if (place === undefined || isBelow(tree, node, other) || isBelow(tree, other, node)) return;
    tree.set(node, { ...thing, parent: place.parent, name: place.name });
    tree.set(other, { ...place, parent: thing.parent, name: thing.name });
  } else if (kind === 'drop') dropTree(tree, node);
  else if (kind === 'edit')
    tree.set(node, {
      ...thing,
      ...dice.oneOf([{ mode: dice.below(512) }, { mtimeNs: BigInt(dice.below(99)) }, { data: dice.below(200) }]),
    });
  else if (kind === 'turn') {
    // The same identity as another kind of thing; what was in a folder moves up or goes.
    for (const [child, held] of [...tree].filter(([, { parent }]) => parent === node))
      if (dice.below(2) === 0) dropTree(tree, child);
      else tree.set(child, { ...held, parent: thing.parent, name: freeName(tree, thing.parent, dice) });
    tree.set(node, { ...thing, kind: thing.kind === 'folder' ? 'file' : 'folder' });
  } else {
    // Another identity at the same place.
    dropTree(tree, node);
    tree.set(parseNodeId(dice.bytes(16)), { ...thing, kind: dice.oneOf(['file', 'folder'] as const) });
  }
}
