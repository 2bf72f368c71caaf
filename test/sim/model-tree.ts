/**
 * A space's tree in memory, and a user's hands on it: what one device of a property run holds and what is done to it. Every choice is drawn from the
 * run's dice; trees are small and names few, so that things collide.
 */
import type { Dice } from '../../app/domain/clock.ts';
import type { Dot } from '../../app/domain/dot.ts';
import type { NodeId } from '../../app/domain/ids.ts';
import { isSameContent, type NodeState } from '../../app/domain/node-state.ts';
import type { PathName } from '../../app/domain/path-name.ts';
import type { Content } from '../../app/domain/space.ts';

export type ModelTree = Map<NodeId, NodeState>;

export const modelRoot = '0'.repeat(32) as NodeId;
const names = ['a', 'b', 'B', 'c.txt', 'd.tar.gz'] as PathName[];

/** Not a good hash, only a quick one: ids of a run need to differ, no more. */
export function modelHash(text: string): NodeId {
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (let at = 0; at < text.length; at++) {
    a = Math.imul(a ^ text.charCodeAt(at), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(at), 0x85ebca6b) ^ (b >>> 13);
  }
  const half = (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
  return (half + half) as NodeId;
}

/** What a run remembers of all that users did, to judge by in the end. */
export interface UserRecord {
  /** Contents that a user wrote, and the node that was written. */
  readonly written: Map<string, NodeId>;
  /** Contents that a user replaced or deleted, on purpose. */
  readonly killed: Set<string>;
  /** Nodes that a user deleted. */
  readonly deleted: Set<NodeId>;
  made: number;
}

export const newRecord = (): UserRecord => ({ written: new Map(), killed: new Set(), deleted: new Set(), made: 0 });

export const contentText = (state: NodeState): string => state.content.chunks.join();
export const noContent: Content = { depth: 0, chunks: [] };

export function childrenOf(tree: ModelTree, folder: NodeId): NodeState[] {
  return [...tree.values()].filter(({ parent }) => parent === folder);
}

export function isBelow(tree: ModelTree, node: NodeId, folder: NodeId): boolean {
  for (let at: NodeId | undefined = node, steps = 0; at !== undefined && steps <= tree.size; steps++) {
    if (at === folder) return true;
    at = tree.get(at)?.parent;
  }
  return false;
}

export function isTakenIn(tree: ModelTree, parent: NodeId, name: PathName): boolean {
  for (const state of tree.values()) if (state.parent === parent && state.name === name) return true;
  return false;
}

/** Says what is wrong; undefined when it is one tree with one node a name. */
export function flawOf(tree: ModelTree): string | undefined {
  const places = new Set<string>();
  for (const state of tree.values()) {
    const place = `${state.parent}/${state.name}`;
    if (places.has(place)) return `two nodes at ${place}`;
    places.add(place);
    if (state.parent !== modelRoot && tree.get(state.parent)?.kind !== 'folder') return `no folder above ${state.node}`;
    let at: NodeId | undefined = state.node;
    for (let steps = 0; at !== modelRoot; steps++) {
      at = at === undefined ? undefined : tree.get(at)?.parent;
      if (at === undefined || steps > tree.size) return `a ring above ${state.node}`;
    }
  }
  return undefined;
}

const pathOf = (tree: ModelTree, state: NodeState): string =>
  state.parent === modelRoot ? state.name : `${pathOf(tree, tree.get(state.parent) as NodeState)}/${state.name}`;

/** Everything but how it came about: one line a node. */
export function treeText(tree: ModelTree, withDots: boolean): string {
  const dot = ({ device, sequence }: Dot): string => `${device.slice(0, 2)}:${sequence}`;
  return [...tree.values()]
    .map((state) => {
      const dots = withDots ? ` ${dot(state.place)} ${dot(state.version)}` : '';
      return `${pathOf(tree, state)} ${state.node} ${state.kind} ${state.mode} ${contentText(state)}${dots}`;
    })
    .toSorted()
    .join('\n');
}

/** A user's hands. `dot` is that of the snapshot that will hold what they do. */
export class ModelUser {
  readonly #dice: Dice;
  readonly #record: UserRecord;

  constructor(dice: Dice, record: UserRecord) {
    this.#dice = dice;
    this.#record = record;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#dice.fraction() * list.length)];
  }

  act(tree: ModelTree, dot: Dot): void {
    const nodes = [...tree.values()];
    const any = this.pick(nodes);
    const file = this.pick(nodes.filter(({ kind }) => kind === 'file'));
    const what = this.#dice.fraction();
    if (any === undefined || what < 0.2) this.#create(tree, dot, 'file');
    else if (what < 0.32) this.#create(tree, dot, 'folder');
    else if (what < 0.5 && file !== undefined) this.#edit(tree, file, dot);
    else if (what < 0.55 && file !== undefined) tree.set(file.node, { ...file, mode: file.mode ^ 0o100, version: dot });
    else if (what < 0.62) this.#swap(tree, any, this.pick(nodes) ?? any, dot);
    else if (what < 0.8) this.#move(tree, any, dot);
    else if (what < 0.85 && file !== undefined) this.#recreate(tree, file, dot);
    else this.delete(tree, any);
  }

  #folder(tree: ModelTree): NodeId {
    const folders = [...tree.values()].filter(({ kind }) => kind === 'folder').map(({ node }) => node);
    return this.pick([modelRoot, ...folders]) ?? modelRoot;
  }

  #content(): Content {
    const { written } = this.#record;
    // Now and then the same bytes twice, as copies and shared templates are.
    const again = this.#dice.fraction() < 0.2 ? this.pick([...written.keys()]) : undefined;
    const text = again ?? `content-${written.size + 1}`;
    return { depth: 0, chunks: [text as never] };
  }

  #write(state: NodeState): NodeState {
    if (state.kind === 'file') this.#record.written.set(contentText(state), state.node);
    return state;
  }

  #create(tree: ModelTree, dot: Dot, kind: 'file' | 'folder', at?: { parent: NodeId; name: PathName }): void {
    const parent = at?.parent ?? this.#folder(tree);
    const name = at?.name ?? this.pick(names) ?? names[0]!;
    if (isTakenIn(tree, parent, name)) return;
    const node = modelHash(`${this.#dice.fraction()} ${++this.#record.made}`);
    const [content, bytes] = kind === 'file' ? [this.#content(), 7] : [noContent, 0];
    const mtimeNs = BigInt(Math.floor(this.#dice.fraction() * 5)) * 60_000_000_000n;
    const mode = kind === 'file' ? 0o644 : 0o755;
    const state: NodeState = { node, parent, name, place: dot, kind, mode, mtimeNs, bytes, content, version: dot };
    tree.set(node, this.#write(state));
  }

  #edit(tree: ModelTree, file: NodeState, dot: Dot): void {
    this.#record.killed.add(contentText(file));
    const mtimeNs = BigInt(Math.floor(this.#dice.fraction() * 5)) * 60_000_000_000n;
    tree.set(file.node, this.#write({ ...file, content: this.#content(), mtimeNs, version: dot }));
  }

  #move(tree: ModelTree, state: NodeState, dot: Dot): void {
    const parent = this.#dice.fraction() < 0.3 ? state.parent : this.#folder(tree);
    const name = this.#dice.fraction() < 0.5 ? state.name : (this.pick(names) ?? state.name);
    if (isTakenIn(tree, parent, name) || isBelow(tree, parent, state.node)) return;
    tree.set(state.node, { ...state, parent, name, place: dot });
  }

  #swap(tree: ModelTree, a: NodeState, b: NodeState, dot: Dot): void {
    if (a === b || isBelow(tree, a.parent, b.node) || isBelow(tree, b.parent, a.node)) return;
    tree.set(a.node, { ...a, parent: b.parent, name: b.name, place: dot });
    tree.set(b.node, { ...b, parent: a.parent, name: a.name, place: dot });
  }

  #recreate(tree: ModelTree, file: NodeState, dot: Dot): void {
    this.delete(tree, file);
    this.#create(tree, dot, 'file', file);
  }

  delete(tree: ModelTree, state: NodeState): void {
    for (const child of childrenOf(tree, state.node)) this.delete(tree, child);
    tree.delete(state.node);
    this.#record.deleted.add(state.node);
    if (state.kind !== 'folder') this.#record.killed.add(contentText(state));
  }
}

/** True when both hold the node with the same place, content and dots. */
export function isSameNode(a: NodeState | undefined, b: NodeState | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return (
    a.parent === b.parent &&
    a.name === b.name &&
    a.place.sequence === b.place.sequence &&
    a.place.device === b.place.device &&
    a.version.sequence === b.version.sequence &&
    a.version.device === b.version.device &&
    a.mode === b.mode &&
    a.mtimeNs === b.mtimeNs &&
    isSameContent(a, b)
  );
}
