/**
 * Carries out a plan on this disk, in its order and in small batches: each operation with its condition looked at immediately before, each batch taken
 * over into the catalog before the next begins. What cannot be done is passed over with all that needs it; the next pass plans anew.
 */
import { Fault } from '../domain/fault.ts';
import { parseNodeId, type NodeId } from '../domain/ids.ts';
import { applyBatchMax, restoreWindowBytes } from '../domain/limits.ts';
import type { NodeState } from '../domain/node-state.ts';
import { asideName, joinPath, parkedFolder, parsePathName, type SpacePath } from '../domain/path-name.ts';
import type { Catalog, Look, NodeNum, SpaceRow, SyncedChange } from '../ports/catalog.ts';
import type { Disk, DiskAct, FileStat } from '../ports/disk.ts';
import type { ChunkReader } from '../restore/content/content.ts';
import type { DiskOperation, DiskPlan, Place } from '../stages/plan/plan.ts';
import { lookOf } from '../stages/scan/scan.ts';
import { forgetLeaving } from './leaving.ts';
import type { OnPoint } from './progress.ts';
import type { TreeWindow } from './tree-window.ts';
import { writeContents, type Writing } from './write-content.ts';

export interface ApplyInput {
  readonly row: SpaceRow;
  readonly folder: string;
  /** Of the versions that come: the adopted snapshot's, or the one that the next round will have. */
  readonly sequence: number;
  readonly window: TreeWindow;
  /** The caller gives folders their modes when everything is in them. */
  readonly leavesFoldersOpen: boolean;
  readonly onApplied: (operations: number, ofOperations: number) => void;
}

export interface ApplyPorts {
  readonly disk: Disk;
  readonly catalog: Catalog;
  readonly reader: ChunkReader;
  readonly onPoint: OnPoint;
}

export interface Applied {
  /** Operations that were carried out. */
  readonly done: number;
  readonly isComplete: boolean;
  readonly problems: readonly { readonly path: SpacePath; readonly fault: Fault }[];
}

type Outcome = FileStat | undefined | Fault;

/** Where things are now, as the catalog has them and as the disk has them. They differ for what is parked. */
class Places {
  readonly #window: TreeWindow;
  readonly #root: NodeId;
  readonly #moved = new Map<NodeId, Place | undefined>();
  readonly #paths = new Map<NodeId, SpacePath>();
  /** With the look that each has there; a folder has none. */
  readonly parked = new Map<NodeId, Look | undefined>();
  /** Looks that this run has given. */
  readonly looks = new Map<NodeId, Look | undefined>();
  readonly nums = new Map<NodeId, NodeNum>();

  constructor(window: TreeWindow, root: NodeId) {
    this.#window = window;
    this.#root = root;
  }

  #placeOf(node: NodeId): Place | undefined {
    if (this.#moved.has(node)) return this.#moved.get(node);
    const row = this.#window.row(node);
    return row && { parent: row.parentNode, name: row.name };
  }

  set(node: NodeId, place: Place | undefined): void {
    this.#moved.set(node, place);
    this.#paths.clear();
  }

  /** Undefined when a folder on the way is not there. */
  pathOf({ parent, name }: Place): SpacePath | undefined {
    const folder = this.#folderPath(parent);
    return folder === undefined ? undefined : joinPath(folder, name);
  }

  #folderPath(folder: NodeId): SpacePath | undefined {
    if (folder === this.#root) return '';
    const known = this.#paths.get(folder);
    if (known !== undefined) return known;
    const place = this.#placeOf(folder);
    const path = this.parked.has(folder) ? parkedPath(folder) : place && this.pathOf(place);
    if (path !== undefined) this.#paths.set(folder, path);
    return path;
  }

  lookOf(node: NodeId): Look | undefined {
    return this.looks.has(node) ? this.looks.get(node) : this.#window.row(node)?.look;
  }

  numOf(node: NodeId): NodeNum | undefined {
    return this.nums.get(node) ?? this.#window.num(node);
  }
}

export const parkedPath = (node: NodeId): SpacePath => joinPath(parsePathName(parkedFolder), parsePathName(node));

const openMode = ({ mode }: NodeState): number => mode | 0o700;

const placeOf = (state: NodeState): Place => ({ parent: state.parent, name: state.name });

/** Where the thing lies on the disk when its operation begins. */
function sourceOf(operation: DiskOperation, places: Places): SpacePath | undefined {
  switch (operation.kind) {
    case 'move':
    case 'park':
      return places.pathOf(operation.from);
    case 'unpark':
      return parkedPath(operation.node);
    case 'make-folder':
      return places.pathOf(operation.to);
    case 'note':
      return '';
    default:
      return operation.at === undefined ? parkedPath(operation.node) : places.pathOf(operation.at);
  }
}

export async function applyPlan(
  plan: DiskPlan,
  input: ApplyInput,
  ports: ApplyPorts,
  signal: AbortSignal,
): Promise<Applied> {
  const run = new PlanRun(plan, input, ports, signal);
  await run.prepare();
  await run.carryOut();
  return run.result();
}

class PlanRun {
  readonly #plan: DiskPlan;
  readonly #input: ApplyInput;
  readonly #ports: ApplyPorts;
  readonly #signal: AbortSignal;
  readonly #places: Places;
  readonly #failed = new Set<number>();
  readonly #problems: { path: SpacePath; fault: Fault }[] = [];
  /** Folders that get their own mode when everything is in them. */
  readonly #closed: NodeState[] = [];
  #done = 0;

  constructor(plan: DiskPlan, input: ApplyInput, ports: ApplyPorts, signal: AbortSignal) {
    this.#plan = plan;
    this.#input = input;
    this.#ports = ports;
    this.#signal = signal;
    this.#places = new Places(input.window, input.row.rootNode);
  }

  /** Numbers for what is new, and the window over all that paths go through. */
  async prepare(): Promise<void> {
    const { operations } = this.#plan;
    const { row, window } = this.#input;
    const nodes = new Set(operations.filter(({ after }) => after !== undefined).map(({ node }) => node));
    const isNew = await window.ask(() => {
      for (const operation of operations) {
        sourceOf(operation, this.#places);
        if (operation.after) {
          this.#places.pathOf(placeOf(operation.after));
          window.num(operation.after.parent);
        }
        if (operation.kind === 'take-over') window.row(operation.instead);
        window.row(operation.node);
      }
      return [...nodes].filter((node) => window.row(node) === undefined);
    });
    const nums = await this.#ports.catalog.allotNodes(row.num, isNew);
    for (const [i, node] of isNew.entries()) this.#places.nums.set(node, nums[i] ?? 0);
    if (operations.some((operation) => operation.kind === 'park' && operation.isOnDisk)) await this.#makeParkedFolder();
  }

  async #makeParkedFolder(): Promise<void> {
    const [made] = await this.#ports.disk.act(this.#input.folder, [
      { kind: 'make-folder', path: parkedFolder, mode: 0o700 },
    ]);
    if (made instanceof Fault) throw made;
  }

  async carryOut(): Promise<void> {
    const { operations } = this.#plan;
    for (let at = 0; at < operations.length;) {
      this.#signal.throwIfAborted();
      const end = this.#batchEnd(at);
      await this.#batch(at, end);
      at = end;
      this.#input.onApplied(at, operations.length);
    }
    if (this.#input.leavesFoldersOpen) return;
    const acts = this.#closed.toReversed().flatMap((folder): readonly DiskAct[] => {
      const path = this.#places.pathOf(placeOf(folder));
      return path === undefined ? [] : [dressing(path, undefined, folder)];
    });
    for (const done of acts.length > 0 ? await this.#ports.disk.act(this.#input.folder, acts) : [])
      if (done instanceof Fault) this.#problems.push({ path: '', fault: done });
  }

  /** A batch has one kind of work, nothing in it needs anything else in it, and a folder that goes elsewhere ends it. */
  #batchEnd(start: number): number {
    const { operations } = this.#plan;
    const isWriting = (operation: DiskOperation | undefined): boolean =>
      operation?.kind === 'write' || operation?.kind === 'link';
    let bytes = 0;
    for (let at = start; at < operations.length; at++) {
      const operation = operations[at];
      if (operation === undefined) break;
      bytes += isWriting(operation) ? (operation.after?.bytes ?? 0) : 0;
      const isApart =
        isWriting(operation) !== isWriting(operations[start]) ||
        at - start >= applyBatchMax ||
        bytes > restoreWindowBytes / 2 ||
        operation.needs.some((need) => need >= start);
      if (at > start && isApart) return at;
      if (operation.kind === 'park' || operation.kind === 'unpark') return at + 1;
      if ((operation.kind === 'move' || operation.kind === 'take-over') && operation.after.kind === 'folder')
        return at + 1;
    }
    return operations.length;
  }

  async #batch(start: number, end: number): Promise<void> {
    const ready: { index: number; operation: DiskOperation; path: SpacePath }[] = [];
    for (let index = start; index < end; index++) {
      const operation = this.#plan.operations[index];
      if (operation === undefined) continue;
      const path = sourceOf(operation, this.#places);
      if (path === undefined || operation.needs.some((need) => this.#failed.has(need))) this.#failed.add(index);
      else ready.push({ index, operation, path });
    }
    const leaving = await forgetLeaving(ready, this.#input.window, this.#ports);
    const outcomes = await this.#onDisk(ready);
    this.#ports.onPoint('apply:on-disk');
    const kept = leaving.filter(({ at }) => outcomes[at] instanceof Fault);
    if (kept.length > 0) await this.#ports.catalog.setLooks(kept);
    const changes: SyncedChange[] = [];
    for (const [i, { index, operation, path }] of ready.entries()) {
      const outcome = outcomes[i];
      if (outcome instanceof Fault) {
        this.#failed.add(index);
        this.#problems.push({ path, fault: outcome });
      } else {
        changes.push(...this.#changesOf(operation, outcome));
        this.#done++;
      }
    }
    if (changes.length === 0) return;
    await this.#ports.catalog.applySynced(this.#input.row.num, this.#input.sequence, changes);
    this.#ports.onPoint('apply:synced');
  }

  async #onDisk(
    ready: readonly { readonly operation: DiskOperation; readonly path: SpacePath }[],
  ): Promise<readonly Outcome[]> {
    const { disk } = this.#ports;
    const root = this.#input.folder;
    const writings = ready.flatMap(({ operation, path }): readonly Writing[] =>
      operation.kind === 'write' || operation.kind === 'link'
        ? [{ path, over: operation.over ?? 'never', after: operation.after }]
        : [],
    );
    if (writings.length > 0) return writeContents(root, writings, this.#ports, this.#signal);
    const acts = ready.map(({ operation, path }) => this.#actOf(operation, path));
    const needed = acts.flatMap((act) => (act === undefined ? [] : [act]));
    const results = needed.length > 0 ? await disk.act(root, needed) : [];
    let next = 0;
    const outcomes: Outcome[] = [];
    for (const [i, { operation, path }] of ready.entries()) {
      if (acts[i] !== undefined) outcomes.push(results[next++]);
      else outcomes.push(operation.kind === 'take-over' ? await this.#unchanged(path, operation.look) : undefined);
    }
    return outcomes;
  }

  /** A look at what only changes its identity. */
  async #unchanged(path: SpacePath, look: Look | undefined): Promise<Outcome> {
    const stat = await this.#ports.disk.look(this.#input.folder, path);
    const isSame = stat && (look === undefined ? stat.kind === 'folder' : isSameLook(look, stat));
    return isSame ? stat : new Fault('file-changing', 'later', `${path} was changed here in the meantime.`);
  }

  /** Undefined: there is nothing to do on the disk. */
  #actOf(operation: DiskOperation, path: SpacePath): DiskAct | undefined {
    switch (operation.kind) {
      case 'make-folder':
        // Its own mode may forbid what is still to be put into it.
        if (operation.after.mode !== openMode(operation.after)) this.#closed.push(operation.after);
        return { kind: 'make-folder', path, mode: openMode(operation.after) };
      case 'move':
      case 'unpark': {
        const to = this.#places.pathOf(operation.to);
        const look = operation.kind === 'move' ? operation.look : this.#places.parked.get(operation.node);
        return { kind: 'move', from: path, to: to ?? '', look };
      }
      case 'park':
        if (!operation.isOnDisk) return undefined;
        return { kind: 'move', from: path, to: parkedPath(operation.node), look: operation.look };
      case 'set':
        return dressing(path, operation.look, operation.after);
      case 'take-over': {
        const before = this.#input.window.row(operation.instead);
        const { after, look } = operation;
        if (after.kind === 'symlink' || (before?.mode === after.mode && before.mtimeNs === after.mtimeNs))
          return undefined;
        return dressing(path, after.kind === 'folder' ? undefined : look, after);
      }
      case 'delete-file': {
        const look = operation.look ?? this.#places.parked.get(operation.node);
        if (look === undefined) throw new Error('a file that is deleted has a look');
        return { kind: 'remove', path, look };
      }
      case 'note':
        return undefined;
      case 'delete-folder':
        return { kind: 'remove-folder', path };
      case 'write':
      case 'link':
        throw new Error('what is written is no act');
    }
  }

  #changesOf(operation: DiskOperation, stat: FileStat | undefined): readonly SyncedChange[] {
    const { node, after } = operation;
    const look = stat && lookOf(stat);
    if (operation.kind === 'park') {
      if (operation.isOnDisk) this.#places.parked.set(node, operation.look && look);
      const aside = { ...operation.after, parent: operation.from.parent, name: asideName(node) };
      this.#places.set(node, placeOf(aside));
      return this.#puts(aside, look);
    }
    this.#places.parked.delete(node);
    if (operation.kind === 'take-over') {
      const num = this.#places.numOf(operation.instead);
      if (num === undefined) throw new Error('what is taken over has an entry');
      this.#places.nums.set(node, num);
      this.#places.set(operation.instead, undefined);
      this.#places.set(node, placeOf(operation.after));
      return [{ kind: 'identify', num, node }, ...this.#puts(operation.after, look)];
    }
    this.#places.set(node, after && placeOf(after));
    const num = this.#places.numOf(node);
    // Both sides deleted it, or it never was here.
    if (num === undefined && after === undefined) return [];
    if (num === undefined) throw new Error('what was on this disk has an entry');
    // What only leaves this disk stays in the space, without a look.
    if (after === undefined) return [{ kind: 'drop', num }];
    if (operation.kind === 'delete-file' || operation.kind === 'delete-folder') return this.#puts(after, undefined);
    return this.#puts(after, operation.kind === 'note' ? this.#places.lookOf(node) : look);
  }

  #puts(after: NodeState, look: Look | undefined): readonly SyncedChange[] {
    const num = this.#places.numOf(after.node);
    const parent = this.#places.numOf(after.parent);
    if (num === undefined || parent === undefined)
      throw new Error('what was placed lies in a folder that has an entry');
    this.#places.looks.set(after.node, look);
    const { name, kind, mode, mtimeNs, bytes, content, place, version } = after;
    return [{ kind: 'put', parent, name, num, entry: { kind, mode, mtimeNs, bytes, content, place, version }, look }];
  }

  result(): Applied {
    const isComplete = this.#failed.size === 0 && this.#plan.waiting.size === 0;
    return { done: this.#done, isComplete, problems: this.#problems };
  }
}

function isSameLook(look: Look, stat: FileStat): boolean {
  const now = lookOf(stat);
  return (
    now.device === look.device &&
    now.inode === look.inode &&
    now.bytes === look.bytes &&
    now.mtimeNs === look.mtimeNs &&
    now.ctimeNs === look.ctimeNs
  );
}

function dressing(path: SpacePath, look: Look | undefined, { mode, mtimeNs }: NodeState): DiskAct {
  return { kind: 'dress', path, look, placement: { mode, mtimeNs } };
}

/** Identities of what a killed pass left parked. */
export async function parkedNodes(disk: Disk, folder: string): Promise<readonly NodeId[]> {
  if ((await disk.look(folder, parkedFolder))?.kind !== 'folder') return [];
  const { entries } = await disk.list(folder, parkedFolder);
  return entries.flatMap(({ name }) => (/^[0-9a-f]{32}$/.test(name) ? [parseNodeId(name)] : []));
}
