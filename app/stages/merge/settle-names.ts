/**
 * One node per name and folder. From the root downwards, so that what a folder takes over from another is there when its own names are settled. Every
 * choice is by node id among equals: the same on every device.
 */
import type { NodeId } from '../../domain/ids.ts';
import { isSameContent, type NodeState } from '../../domain/node-state.ts';
import type { PathName } from '../../domain/path-name.ts';
import { conflictName } from './conflict-name.ts';
import { isOneSided, put, stateIn, type Draft } from './draft.ts';

/** A node that wants a name it cannot have, and the node that has it. */
interface Loser {
  readonly state: NodeState;
  readonly keeper: NodeId;
}

class NameSettling {
  readonly #draft: Draft;
  /** Differences by the folder they are in. */
  readonly #children = new Map<NodeId, NodeId[]>();
  readonly #depths = new Map<NodeId, number>();
  /** Folders to settle, by their distance from the root. */
  readonly #levels: Set<NodeId>[] = [];

  constructor(draft: Draft) {
    this.#draft = draft;
    this.#depths.set(draft.input.root, 0);
    for (const state of draft.nodes.values()) if (state !== undefined) this.#enter(state);
  }

  run(): void {
    for (let depth = 0; depth < this.#levels.length; depth++) {
      for (const folder of this.#levels[depth] ?? []) this.#settleFolder(folder);
    }
  }

  #enter({ node, parent }: NodeState): void {
    const known = this.#children.get(parent);
    if (known === undefined) this.#children.set(parent, [node]);
    else known.push(node);
    const depth = this.#depthOf(parent);
    while (this.#levels.length <= depth) this.#levels.push(new Set());
    this.#levels[depth]?.add(parent);
  }

  /** Parents are settled, so every way up ends; only a listing that contradicts itself has folders that hang on nothing. */
  #depthOf(folder: NodeId): number {
    const path: NodeId[] = [];
    let at: NodeId | undefined = folder;
    while (at !== undefined && !this.#depths.has(at)) {
      path.push(at);
      this.#depths.set(at, 0);
      at = stateIn(this.#draft, at)?.parent;
    }
    let depth = at === undefined ? 0 : (this.#depths.get(at) ?? 0);
    for (const one of path.toReversed()) this.#depths.set(one, ++depth);
    return depth;
  }

  #settleFolder(folder: NodeId): void {
    const byName = new Map<PathName, NodeId[]>();
    for (const node of this.#children.get(folder) ?? []) {
      const state = this.#draft.nodes.get(node);
      if (state?.parent !== folder) continue;
      const same = byName.get(state.name);
      if (same === undefined) byName.set(state.name, [node]);
      else same.push(node);
    }
    const losers: Loser[] = [];
    for (const [name, nodes] of byName) {
      const sharer = this.#mayMeetOther(folder, name, nodes) ? this.#draft.input.shared.at(folder, name) : undefined;
      if (sharer !== undefined) nodes.push(sharer);
      if (nodes.length > 1) losers.push(...this.#settleName(nodes));
    }
    this.#rename(folder, losers, (name) => byName.has(name));
  }

  /** A node that both sides have at this very place has it for itself. */
  #mayMeetOther(folder: NodeId, name: PathName, nodes: readonly NodeId[]): boolean {
    const { mine, theirs } = this.#draft.input.differences.get(nodes[0] ?? folder) ?? {};
    const isAt = (state: NodeState | undefined): boolean => state?.parent === folder && state.name === name;
    return !isAt(mine) || !isAt(theirs);
  }

  #settleName(nodes: readonly NodeId[]): readonly Loser[] {
    const states = nodes
      .flatMap((node) => stateIn(this.#draft, node) ?? [])
      .map((state) => ({ state, isLoose: isOneSided(this.#draft, state.node) }))
      .toSorted((a, b) => Number(a.isLoose) - Number(b.isLoose) || (a.state.node < b.state.node ? -1 : 1));
    const left: NodeState[] = [];
    const looseFiles = new Map<string, NodeState>();
    const folder = states.find(({ state }) => state.kind === 'folder')?.state;
    for (const { state, isLoose } of states) {
      if (state.kind === 'folder') {
        if (folder !== undefined && folder !== state && isLoose) this.#absorb(state, folder);
        else left.push(state);
        continue;
      }
      const key = isLoose ? `${state.kind}/${state.bytes}/${state.content.chunks[0] ?? ''}` : state.node;
      const twin = looseFiles.get(key);
      if (twin !== undefined && isSameContent(twin, state)) this.#draft.nodes.set(state.node, undefined);
      else {
        left.push(state);
        looseFiles.set(key, state);
      }
    }
    const [keeper, ...losers] = left;
    return keeper === undefined ? [] : losers.map((state) => ({ state, keeper: keeper.node }));
  }

  /** A folder that only one side knows: all that is in it differs as well, so nothing is left behind. */
  #absorb(gone: NodeState, keeper: NodeState): void {
    for (const child of this.#children.get(gone.node) ?? []) {
      const state = this.#draft.nodes.get(child);
      if (state?.parent === gone.node) this.#enter(put(this.#draft, state, keeper.node, state.name));
    }
    this.#draft.nodes.set(gone.node, undefined);
  }

  #rename(folder: NodeId, losers: readonly Loser[], isClaimed: (name: PathName) => boolean): void {
    const { shared, deviceName } = this.#draft.input;
    const given = new Set<PathName>();
    const turns = new Map<PathName, number>();
    for (const { state, keeper } of losers.toSorted((a, b) => (a.state.node < b.state.node ? -1 : 1))) {
      const device = deviceName(state.place.device);
      const first = conflictName(state.name, device, state.mtimeNs, 1);
      let turn = (turns.get(first) ?? 0) + 1;
      let name = turn === 1 ? first : conflictName(state.name, device, state.mtimeNs, turn);
      while (isClaimed(name) || given.has(name) || shared.at(folder, name) !== undefined) {
        name = conflictName(state.name, device, state.mtimeNs, ++turn);
      }
      turns.set(first, turn);
      given.add(name);
      put(this.#draft, state, folder, name);
      this.#draft.conflicts.push({ kind: 'name', node: keeper, beside: state.node });
    }
  }
}

export function settleNames(draft: Draft): void {
  new NameSettling(draft).run();
}
