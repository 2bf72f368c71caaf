/**
 * From what is synced and what is wanted to operations on this disk, in an order that can be stopped anywhere: pure, total, the same for the same
 * input. Nothing is written over or removed without the look it must have; whatever changed meanwhile waits, with all that depends on it.
 */
import type { NodeId } from '../../domain/ids.ts';
import type { DiskPlan, PlanInput } from './disk-plan.ts';
import { PlanDraft } from './plan-draft.ts';
import { NodeSettling } from './settle-nodes.ts';
import { settleRemovals } from './settle-removals.ts';

export type { DiskOperation, DiskPlan, DiskTraits, NotHere, Place, PlanInput, SyncedTree } from './disk-plan.ts';

/** Plans that would leave something parked are made again without parking that; each case of it is rare, several at once hardly occur. */
const kindTriesMax = 4;

function draftPlan(input: PlanInput): PlanDraft {
  const stuck = new Set<NodeId>();
  for (let tries = 1; ; tries++) {
    const draft = new PlanDraft(input, (node) => tries <= kindTriesMax && !stuck.has(node));
    new NodeSettling(draft).run();
    settleRemovals(draft);
    const left = [...draft.parked].filter((node) => draft.disk.spotOf(node) === 'parked');
    if (left.length === 0) return draft;
    for (const node of left) stuck.add(node);
  }
}

export function plan(input: PlanInput): DiskPlan {
  let deletions = 0;
  for (const [node, wanted] of input.target) {
    const now = input.synced.get(node);
    if (wanted === undefined && now !== undefined && now.kind !== 'folder' && input.synced.isHere(node)) deletions++;
  }
  const { operations, notHere, waiting } = draftPlan(input);
  return { operations, notHere, waiting, deletions };
}
