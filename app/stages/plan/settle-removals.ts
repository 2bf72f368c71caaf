/**
 * Second half of a plan, when everything that stays is where it belongs: what is gone is deleted, and what leaves this disk leaves it; children before
 * their folders, and no folder in which something waits.
 */
import type { NodeId } from '../../domain/ids.ts';
import type { PlanDraft } from './plan-draft.ts';
import { isPlace } from './planned-disk.ts';

interface Step {
  readonly node: NodeId;
  readonly isLast: boolean;
}

/** What lies in a folder that goes, and is not deleted itself, leaves with it. */
function stepsBelow(draft: PlanDraft, node: NodeId, done: Set<NodeId>): readonly Step[] {
  if (done.has(node)) return [];
  done.add(node);
  const isFolder = draft.input.synced.get(node)?.kind === 'folder';
  const below = isFolder ? [...draft.disk.childrenOf(node)] : [];
  const isLeaving = draft.leaving.has(node);
  return [
    { node, isLast: true },
    ...below
      .filter((child) => isLeaving || draft.leaving.has(child) || draft.isGone(child))
      .map((child) => ({ node: child, isLast: false })),
  ];
}

/** False when it has to wait. */
function mayGo(draft: PlanDraft, node: NodeId): boolean {
  if (draft.waiting.has(node)) return false;
  if (draft.disk.isOn(node) && draft.isBusy(node)) draft.wait(node, 'busy');
  else if (draft.isGone(node) && draft.input.areDeletionsHeld) draft.wait(node, 'held');
  else if (draft.input.synced.get(node)?.kind === 'folder') {
    const isGone = draft.isGone(node);
    const rest = [...draft.disk.childrenOf(node)].some((child) => isGone || draft.disk.isOn(child));
    if (rest) draft.wait(node, 'behind');
  }
  return !draft.waiting.has(node);
}

function remove(draft: PlanDraft, node: NodeId): void {
  const { disk, input } = draft;
  const now = input.synced.get(node);
  const isOn = disk.isOn(node);
  if (now === undefined || (!isOn && !draft.isGone(node)) || !disk.hasEntry(node) || !mayGo(draft, node)) return;
  const wanted = draft.isGone(node) ? undefined : (draft.wantedOf(node) ?? now);
  if (wanted !== undefined && disk.occupant(node, wanted, false) !== undefined) {
    draft.wait(node, 'behind');
    return;
  }
  if (wanted !== undefined && !draft.notHere.has(node)) draft.notHere.set(node, 'folder-not-here');
  const left = now.kind === 'folder' ? disk.leftFrom(node) : [];
  const needs = [
    ...left,
    ...(wanted === undefined
      ? []
      : [...disk.leaversOf(wanted), ...(draft.made.has(wanted.parent) ? [wanted.parent] : [])]),
  ];
  if (!isOn) draft.emit(node, { kind: 'note', after: wanted }, ...needs);
  else if (now.kind === 'folder') {
    const spot = disk.spotOf(node);
    const at = isPlace(spot) ? { parent: spot.parent, name: spot.name } : undefined;
    draft.emit(node, { kind: 'delete-folder', at, after: wanted }, ...needs);
  } else draft.deleteFile(node, wanted, needs);
  disk.put(node, wanted && { parent: wanted.parent, name: wanted.name }, false);
}

export function settleRemovals(draft: PlanDraft): void {
  const done = new Set<NodeId>();
  const going = [...draft.input.target].flatMap(([node, wanted]) => (wanted === undefined ? [node] : []));
  const stack: Step[] = [...going, ...draft.leaving].toReversed().map((node) => ({ node, isLast: false }));
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if (step.isLast) remove(draft, step.node);
    else {
      // Whatever is in a folder that leaves this disk leaves with it, folders first of all.
      const spot = draft.disk.spotOf(step.node);
      if (isPlace(spot) && draft.leaving.has(spot.parent) && !draft.isGone(step.node)) draft.leaving.add(step.node);
      stack.push(...stepsBelow(draft, step.node, done));
    }
  }
}
