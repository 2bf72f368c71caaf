import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpacePath } from '../../domain/path-name.ts';
import type { Version } from '../../domain/space.ts';
import type { CatalogOperations, EntryRow } from '../../ports/catalog.ts';
import { openStore } from './store.ts';
import { chanceFrom, Model, type ModelVersion } from './testing/model.ts';
import { content, newSpace, nodeId, put, remove, seal, sealAndCertify } from './testing/samples.ts';

const nodeBase = 0x1000;

function versionOf(path: SpacePath, { name, num, since, until, entry }: ModelVersion): Version {
  return { path, name, node: nodeId(nodeBase + num), ...entry, since, until };
}

function rowOf({ parent, name, num, since, entry, look }: ModelVersion): EntryRow {
  return { parent, name, num, node: nodeId(nodeBase + num), ...entry, since, look };
}

/** One space whose files have the identity `nodeBase` + their number. */
function open() {
  const { operations: catalog, close } = openStore(':memory:');
  const { num: space, root } = catalog.addSpace(newSpace());
  let last = root;
  const fresh = (): number => {
    const [num = 0] = catalog.allotNodes(space, [nodeId(nodeBase + ++last)]);
    expect(num).toBe(last);
    return num;
  };
  return { catalog, space, root, fresh, close };
}

interface Told {
  readonly catalog: CatalogOperations;
  readonly space: number;
  readonly model: Model;
}

function expectNow({ catalog, space, model }: Told): void {
  const tree = model.tree();
  const folders = [model.root, ...tree.map(({ version }) => version.num)];
  expect(catalog.children(folders)).toEqual(folders.map((num) => model.children(num).map(rowOf)));
  for (const { path, version } of tree) {
    expect(catalog.entryAt(space, path)).toEqual(rowOf(version));
    expect(catalog.pathOf(version.num)).toBe(path);
  }
  const files = tree.filter(({ version }) => version.entry.kind === 'file');
  expect(catalog.totals(space)).toEqual({
    files: files.length,
    folders: tree.filter(({ version }) => version.entry.kind === 'folder').length,
    bytes: files.reduce((sum, { version }) => sum + version.entry.bytes, 0),
  });
}

function expectThen({ catalog, space, model }: Told, sequence: number, chance: (below: number) => number): void {
  const tree = model.tree(sequence);
  const limit = 1 + chance(7);
  const walked: Version[] = [];
  for (let page: readonly Version[] = []; ; walked.push(...page)) {
    page = catalog.treeAt(space, '', sequence, walked.at(-1)?.path, limit);
    expect(page.length).toBeLessThanOrEqual(limit);
    if (page.length === 0) break;
  }
  expect(walked).toEqual(tree.map(({ path, version }) => versionOf(path, version)));
  for (const { path, version } of tree) {
    expect(catalog.entryAtSequence(space, path, sequence)).toEqual(versionOf(path, version));
    const listed = version.entry.kind !== 'folder' ? undefined : model.children(version.num, sequence);
    const below = listed?.map((child) => versionOf(`${path}/${child.name}`, child));
    expect(catalog.listAt(space, path, sequence)).toEqual(below);
    const subtree = model.tree(sequence, version.num, path).map((found) => versionOf(found.path, found.version));
    expect(catalog.treeAt(space, path, sequence, undefined, 1000)).toEqual(subtree);
  }
}

/** Every path of every snapshot leads to all versions of the file that was last at it. */
function expectVersions({ catalog, space, model }: Told, sequences: readonly number[]): void {
  const trees = new Map(sequences.map((sequence) => [sequence, model.tree(sequence)]));
  const lastAt = new Map<SpacePath, number>();
  for (const tree of trees.values()) for (const { path, version } of tree) lastAt.set(path, version.num);
  for (const [path, num] of lastAt) {
    const expected = model.versions
      .filter((version) => version.num === num)
      .sort((a, b) => b.since - a.since)
      .map((version) => {
        const then = trees.get(version.since)?.find((found) => found.version.num === num);
        return versionOf(then?.path ?? '?', version);
      });
    expect(catalog.versions(space, path)).toEqual(expected);
  }
}

describe('history', () => {
  it('agrees with a plain model over random rounds, sealed, certified and abandoned', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = chanceFrom(seed);
        const { catalog, space, root, fresh, close } = open();
        let model = new Model(root);
        const sequences: number[] = [];
        for (let sequence = 1; sequence <= 8; sequence++) {
          const before = model.copy();
          const changes = Array.from({ length: chance(8) }, () => model.change(sequence, chance, fresh)).flat();
          const folders = model
            .at()
            .filter(({ entry }) => entry.kind === 'folder' && chance(3) === 0)
            .map((version) => {
              version.entry = { ...version.entry, content: content(chance(1000)), bytes: chance(1000) };
              return { num: version.num, content: version.entry.content, bytes: version.entry.bytes };
            });
          seal(catalog, space, sequence, changes, folders);
          expectNow({ catalog, space, model });
          if (chance(3) === 0) {
            catalog.abandonRound(space, sequence);
            model = before;
            sequence--;
            expect(catalog.pendingRound(space)).toBeUndefined();
            if (chance(10) === 0) break;
          } else {
            catalog.certifyRound(space, sequence);
            sequences.push(sequence);
          }
          expectNow({ catalog, space, model });
        }
        for (const sequence of sequences) expectThen({ catalog, space, model }, sequence, chance);
        expectVersions({ catalog, space, model }, sequences);
        expect(catalog.snapshots(space).map((round) => round.sequence)).toEqual(sequences);
        expect(catalog.integrity()).toBeUndefined();
        close();
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('follows a file through a rename, a move of its folder and a deletion', () => {
    const { catalog, space, root, fresh, close } = open();
    const [folder, file, other] = [fresh(), fresh(), fresh()];
    sealAndCertify(catalog, space, 1, [put(root, 'a', folder, { kind: 'folder' }), put(folder, 'f', file)]);
    sealAndCertify(catalog, space, 2, [remove(folder, 'f'), put(folder, 'g', file)]);
    sealAndCertify(catalog, space, 3, [remove(root, 'a'), put(root, 'b', folder, { kind: 'folder' })]);
    sealAndCertify(catalog, space, 4, [put(folder, 'g', file, { mode: 0o600 })]);
    sealAndCertify(catalog, space, 5, [remove(folder, 'g')]);
    sealAndCertify(catalog, space, 6, [put(folder, 'g', other)]);
    const told = (path: SpacePath) => catalog.versions(space, path).map((v) => [v.path, v.since, v.until]);
    expect(told('a/f')).toEqual([
      ['b/g', 4, 5],
      ['a/g', 2, 4],
      ['a/f', 1, 2],
    ]);
    expect(told('a/g')).toEqual(told('a/f'));
    expect(told('b/g')).toEqual([['b/g', 6, undefined]]);
    expect(told('b/f')).toEqual([]);
    close();
  });

  it('walks folders larger than a page, and goes on after any path', () => {
    const { catalog, space, root, fresh, close } = open();
    const nums = Array.from({ length: 2500 }, fresh);
    const names = nums.map((num) => `n${String(num).padStart(6, '0')}`);
    sealAndCertify(
      catalog,
      space,
      1,
      nums.map((num, i) => put(root, names[i] ?? '', num)),
    );
    sealAndCertify(
      catalog,
      space,
      2,
      names.flatMap((name, i) => (i % 2 === 0 ? [remove(root, name)] : [])),
    );
    expect(catalog.listAt(space, '', 1)?.map((version) => version.path)).toEqual(names);
    expect(catalog.treeAt(space, '', 2, names[1], 2).map((version) => version.path)).toEqual([names[3], names[5]]);
    expect(catalog.treeAt(space, '', 1, 'n', 1).map((version) => version.path)).toEqual([names[0]]);
    expect(catalog.listAt(space, 'missing', 1)).toBeUndefined();
    expect(catalog.listAt(space, '', 0)).toEqual([]);
    close();
  });
});
