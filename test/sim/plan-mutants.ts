/** Plans with a planted bug each. The cases must find every one of them. */
import { plan, type DiskOperation, type DiskPlan } from '../../app/stages/plan/plan.ts';
import type { PlanFunction } from './plan-case.ts';

function withOperations(made: DiskPlan, operations: readonly DiskOperation[]): DiskPlan {
  return { ...made, operations };
}

/** Each operation becomes some; what is needed is the last of those. */
function rewritten(made: DiskPlan, rewrite: (operation: DiskOperation) => readonly DiskOperation[]): DiskPlan {
  const operations: DiskOperation[] = [];
  const last: number[] = [];
  for (const operation of made.operations) {
    const needs = operation.needs.map((need) => last[need] ?? 0);
    operations.push(...rewrite({ ...operation, needs }));
    last.push(operations.length - 1);
  }
  return withOperations(made, operations);
}

export const brokenPlans = {
  'delete and write anew what only moved': (input) =>
    rewritten(plan(input), (operation) => {
      if (operation.kind !== 'move' || operation.look === undefined) return [operation];
      const { node, needs, from, to, look, after } = operation;
      return [
        { kind: 'delete-file', node, needs, at: from, look, after: undefined },
        { kind: 'write', node, needs, at: to, over: undefined, source: undefined, after },
      ];
    }),
  'take what changed meanwhile for unchanged': (input) =>
    plan({ ...input, synced: { ...input.synced, isBusy: () => false } }),
  'delete though deletions are held': (input) => plan({ ...input, areDeletionsHeld: false }),
  'forget what is parked': (input) => rewritten(plan(input), (one) => (one.kind === 'unpark' ? [] : [one])),
  'replace a file before its copy is there': (input) => plan({ ...input, conflicts: [] }),
  'not wait for what failed': (input) => rewritten(plan(input), (one) => [{ ...one, needs: [] }]),
  'delete first': (input) => {
    const made = plan(input);
    const isDeletion = ({ kind }: DiskOperation): boolean => kind === 'delete-folder';
    return withOperations(made, [
      ...made.operations.filter(isDeletion),
      ...made.operations.filter((one) => !isDeletion(one)),
    ]);
  },
  'take all names for different': (input) => plan({ ...input, traits: { ...input.traits, keyOf: (name) => name } }),
  'write what was not chosen': (input) => plan({ ...input, isChosen: () => true }),
} satisfies Record<string, PlanFunction>;
