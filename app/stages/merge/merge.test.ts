import { describe, expect, test } from 'vitest';
import { hostileTree, reachable } from '../../../test/sim/hostile-tree.ts';
import { flawOfHistory, flawOfSides } from '../../../test/sim/merge-history.ts';
import { brokenMerges } from '../../../test/sim/merge-mutants.ts';
import { applyMerged, mergeInputOf, ModelDevice } from '../../../test/sim/model-device.ts';
import {
  childrenOf,
  contentText,
  flawOf,
  modelHash,
  modelRoot,
  ModelUser,
  newRecord,
  noContent,
  treeText,
} from '../../../test/sim/model-tree.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import type { NodeId } from '../../domain/ids.ts';
import type { NodeState } from '../../domain/node-state.ts';
import { parsePathName } from '../../domain/path-name.ts';
import { merge } from './merge.ts';

/** A device whose user does one named thing at a time. */
class Hands {
  readonly device: ModelDevice;

  constructor(number: number) {
    this.device = new ModelDevice(number, merge);
  }

  make(name: string, content?: string, parent: NodeId = modelRoot): NodeId {
    const node = modelHash(`${this.device.id} ${name} ${this.device.tree.size}`);
    const dot = this.device.dot();
    const isFile = content !== undefined;
    this.device.tree.set(node, {
      node,
      parent,
      name: parsePathName(name),
      place: dot,
      kind: isFile ? 'file' : 'folder',
      mode: 0o644,
      mtimeNs: BigInt(Date.UTC(2026, 10, 20, 14, 3)) * 1_000_000n,
      bytes: content?.length ?? 0,
      content: isFile ? { depth: 0, chunks: [content as never] } : noContent,
      version: dot,
    });
    return node;
  }

  #change(node: NodeId, change: Partial<NodeState>): void {
    this.device.tree.set(node, { ...this.device.tree.get(node)!, ...change });
  }

  move(node: NodeId, parent: NodeId, name = this.device.tree.get(node)!.name as string): void {
    this.#change(node, { parent, name: parsePathName(name), place: this.device.dot() });
  }

  edit(node: NodeId, content: string): void {
    this.#change(node, { content: { depth: 0, chunks: [content as never] }, version: this.device.dot() });
  }

  delete(node: NodeId): void {
    for (const child of childrenOf(this.device.tree, node)) this.delete(child.node);
    this.device.tree.delete(node);
  }

  get paths(): readonly string[] {
    const { tree } = this.device;
    const path = (state: NodeState): string =>
      state.parent === modelRoot ? state.name : `${path(tree.get(state.parent)!)}/${state.name}`;
    return [...tree.values()].map((state) => [path(state), contentText(state)].filter(Boolean).join(' = ')).toSorted();
  }
}

/** Both publish, then read each other until nothing is new; both must agree. */
function exchange(...hands: readonly Hands[]): readonly string[] {
  for (const { device } of hands) device.publish();
  for (let round = 0; round < 6; round++) {
    for (const { device } of hands)
      for (const other of hands) if (other.device !== device) device.take(other.device.head);
  }
  for (const { device } of hands) expect(treeText(device.tree, true)).toBe(treeText(hands[0]!.device.tree, true));
  return hands[0]!.paths;
}

function pair(): readonly [Hands, Hands] {
  return [new Hands(1), new Hands(2)];
}

describe('two devices', () => {
  test('a rename here and an edit there are one renamed, edited file', () => {
    const [a, b] = pair();
    const file = a.make('draft.txt', 'old');
    exchange(a, b);
    a.move(file, modelRoot, 'final.txt');
    b.edit(file, 'new');
    expect(exchange(a, b)).toEqual(['final.txt = new']);
  });

  test('edge 59: simultaneous edits: both are kept, the copy says whose it is and when', () => {
    const [a, b] = pair();
    const file = a.make('report.txt', 'old');
    exchange(a, b);
    a.edit(file, 'of a');
    b.edit(file, 'of b');
    const paths = exchange(a, b);
    expect(paths).toHaveLength(2);
    expect(paths[0]).toMatch(/^report \(conflict, device 11, 2026-11-20 14\.03\)\.txt = of a$/);
    expect(paths[1]).toBe('report.txt = of b');
  });

  test('edge 60: identical simultaneous edits are no conflict', () => {
    const [a, b] = pair();
    const file = a.make('report.txt', 'old');
    exchange(a, b);
    a.edit(file, 'same');
    b.edit(file, 'same');
    expect(exchange(a, b)).toEqual(['report.txt = same']);
  });

  test('edge 61: edit against delete: the edit wins and brings its folders back', () => {
    const [a, b] = pair();
    const top = a.make('top');
    const inner = a.make('inner', undefined, top);
    const file = a.make('kept.txt', 'old', inner);
    a.make('gone.txt', 'gone', inner);
    exchange(a, b);
    a.delete(top);
    b.edit(file, 'new');
    expect(exchange(a, b)).toEqual(['top', 'top/inner', 'top/inner/kept.txt = new']);
  });

  test('edge 62: move against edit inside: both apply', () => {
    const [a, b] = pair();
    const folder = a.make('folder');
    const file = a.make('file', 'old', folder);
    exchange(a, b);
    a.move(folder, modelRoot, 'renamed');
    b.edit(file, 'new');
    expect(exchange(a, b)).toEqual(['renamed', 'renamed/file = new']);
  });

  test('edge 63: folder move against folder delete: the move keeps the folder, what was deleted in it is gone', () => {
    const [a, b] = pair();
    const folder = a.make('folder');
    a.make('file', 'old', folder);
    exchange(a, b);
    a.move(folder, modelRoot, 'renamed');
    b.delete(folder);
    expect(exchange(a, b)).toEqual(['renamed']);
  });

  test('edge 64: A moved into B while B moved into A: one of them stays where it was', () => {
    const [a, b] = pair();
    const first = a.make('a');
    const second = a.make('b');
    a.make('file', 'x', second);
    exchange(a, b);
    a.move(first, second);
    b.move(second, first);
    expect(exchange(a, b)).toEqual(['b', 'b/a', 'b/file = x']);
  });

  test('edge 65: the same folder made twice is one folder with all that is in both', () => {
    const [a, b] = pair();
    for (const [hands, name] of [
      [a, 'from a'],
      [b, 'from b'],
    ] as const) {
      const inner = hands.make('inner', undefined, hands.make('folder'));
      hands.make(name, name, inner);
      hands.make('equal', 'equal', inner);
    }
    expect(exchange(a, b)).toEqual([
      'folder',
      'folder/inner',
      'folder/inner/equal = equal',
      'folder/inner/from a = from a',
      'folder/inner/from b = from b',
    ]);
  });

  test('edge 66: a device that was away for long brings no deleted file back, and loses no edit', () => {
    const [a, b] = pair();
    const old = a.make('old', 'old');
    const edited = a.make('edited', 'first');
    exchange(a, b);
    a.delete(old);
    for (let month = 1; month <= 9; month++) {
      a.edit(edited, `month ${month}`);
      a.device.publish();
    }
    b.edit(edited, 'while away');
    const paths = exchange(a, b);
    expect(paths).toHaveLength(2);
    expect(paths.join()).toContain('while away');
    expect(paths.join()).toContain('edited = month 9');
  });

  test('edge 15: a swap of two names is two places and no content', () => {
    const [a, b] = pair();
    const one = a.make('one', '1');
    const two = a.make('two', '2');
    exchange(a, b);
    a.move(one, modelRoot, 'two');
    a.move(two, modelRoot, 'one');
    expect(exchange(a, b)).toEqual(['one = 2', 'two = 1']);
  });

  test('edge 26: the time of a folder does not bring it back', () => {
    const [a, b] = pair();
    const folder = a.make('folder');
    exchange(a, b);
    const state = a.device.tree.get(folder)!;
    a.device.tree.set(folder, { ...state, mtimeNs: 5n, version: a.device.dot() });
    b.delete(folder);
    expect(exchange(a, b)).toEqual([]);
  });

  test('edge 67: two contents under one dot, as a cloned device makes them, are both kept', () => {
    const [a, b] = [new Hands(1), new Hands(1)];
    const file = a.make('file', 'old');
    a.device.publish();
    b.device.take(a.device.head);
    a.edit(file, 'of one');
    b.edit(file, 'of the other');
    const [dot, vector] = [{ device: a.device.id, sequence: 9 }, new Map()];
    const sides = [a, b].map(({ device }) => ({ tree: device.tree, vector, taken: new Map() }));
    const result = applyMerged(a.device.tree, merge(mergeInputOf(sides[0]!, sides[1]!, dot)));
    expect([...result.values()].map(contentText).toSorted()).toEqual(['of one', 'of the other']);
  });
});

describe('random histories', () => {
  const histories = Number(process.env['FLOE_HISTORIES'] ?? 1500);
  const firstSeed = Number(process.env['FLOE_SEED'] ?? 1);

  test('devices agree in the end, lose nothing, and bring nothing back', () => {
    for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
      expect(flawOfHistory(seed, merge), `seed ${seed}`).toBeUndefined();
    }
  });

  test('merging is the same from either side, and a second time there is nothing to do', () => {
    for (let seed = 1; seed <= 400; seed++) expect(flawOfSides(seed, merge), `seed ${seed}`).toBeUndefined();
  });

  test.each(Object.keys(brokenMerges))('a merge that would %s is found', (name) => {
    const broken = brokenMerges[name as keyof typeof brokenMerges];
    let seed = 1;
    while (seed < 1000 && (flawOfHistory(seed, broken) ?? flawOfSides(seed, broken)) === undefined) seed++;
    expect(seed).toBeLessThan(1000);
  });

  test('whatever a listing claims, the result is a tree', () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const dice = seededDice(seed);
      const device = new ModelDevice(1, merge);
      const user = new ModelUser(dice, newRecord());
      for (let act = 0; act < 15; act++) user.act(device.tree, device.dot());
      device.publish();
      const lies = hostileTree(device.tree, dice);
      const vector = dice.fraction() < 0.5 ? new Map() : device.vector;
      const dot = { device: device.id, sequence: 99 };
      const merged = merge(mergeInputOf(device.head, { tree: reachable(lies), vector, taken: new Map() }, dot));
      expect(flawOf(applyMerged(device.tree, merged)), `seed ${seed}`).toBeUndefined();
      // What no listing can say does no harm either.
      merge(mergeInputOf(device.head, { tree: lies, vector, taken: new Map() }, dot));
    }
  });
});
