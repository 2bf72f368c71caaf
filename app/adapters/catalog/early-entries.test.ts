import { describe, expect, it } from 'vitest';
import type { CatalogOperations, EntryPut } from '../../ports/catalog.ts';
import { openStore } from './store.ts';
import { content, look, newPack, newSpace, nodeId, put, roundOf, seal } from './testing/samples.ts';

const filesEach = 3;
/** More entries than are put in by one statement. */
const many = 5_000;

function open(number = 1, store = openStore(':memory:')) {
  const catalog: CatalogOperations = store.operations;
  const { num: space, root } = catalog.addSpace(newSpace(number));
  return { store, catalog, space, root };
}

/** A folder with files in it: the folder comes with the round, its files may come early. */
function folderOf(catalog: CatalogOperations, space: number, root: number, name: string, files: number) {
  const ids = Array.from({ length: files + 1 }, (_, i) => nodeId(0x1_0000 * (name.charCodeAt(0) % 64) + i));
  const [folder = 0, ...nums] = catalog.allotNodes(space, ids);
  const late = put(root, name, folder, { kind: 'folder', content: content() });
  const early = nums.map((num, i): EntryPut => put(folder, `file ${i}`, num, { bytes: i }, look(i + 1)));
  return { folder, late, early };
}

function sealEarly(
  catalog: CatalogOperations,
  space: number,
  changes: Parameters<CatalogOperations['sealRound']>[2],
  early: number,
): void {
  const round = roundOf(space, 1);
  catalog.sealRound(round, newPack(space, 1, [round.place]), changes, [], early);
}

describe('entries that are handed over before their round is sealed', () => {
  it('stand as if they had come with it', () => {
    const shown = [true, false].map((isEarly) => {
      const { catalog, space, root } = open();
      const { folder, late, early } = folderOf(catalog, space, root, 'a', many);
      if (isEarly) {
        catalog.prepareEntries(space, 1, 0, early.slice(0, 100));
        catalog.prepareEntries(space, 1, 100, early.slice(100));
        expect(catalog.children([folder])).toEqual([[]]);
        sealEarly(catalog, space, [late], many);
      } else seal(catalog, space, 1, [late, ...early]);
      expect(catalog.integrity()).toBeUndefined();
      return [catalog.children([root, folder]), catalog.totals(space)];
    });
    expect(shown[0]).toEqual(shown[1]);
    expect(shown[0]?.[1]).toEqual({ files: many, folders: 1, bytes: (many * (many - 1)) / 2 });
  });

  it('go with a round that is abandoned', () => {
    const { catalog, space, root } = open();
    const { folder, late, early } = folderOf(catalog, space, root, 'a', filesEach);
    catalog.prepareEntries(space, 1, 0, early);
    sealEarly(catalog, space, [late], filesEach);
    catalog.abandonRound(space, 1);
    expect(catalog.children([root, folder])).toEqual([[], []]);
    expect(catalog.totals(space)).toEqual({ files: 0, folders: 0, bytes: 0 });
  });

  it('are forgotten when the round begins anew, or is sealed without them', () => {
    const { catalog, space, root } = open();
    const a = folderOf(catalog, space, root, 'a', filesEach);
    const b = folderOf(catalog, space, root, 'b', filesEach);
    catalog.prepareEntries(space, 1, 0, a.early);
    catalog.prepareEntries(space, 1, 0, b.early);
    sealEarly(catalog, space, [b.late], filesEach);
    expect(catalog.children([a.folder, b.folder]).map((rows) => rows.length)).toEqual([0, filesEach]);
    catalog.certifyRound(space, 1);
    catalog.prepareEntries(space, 2, 0, a.early);
    seal(catalog, space, 2, [a.late]);
    expect(catalog.children([a.folder])).toEqual([[]]);
  });

  it('of two spaces do not meet', () => {
    const one = open();
    const two = open(2, one.store);
    const a = folderOf(one.catalog, one.space, one.root, 'a', filesEach);
    const b = folderOf(two.catalog, two.space, two.root, 'b', filesEach);
    one.catalog.prepareEntries(one.space, 1, 0, a.early);
    two.catalog.prepareEntries(two.space, 1, 0, b.early);
    sealEarly(one.catalog, one.space, [a.late], filesEach);
    sealEarly(two.catalog, two.space, [b.late], filesEach);
    expect(one.catalog.children([a.folder, b.folder]).map((rows) => rows.length)).toEqual([filesEach, filesEach]);
    expect(one.catalog.totals(two.space)).toMatchObject({ files: filesEach });
  });

  it('are refused out of order, and unless all of them are sealed', () => {
    const { catalog, space, root } = open();
    const { folder, late, early } = folderOf(catalog, space, root, 'a', filesEach);
    expect(() => catalog.prepareEntries(space, 1, 1, early)).toThrow(/in order/);
    catalog.prepareEntries(space, 1, 0, early);
    expect(() => catalog.prepareEntries(space, 2, filesEach, early)).toThrow(/in order/);
    expect(() => sealEarly(catalog, space, [late], 1)).toThrow(/in order/);
    expect(catalog.children([root, folder])).toEqual([[], []]);
    expect(catalog.pendingRound(space)).toBeUndefined();
  });

  it('are refused in a folder that the round does not bring', () => {
    const { catalog, space, root } = open();
    const { folder, late, early } = folderOf(catalog, space, root, 'a', filesEach);
    catalog.prepareEntries(space, 1, 0, early);
    expect(() => sealEarly(catalog, space, [], filesEach)).toThrow(/folders that the round brings/);
    // Nor in one that holds something already.
    seal(catalog, space, 1, [late, ...early.slice(0, 1)]);
    catalog.certifyRound(space, 1);
    catalog.prepareEntries(space, 2, 0, early.slice(1));
    const round = roundOf(space, 2);
    const again = () => catalog.sealRound(round, newPack(space, 2, [round.place]), [late], [], filesEach - 1);
    expect(again).toThrow(/folders that the round brings/);
    expect(catalog.children([folder])[0]).toHaveLength(1);
  });
});
