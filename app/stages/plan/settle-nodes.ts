/**
 * First half of a plan: whatever stays in the space gets its place and content, from the root downwards, so that a node's folder is always where it
 * belongs before the node is. Names are freed as they are needed: by finishing the node that has the name, or by parking it when it waits for us.
 */
import type { NodeId } from '../../domain/ids.ts';
import { isSameContent, type NodeState } from '../../domain/node-state.ts';
import { sameDot } from '../../domain/dot.ts';
import type { NotHere, Place } from './disk-plan.ts';
import type { PlanDraft } from './plan-draft.ts';
import { isPlace } from './planned-disk.ts';

/** `first`: settle that node, then try again. */
type Freed = 'free' | 'stays' | 'waits' | { readonly first: NodeId };

export class NodeSettling {
  readonly #draft: PlanDraft;
  readonly #settled = new Set<NodeId>();
  /** Nodes that wait for one another's names, the newest last. */
  readonly #open = new Set<NodeId>();
  readonly #moved = new Set<NodeId>();
  /** Folders that the plan does not name and that stay on this disk. */
  readonly #staying = new Set<NodeId>();
  readonly #besides = new Map<NodeId, NodeId[]>();
  readonly #sources = new Map<NodeId, NodeId>();
  readonly #foldersWithBusy = new Set<NodeId>();
  /** Nodes to settle by their distance from the root. */
  readonly #levels: NodeId[][] = [];
  readonly #depths = new Map<NodeId, number>();

  constructor(draft: PlanDraft) {
    this.#draft = draft;
    const { root, target, conflicts, synced } = draft.input;
    this.#depths.set(root, 0);
    for (const { kind, node, beside } of conflicts) {
      if (kind !== 'content') continue;
      this.#besides.set(node, [...(this.#besides.get(node) ?? []), beside]);
      this.#sources.set(beside, node);
    }
    for (const [node, wanted] of target) {
      if (wanted !== undefined && node !== root) this.#enlist(node, wanted);
      if (!synced.isBusy(node)) continue;
      for (let at = synced.get(node)?.parent; at !== undefined && !this.#foldersWithBusy.has(at);) {
        this.#foldersWithBusy.add(at);
        at = synced.get(at)?.parent;
      }
    }
  }

  run(): void {
    for (let depth = 0; depth < this.#levels.length; depth++) {
      const level = this.#levels[depth] ?? [];
      for (let at = 0; at < level.length; at++) {
        const node = level[at];
        if (node !== undefined) this.#settleWithOthers(node);
      }
    }
  }

  #enlist(node: NodeId, { parent }: NodeState): void {
    const depth = this.#depthOf(parent);
    while (this.#levels.length <= depth) this.#levels.push([]);
    this.#levels[depth]?.push(node);
  }

  #depthOf(folder: NodeId): number {
    const path: NodeId[] = [];
    let at: NodeId | undefined = folder;
    while (at !== undefined && !this.#depths.has(at)) {
      path.push(at);
      this.#depths.set(at, 0);
      at = (this.#draft.wantedOf(at) ?? this.#draft.input.synced.get(at))?.parent;
    }
    let depth = at === undefined ? 0 : (this.#depths.get(at) ?? 0);
    for (const one of path.toReversed()) this.#depths.set(one, ++depth);
    return depth;
  }

  #settleWithOthers(node: NodeId): void {
    if (this.#settled.has(node)) return;
    const stack = [node];
    this.#open.add(node);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const first = this.#settle(top);
      if (first === undefined) {
        this.#settled.add(top);
        this.#open.delete(top);
        stack.pop();
      } else {
        stack.push(first);
        this.#open.add(first);
      }
    }
  }

  /** Undefined when there is nothing more to do about it; else the node that comes first. */
  #settle(node: NodeId): NodeId | undefined {
    const draft = this.#draft;
    const wanted = draft.wantedOf(node);
    if (wanted === undefined) return undefined;
    const beside = this.#besides.get(node)?.find((one) => this.#mayGoFirst(one));
    if (beside !== undefined) return beside;
    if (draft.isBusy(node) && draft.disk.isOn(node) && this.#needsDisk(node, wanted)) {
      draft.wait(node, 'busy');
      return undefined;
    }
    const { parent } = wanted;
    if (!draft.disk.hasEntry(parent) || (draft.disk.spotOf(parent) === 'parked' && !draft.leaving.has(parent))) {
      draft.wait(node, 'behind');
      return undefined;
    }
    const away = this.#whyNotHere(wanted);
    return away === undefined ? this.#settleHere(node, wanted) : this.#settleAway(node, wanted, away);
  }

  #mayGoFirst(node: NodeId): boolean {
    if (this.#settled.has(node) || this.#open.has(node)) return false;
    const wanted = this.#draft.wantedOf(node);
    return wanted !== undefined && this.#isReady(wanted.parent);
  }

  /** The next folder above that the plan is about has its place. */
  #isReady(folder: NodeId): boolean {
    let at: NodeId | undefined = folder;
    while (at !== undefined && !this.#draft.isWanted(at)) at = this.#draft.input.synced.get(at)?.parent;
    return at === undefined || this.#settled.has(at);
  }

  /** It or a folder above it leaves this disk; what stands between is marked on the way. */
  #isLeaving(folder: NodeId): boolean {
    const { disk, leaving, input } = this.#draft;
    const path: NodeId[] = [];
    let at = folder;
    while (at !== input.root && !leaving.has(at) && !this.#settled.has(at) && !this.#staying.has(at)) {
      path.push(at);
      const spot = disk.spotOf(at);
      at = isPlace(spot) ? spot.parent : input.root;
    }
    const marked = leaving.has(at) ? leaving : this.#staying;
    for (const one of path) marked.add(one);
    return leaving.has(at);
  }

  #whyNotHere(wanted: NodeState): NotHere | undefined {
    const { disk, input } = this.#draft;
    if (!disk.isOn(wanted.parent) || this.#isLeaving(wanted.parent)) return 'folder-not-here';
    if (!input.isChosen(wanted)) return 'not-chosen';
    return input.traits.isRefused(wanted.name) ? 'name-refused' : undefined;
  }

  #isAt(node: NodeId, { parent, name }: Place): boolean {
    const spot = this.#draft.disk.spotOf(node);
    return isPlace(spot) && spot.parent === parent && spot.name === name;
  }

  #needsDisk(node: NodeId, wanted: NodeState): boolean {
    const now = this.#draft.input.synced.get(node);
    if (now === undefined || !this.#isAt(node, wanted) || this.#whyNotHere(wanted) !== undefined) return true;
    return now.kind !== wanted.kind || this.#differsInside(now, wanted);
  }

  /** In what a disk shows; a folder's time changes with every change in it and is not kept. */
  #differsInside(now: NodeState, wanted: NodeState): boolean {
    if (wanted.kind === 'folder') return now.mode !== wanted.mode;
    return now.mode !== wanted.mode || now.mtimeNs !== wanted.mtimeNs || !isSameContent(now, wanted);
  }

  #settleHere(node: NodeId, wanted: NodeState): NodeId | undefined {
    const { disk, input } = this.#draft;
    const now = input.synced.get(node);
    if (now !== undefined && disk.isOn(node) && now.kind !== wanted.kind) {
      // No honest history makes one kind of another; a folder here may hold what nobody else knows.
      if (now.kind === 'folder') {
        this.#draft.wait(node, 'behind');
        return undefined;
      }
      this.#draft.deleteFile(node, undefined);
    }
    const to = { parent: wanted.parent, name: wanted.name };
    for (let other = disk.occupant(node, to, true); other !== undefined; other = disk.occupant(node, to, true)) {
      if (this.#canTakeOver(node, wanted, other)) {
        this.#takeOver(node, wanted, other);
        return undefined;
      }
      const way = this.#free(other);
      if (typeof way === 'object') return way.first;
      if (way === 'stays' && !this.#isAt(other, to)) return this.#settleAway(node, wanted, 'name-clash');
      if (way !== 'free') {
        this.#draft.wait(node, 'behind');
        return undefined;
      }
    }
    if (disk.isOn(node) && now !== undefined) this.#change(node, now, wanted);
    else this.#create(node, wanted);
    return undefined;
  }

  #free(other: NodeId): Freed {
    const { disk, waiting, leaving } = this.#draft;
    const isOn = disk.isOn(other);
    if (waiting.has(other) || (isOn && this.#draft.isBusy(other))) return 'waits';
    if (!this.#draft.isWanted(other)) return 'stays';
    const wanted = this.#draft.wantedOf(other);
    const isFolder = this.#draft.input.synced.get(other)?.kind === 'folder';
    if (isFolder && isOn && this.#foldersWithBusy.has(other)) return 'waits';
    if (wanted === undefined) {
      if (this.#draft.input.areDeletionsHeld) return 'waits';
      if (isFolder) return this.#parkFor(other);
      if (isOn) this.#draft.deleteFile(other, undefined);
      else {
        this.#draft.emit(other, { kind: 'note', after: undefined });
        disk.put(other, undefined, false);
      }
      return 'free';
    }
    if (leaving.has(other) || this.#open.has(other) || !this.#isReady(wanted.parent)) {
      if (!leaving.has(other) && this.#isAt(other, wanted)) return 'stays';
      return this.#parkFor(other);
    }
    return this.#settled.has(other) ? 'stays' : { first: other };
  }

  #parkFor(other: NodeId): Freed {
    if (!this.#draft.mayPark(other)) return 'waits';
    this.#draft.park(other);
    return 'free';
  }

  #canTakeOver(node: NodeId, wanted: NodeState, other: NodeId): boolean {
    const { disk, input } = this.#draft;
    const now = input.synced.get(other);
    if (now === undefined || now.kind !== wanted.kind || !this.#draft.isGone(other) || now.name !== wanted.name)
      return false;
    if (disk.hasEntry(node) || !disk.isOn(other) || this.#draft.isBusy(other)) return false;
    return now.kind === 'folder' || (isSameContent(now, wanted) && this.#draft.lookOf(other) !== undefined);
  }

  #takeOver(node: NodeId, wanted: NodeState, instead: NodeId): void {
    const at = { parent: wanted.parent, name: wanted.name };
    const look = this.#draft.lookOf(instead);
    this.#draft.emit(node, { kind: 'take-over', instead, at, look, after: wanted }, ...this.#placeNeeds(wanted));
    this.#draft.disk.takeOver(node, instead, wanted.kind === 'folder');
    if (wanted.kind === 'folder') this.#draft.made.add(node);
  }

  /** A folder cannot go into what still lies in it: whatever moved above its new place has to have moved. */
  #movedAbove(folder: NodeId): readonly NodeId[] {
    const moved: NodeId[] = [];
    for (let at = folder; at !== this.#draft.input.root;) {
      if (this.#moved.has(at)) moved.push(at);
      const spot = this.#draft.disk.spotOf(at);
      at = isPlace(spot) ? spot.parent : this.#draft.input.root;
    }
    return moved;
  }

  /** Its folder has to be there, and whoever had the name must have left it. */
  #placeNeeds({ parent, name }: NodeState): readonly NodeId[] {
    const left = this.#draft.disk.leaversOf({ parent, name });
    return this.#draft.made.has(parent) ? [parent, ...left] : left;
  }

  #create(node: NodeId, wanted: NodeState): void {
    const { disk, input } = this.#draft;
    const to = { parent: wanted.parent, name: wanted.name };
    const needs = this.#placeNeeds(wanted);
    const isKnown = input.synced.get(node) !== undefined;
    if (wanted.kind === 'folder') {
      this.#draft.emit(node, { kind: 'make-folder', to, after: wanted }, ...needs);
      this.#draft.made.add(node);
    } else {
      const kind = wanted.kind === 'file' ? 'write' : 'link';
      const source = this.#sources.get(node);
      this.#draft.emit(node, { kind, at: to, over: undefined, source, after: wanted }, ...needs);
    }
    disk.put(node, to, true);
    if (wanted.kind === 'folder' && isKnown) this.#fetchBelow(node);
  }

  /** A folder that comes to this disk brings what it holds. */
  #fetchBelow(folder: NodeId): void {
    const { input, fetched } = this.#draft;
    for (const child of input.synced.children(folder)) {
      const state = input.synced.get(child);
      if (state === undefined || this.#draft.isWanted(child)) continue;
      fetched.set(child, state);
      this.#enlist(child, state);
    }
  }

  /** From where and what it is to where and what it shall be. */
  #change(node: NodeId, now: NodeState, wanted: NodeState): void {
    const { disk } = this.#draft;
    const to = { parent: wanted.parent, name: wanted.name };
    const isInside = this.#differsInside(now, wanted);
    const moved = isInside ? { ...now, ...to, place: wanted.place } : wanted;
    const spot = disk.spotOf(node);
    const isMoving = !this.#isAt(node, to);
    const isFolderMoving = isMoving && wanted.kind === 'folder';
    const needs = [...this.#placeNeeds(wanted), ...(isFolderMoving ? this.#movedAbove(to.parent) : [])];
    if (isFolderMoving) this.#moved.add(node);
    const look = this.#draft.lookOf(node);
    if (isMoving) {
      const isSameKey =
        isPlace(spot) &&
        spot.parent === to.parent &&
        this.#draft.input.traits.keyOf(spot.name) === this.#draft.input.traits.keyOf(to.name);
      if (isSameKey && spot.name !== to.name) this.#draft.park(node);
      if (isPlace(spot) && !isSameKey) {
        const from = { parent: spot.parent, name: spot.name };
        this.#draft.emit(node, { kind: 'move', from, to, look, after: moved }, ...needs);
      } else {
        this.#draft.emit(node, { kind: 'unpark', to, after: moved }, ...needs);
        this.#draft.made.add(node);
      }
      disk.put(node, to, true);
    }
    if (isInside) this.#changeInside(node, now, wanted);
    else if (!isMoving && !isSameState(now, wanted)) this.#draft.emit(node, { kind: 'note', after: wanted });
  }

  #changeInside(node: NodeId, now: NodeState, wanted: NodeState): void {
    const at = { parent: wanted.parent, name: wanted.name };
    const look = this.#draft.lookOf(node);
    if (wanted.kind === 'folder' || isSameContent(now, wanted)) {
      this.#draft.emit(node, { kind: 'set', at, look, after: wanted });
      return;
    }
    const besides = this.#besides.get(node) ?? [];
    // What this would replace has to be beside it first, in the same tree.
    if (besides.some((one) => !this.#settled.has(one) || this.#draft.waiting.has(one))) {
      this.#draft.wait(node, 'behind');
      return;
    }
    const kind = wanted.kind === 'file' ? 'write' : 'link';
    this.#draft.emit(node, { kind, at, over: look, source: undefined, after: wanted }, ...besides);
  }

  /** It stays in the space and is not on this disk, or leaves it: files at once, folders when all that goes elsewhere has left them. */
  #settleAway(node: NodeId, wanted: NodeState, why: NotHere): NodeId | undefined {
    const { disk, input } = this.#draft;
    const now = input.synced.get(node);
    if (disk.isOn(node) && now?.kind === 'folder') {
      this.#draft.leaving.add(node);
      this.#draft.notHere.set(node, why);
      return undefined;
    }
    const to = { parent: wanted.parent, name: wanted.name };
    for (let other = disk.occupant(node, to, false); other !== undefined; other = disk.occupant(node, to, false)) {
      const way = this.#free(other);
      if (typeof way === 'object') return way.first;
      if (way !== 'free') {
        this.#draft.wait(node, 'behind');
        return undefined;
      }
    }
    this.#draft.notHere.set(node, why);
    const needs = this.#placeNeeds(wanted);
    if (disk.isOn(node)) this.#draft.deleteFile(node, wanted, needs);
    else if (now === undefined || !isSameState(now, wanted) || !this.#isAt(node, to)) {
      this.#draft.emit(node, { kind: 'note', after: wanted }, ...needs);
      if (now === undefined) this.#draft.made.add(node);
    }
    disk.put(node, to, false);
    return undefined;
  }
}

export function isSameState(a: NodeState, b: NodeState): boolean {
  return (
    sameDot(a.place, b.place) &&
    sameDot(a.version, b.version) &&
    a.parent === b.parent &&
    a.name === b.name &&
    a.mode === b.mode &&
    a.mtimeNs === b.mtimeNs &&
    isSameContent(a, b)
  );
}
