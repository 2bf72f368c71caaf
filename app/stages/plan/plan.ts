/**
 * From what is synced and what is wanted to operations on this disk, in an order that can be stopped anywhere: pure, total, the same for the same
 * input. Nothing is written over or removed without the look it must have; whatever changed meanwhile waits, with all that depends on it.
 */
import type { DiskPlan, PlanInput } from './disk-plan.ts';
import { PlanDraft } from './plan-draft.ts';
import { NodeSettling } from './settle-nodes.ts';
import { settleRemovals } from './settle-removals.ts';

export type {
  DiskAction,
  DiskOperation,
  DiskPlan,
  DiskTraits,
  NotHere,
  Place,
  PlanInput,
  SyncedTree,
  Waiting,
} from './disk-plan.ts';

export function plan(input: PlanInput): DiskPlan {
  const draft = new PlanDraft(input);
  let deletions = 0;
  for (const [node, wanted] of input.target) {
    const now = input.synced.get(node);
    if (wanted === undefined && now !== undefined && now.kind !== 'folder' && input.synced.isHere(node)) deletions++;
  }
  new NodeSettling(draft).run();
  settleRemovals(draft);
  const { operations, notHere, waiting } = draft;
  return { operations, notHere, waiting, deletions };
}
