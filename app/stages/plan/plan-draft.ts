/** A plan on its way: its operations so far, the disk as they leave it, and what became of each node. Both halves of planning write here. */
import type { NodeId } from '../../domain/ids.ts';
import type { NodeState } from '../../domain/node-state.ts';
import type { DiskAction, DiskOperation, NotHere, PlanInput, Waiting } from './disk-plan.ts';
import { isPlace, PlannedDisk } from './planned-disk.ts';

export class PlanDraft {
  readonly input: PlanInput;
  readonly disk: PlannedDisk;
  readonly operations: DiskOperation[] = [];
  readonly notHere = new Map<NodeId, NotHere>();
  readonly waiting = new Map<NodeId, Waiting>();
  /** Folders that leave this disk with all that is still in them when everything else is done. */
  readonly leaving = new Set<NodeId>();
  /** What folders that come to this disk bring along: entries that the target does not name. */
  readonly fetched = new Map<NodeId, NodeState>();
  /** Folders whose entry was not there, or elsewhere, before the plan: what goes into them needs them. */
  readonly made = new Set<NodeId>();
  /** Parked so far; in the end each of them must have left again. */
  readonly parked = new Set<NodeId>();
  readonly mayPark: (node: NodeId) => boolean;
  readonly #lastOperations = new Map<NodeId, number>();

  constructor(input: PlanInput, mayPark: (node: NodeId) => boolean) {
    this.input = input;
    this.mayPark = mayPark;
    this.disk = new PlannedDisk(input.root, input.synced, input.traits);
  }

  isWanted(node: NodeId): boolean {
    return this.input.target.has(node) || this.fetched.has(node);
  }

  wantedOf(node: NodeId): NodeState | undefined {
    return this.input.target.has(node) ? this.input.target.get(node) : this.fetched.get(node);
  }

  isGone(node: NodeId): boolean {
    return this.input.target.has(node) && this.input.target.get(node) === undefined;
  }

  isBusy(node: NodeId): boolean {
    return this.input.synced.isBusy(node);
  }

  emit(node: NodeId, action: DiskAction, ...afterNodes: readonly NodeId[]): void {
    const needs = new Set<number>();
    for (const one of [node, ...afterNodes]) {
      const last = this.#lastOperations.get(one);
      if (last !== undefined) needs.add(last);
    }
    this.#lastOperations.set(node, this.operations.length);
    this.operations.push({ ...action, node, needs: [...needs] });
  }

  wait(node: NodeId, why: Waiting): void {
    this.waiting.set(node, why);
  }

  park(node: NodeId): void {
    const spot = this.disk.spotOf(node);
    const after = this.input.synced.get(node);
    if (!isPlace(spot) || after === undefined) throw new Error('only what has a place is parked');
    const isOnDisk = this.disk.isOn(node);
    const from = { parent: spot.parent, name: spot.name };
    this.emit(node, { kind: 'park', from, isOnDisk, look: this.lookOf(node), after });
    this.disk.put(node, 'parked', isOnDisk);
    this.parked.add(node);
  }

  lookOf(node: NodeId): ReturnType<PlanInput['synced']['lookOf']> {
    return this.disk.isOn(node) ? this.input.synced.lookOf(node) : undefined;
  }

  /** A file that frees its name, or whose turn it is. Its parent's place does not matter: paths are found when it runs. */
  deleteFile(node: NodeId, after: NodeState | undefined, needs: readonly NodeId[] = []): void {
    const spot = this.disk.spotOf(node);
    const at = isPlace(spot) ? { parent: spot.parent, name: spot.name } : undefined;
    this.emit(node, { kind: 'delete-file', at, look: this.lookOf(node), after }, ...needs);
    this.disk.put(node, after && { parent: after.parent, name: after.name }, false);
  }
}
