/**
 * Random histories for the merge alone: some devices, users that edit, heads that are exchanged in any order, and what must hold in the end. Says
 * what does not hold, or nothing.
 */
import { hasSeen, type Dot, type Seen } from '../../app/domain/dot.ts';
import type { NodeId } from '../../app/domain/ids.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { applyMerged, mergeInputOf, ModelDevice, type MergeFunction } from './model-device.ts';
import { contentText, flawOf, ModelUser, newRecord, treeText, type UserRecord } from './model-tree.ts';

/** All devices read all heads this often at most before they agree. */
export const exchangesMax = 8;

interface Deletion {
  readonly node: NodeId;
  readonly seen: Seen;
}

class History {
  readonly #devices: readonly ModelDevice[];
  readonly #record: UserRecord = newRecord();
  readonly #user: ModelUser;
  readonly #fraction: () => number;
  readonly #deletions: Deletion[] = [];
  readonly #dots = new Map<NodeId, Dot[]>();

  constructor(seed: number, merge: MergeFunction) {
    const dice = seededDice(seed);
    this.#fraction = dice.fraction;
    this.#user = new ModelUser(dice, this.#record);
    this.#devices = Array.from(
      { length: 2 + Math.floor(dice.fraction() * 3) },
      (_, at) => new ModelDevice(at + 1, merge),
    );
  }

  run(): string | undefined {
    const steps = 3 + Math.floor(this.#fraction() * 14);
    for (let step = 0; step < steps; step++) {
      const device = this.#user.pick(this.#devices)!;
      const what = this.#fraction();
      if (what < 0.55) this.#edit(device);
      else if (what < 0.8) device.take(this.#user.pick(this.#devices)!.head);
      else this.#takePartly(device);
      const flaw = this.#notice(device);
      if (flaw !== undefined) return flaw;
    }
    return this.#exchange() ?? this.#judge();
  }

  #takePartly(device: ModelDevice): void {
    const head = this.#user.pick(this.#devices)!.head;
    const busy = new Set([...device.tree.keys()].filter(() => this.#fraction() < 0.3));
    device.takePartly(
      head,
      (node) => busy.has(node),
      this.#fraction() < 0.5 ? Infinity : Math.floor(this.#fraction() * 5),
    );
  }

  #edit(device: ModelDevice): void {
    const before = new Map(device.tree);
    for (let more = 0; more < 1 + this.#fraction() * 3; more++) this.#user.act(device.tree, device.dot());
    device.publish();
    const seen = device.seen();
    for (const node of before.keys()) if (!device.tree.has(node)) this.#deletions.push({ node, seen });
  }

  #notice(device: ModelDevice): string | undefined {
    for (const { node, place, version } of device.tree.values()) {
      const dots = this.#dots.get(node) ?? [];
      dots.push(place, version);
      this.#dots.set(node, dots);
    }
    return flawOf(device.tree);
  }

  #exchange(): string | undefined {
    for (let round = 0; round < exchangesMax; round++) {
      let isQuiet = true;
      for (const device of this.#devices.toSorted(() => this.#fraction() - 0.5)) {
        for (const other of this.#devices.toSorted(() => this.#fraction() - 0.5)) {
          if (other === device) continue;
          if (device.take(other.head)) isQuiet = false;
          const flaw = this.#notice(device);
          if (flaw !== undefined) return flaw;
        }
      }
      if (isQuiet) return undefined;
    }
    return 'the devices do not come to rest';
  }

  #judge(): string | undefined {
    const [first, ...others] = this.#devices.map(({ tree }) => treeText(tree, true));
    if (others.some((text) => text !== first)) return `the devices differ:\n${[first, ...others].join('\n\n')}`;
    const tree = this.#devices[0]!.tree;
    const held = new Set([...tree.values()].map(contentText));
    for (const content of this.#record.written.keys()) {
      if (!held.has(content) && !this.#record.killed.has(content)) return `${content} is lost`;
    }
    if (this.#devices.some(({ forgetsPlaces }) => forgetsPlaces)) return undefined;
    for (const { node, seen } of this.#deletions) {
      const wasAllSeen = (this.#dots.get(node) ?? []).every((dot) => hasSeen(seen, node, dot));
      if (tree.has(node) && tree.get(node)?.kind === 'file' && wasAllSeen) return `${node} was deleted and came back`;
    }
    return undefined;
  }
}

export function flawOfHistory(seed: number, merge: MergeFunction): string | undefined {
  return new History(seed, merge).run();
}

/** One merge from both sides, and once more over its own result. */
export function flawOfSides(seed: number, merge: MergeFunction): string | undefined {
  const dice = seededDice(seed);
  const [one, other] = [new ModelDevice(1, merge), new ModelDevice(2, merge)];
  for (const device of [one, other]) {
    const user = new ModelUser(dice, newRecord());
    if (device === other) device.take(one.head);
    for (let act = 0; act < 12; act++) user.act(device.tree, device.dot());
    device.publish();
    if (device === other) continue;
    for (let act = 0; act < 6; act++) user.act(device.tree, device.dot());
  }
  one.publish();
  const [mine, theirs] = [one.head, other.head];
  const dot = { device: one.id, sequence: 99 };
  const here = applyMerged(mine.tree, merge(mergeInputOf(mine, theirs, dot)));
  const there = applyMerged(theirs.tree, merge(mergeInputOf(theirs, mine, dot)));
  if (treeText(there, true) !== treeText(here, true)) return 'the two sides differ';
  const vector = new Map([...mine.vector, ...theirs.vector, [dot.device, 99] as const]);
  const again = merge(mergeInputOf({ tree: here, vector, taken: new Map() }, theirs, { ...dot, sequence: 100 }));
  return again.isMine ? undefined : 'merging again changes something';
}
