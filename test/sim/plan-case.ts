/**
 * One random case for merge and plan together: two devices' trees, a disk that holds some of one of them, somebody who works there meanwhile, a disk with
 * its own idea of names. Says what does not hold, or nothing.
 */
import type { NodeId } from '../../app/domain/ids.ts';
import { isSameContent, type NodeState } from '../../app/domain/node-state.ts';
import { merge } from '../../app/stages/merge/merge.ts';
import type { DiskOperation, DiskPlan, PlanInput } from '../../app/stages/plan/plan.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { applyMerged, mergeInputOf, ModelDevice } from './model-device.ts';
import { flawOf, modelRoot, ModelUser, newRecord, treeText } from './model-tree.ts';
import { PlanWorld, Refused } from './plan-world.ts';

export type PlanFunction = (input: PlanInput) => DiskPlan;

interface Case {
  readonly world: PlanWorld;
  readonly inputFor: (world: PlanWorld) => PlanInput;
  readonly wanted: ReadonlyMap<NodeId, NodeState>;
  /** Everything is on the disk, nobody works there, and every name can be held. */
  readonly isPlain: boolean;
  readonly stopAt: number;
  readonly disturbed: readonly string[];
}

function twoDevices(user: ModelUser, fraction: () => number): readonly [ModelDevice, ModelDevice] {
  const [mine, theirs] = [new ModelDevice(1, merge), new ModelDevice(2, merge)];
  for (let act = 0; act < 2 + fraction() * 10; act++) user.act(mine.tree, mine.dot());
  mine.publish();
  if (fraction() < 0.85) theirs.take(mine.head);
  for (const device of [mine, theirs]) {
    for (let act = 0; act < fraction() * 8; act++) user.act(device.tree, device.dot());
    device.publish();
  }
  return [mine, theirs];
}

function drawCase(seed: number): Case {
  const dice = seededDice(seed);
  const { fraction } = dice;
  const user = new ModelUser(dice, newRecord());
  const [mine, theirs] = twoDevices(user, fraction);
  const merged = merge(mergeInputOf(mine.head, theirs.head, { device: mine.id, sequence: 99 }));
  const [isPlain, isFolding, areDeletionsHeld] = [fraction() < 0.5, fraction() < 0.5, fraction() < 0.2];
  const keyOf = (name: string): string => (isFolding && !isPlain ? name.toLowerCase() : name);
  const world = new PlanWorld(keyOf);
  world.load(mine.tree, () => isPlain || fraction() < 0.85);
  const disturbed: string[] = [];
  if (!isPlain) {
    for (const node of world.rows.keys()) {
      if (fraction() > 0.1) continue;
      world.disturb(node, `work on ${node}`);
      if (world.busy.has(node)) disturbed.push(`work on ${node}`);
    }
  }
  const [notChosen, refused] = isPlain
    ? ['', '']
    : [user.pick(['a', 'x', 'y', 'z']), user.pick(['d.tar.gz', 'x', 'y'])];
  const inputFor = (from: PlanWorld): PlanInput => ({
    root: modelRoot,
    synced: from.synced(),
    target: merged.nodes,
    conflicts: merged.conflicts,
    traits: { keyOf, isRefused: (name) => name === refused },
    isChosen: ({ parent, name }) => parent !== modelRoot || name !== notChosen,
    areDeletionsHeld: areDeletionsHeld && !isPlain,
  });
  const stopAt = fraction() < 0.5 ? Math.floor(fraction() * 6) : Infinity;
  return { world, inputFor, wanted: applyMerged(mine.tree, merged), isPlain, stopAt, disturbed };
}

function carryOut(world: PlanWorld, operations: readonly DiskOperation[], stopAt: number): void {
  for (const [at, operation] of operations.entries()) {
    // A catalog is never left while something is parked.
    if (at >= stopAt && !isSomethingOpen(operations, at)) return;
    if (operation.needs.some((need) => need >= at)) throw new Error('an operation needs an earlier one');
    world.run(operation);
  }
}

/** Between a park and what ends it. */
function isSomethingOpen(operations: readonly DiskOperation[], end: number): boolean {
  const open = new Set<NodeId>();
  for (const { kind, node } of operations.slice(0, end)) {
    if (kind === 'park') open.add(node);
    else open.delete(node);
  }
  return open.size > 0;
}

/** What the list of operations itself must keep to. */
function flawOfPlan({ synced, areDeletionsHeld, conflicts }: PlanInput, { operations }: DiskPlan): string | undefined {
  const positions = new Map<NodeId, number>();
  for (const [at, operation] of operations.entries()) {
    const { node, kind, after } = operation;
    const now = synced.get(node);
    const isWritten = kind === 'write' && now !== undefined && after !== undefined && synced.isHere(node);
    if (isWritten && isSameContent(now, after)) return `${node} is written though its content is here`;
    if (areDeletionsHeld && kind.startsWith('delete') && after === undefined)
      return `${node} is deleted though deletions are held`;
    for (const { beside } of conflicts.filter((one) => isWritten && one.kind === 'content' && one.node === node)) {
      const before = positions.get(beside);
      if (before === undefined || !operation.needs.includes(before))
        return `${node} is replaced before it is kept beside`;
    }
    positions.set(node, at);
  }
  return undefined;
}

function judge({ world, inputFor, wanted, isPlain, disturbed }: Case, made: DiskPlan): string | undefined {
  const { target: targets, isChosen } = inputFor(world);
  const flaw = flawOf(world.tree());
  if (flaw !== undefined) return `the entries: ${flaw}`;
  for (const node of new Set([...wanted.keys(), ...world.rows.keys()])) {
    if (made.waiting.has(node)) continue;
    const [row, goal] = [world.rows.get(node), wanted.get(node)];
    if (row === undefined && goal === undefined) continue;
    if (row === undefined || goal === undefined) return `${node} is ${row ? 'still' : 'not'} there, and not waiting`;
    if (
      treeText(new Map([[node, { ...row.state, parent: modelRoot }]]), true) !==
      treeText(new Map([[node, { ...goal, parent: modelRoot }]]), true)
    ) {
      return `${node} is not what was wanted, and not waiting`;
    }
    if (row.state.parent !== goal.parent) return `${node} is not where it was wanted`;
    if (row.isHere && targets.has(node) && !isChosen(row.state)) return `${node} is on the disk and was not chosen`;
    if (!row.isHere && isPlain) return `${node} is not on the disk`;
  }
  if (isPlain && made.waiting.size > 0) return 'something waits for nothing';
  if (world.parked.size > 0) return 'something is left parked';
  const text = world.diskText();
  for (const work of disturbed) if (!text.includes(work)) return `${work} is lost`;
  if (disturbed.length === 0 && text !== world.entriesText())
    return `the disk is not what the entries say:\n${text}\n\n${world.entriesText()}`;
  return undefined;
}

/** People put files in the way and work on others while a plan is carried out; the disk refuses, and all that needs what was refused is left. */
function flawOfDisturbance(seed: number, plan: PlanFunction): string | undefined {
  const { world, inputFor, disturbed } = drawCase(seed);
  const { fraction } = seededDice(seed + 1);
  const work = [...disturbed];
  const { operations } = plan(inputFor(world));
  const undone = new Set<number>();
  for (const [at, operation] of operations.entries()) {
    const to = 'to' in operation ? operation.to : 'at' in operation ? operation.at : undefined;
    const isIntruded = fraction() < 0.15 && to !== undefined;
    if (operation.needs.some((need) => undone.has(need))) {
      undone.add(at);
      continue;
    }
    try {
      if (isIntruded && world.isFolderThere(to.parent)) {
        const content = `put there before ${at}`;
        if (world.intrude(to, content)) work.push(content);
      }
      world.run(operation);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      undone.add(at);
    }
    const contents = world.contents();
    for (const one of work) if (!contents.has(one)) return `${one} is lost after ${operation.kind}`;
  }
  world.bringBackParked();
  return flawOf(world.tree());
}

export function flawOfCase(seed: number, plan: PlanFunction): string | undefined {
  const drawn = drawCase(seed);
  const { world, inputFor, stopAt } = drawn;
  try {
    const input = inputFor(world);
    const first = plan(input);
    const flaw = flawOfPlan(input, first);
    if (flaw !== undefined) return flaw;
    carryOut(world, first.operations, stopAt);
    // What was cut short is planned anew from where it stands; what was carried out wholly leaves nothing to do.
    const second = plan(inputFor(world));
    if (stopAt === Infinity) {
      const wrong = judge(drawn, first);
      if (wrong !== undefined) return wrong;
      if (first.waiting.size === 0 && second.operations.length > 0) return 'a plan that was carried out is not the end';
    }
    carryOut(world, second.operations, Infinity);
    return judge(drawn, second) ?? flawOfDisturbance(seed, plan);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join('\n') : 'thrown';
  }
}
