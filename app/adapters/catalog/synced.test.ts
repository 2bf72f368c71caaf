import { describe, expect, it } from 'vitest';
import type { CatalogOperations, EntryChange } from '../../ports/catalog.ts';
import { parseDeviceId } from '../../domain/ids.ts';
import { openStore } from './store.ts';
import { content, deviceId, look, newSpace, nodeId, put, roundOf, seal, sealAndCertify } from './testing/samples.ts';

const other = parseDeviceId('bb'.repeat(16));
const theirs = (sequence: number) => ({ device: other, sequence });

function open() {
  const { operations: catalog } = openStore(':memory:');
  const { num: space, root } = catalog.addSpace(newSpace());
  const [folder = 0, a = 0, b = 0] = catalog.allotNodes(space, [1, 2, 3].map(nodeId));
  const changes: EntryChange[] = [put(root, 'folder', folder, { kind: 'folder' }), put(folder, 'a', a, {}, look(1))];
  sealAndCertify(catalog, space, 1, changes, [{ num: folder, content: content(77), bytes: 7 }]);
  return { catalog, space, root, folder, a, b };
}

const staleOf = (catalog: CatalogOperations, space: number): readonly number[] =>
  catalog.stale(space).map(({ num }) => num);

describe('what a merge brings', () => {
  it('makes the folders stale up to the root, and is no version when only dots changed', () => {
    const { catalog, space, root, folder, a } = open();
    expect(staleOf(catalog, space)).toEqual([]);
    catalog.applySynced(space, 5, [put(folder, 'a', a, { version: theirs(4) }, look(1))]);
    expect(staleOf(catalog, space)).toEqual([root, folder]);
    expect(catalog.entryAt(space, 'folder/a')).toMatchObject({ since: 1, version: theirs(4), look: look(1) });
    expect(catalog.entryAt(space, 'folder')?.content).toEqual(content());
    expect(catalog.versions(space, 'folder/a')).toHaveLength(1);
    expect(catalog.spaces()[0]?.clock).toBe(5);
    catalog.applySynced(space, 6, [put(folder, 'a', a, { version: theirs(6), bytes: 99 }, look(2))]);
    expect(catalog.versions(space, 'folder/a')).toHaveLength(2);
    expect(catalog.totals(space)).toEqual({ files: 1, folders: 1, bytes: 99 });
  });

  it('moves a folder with all in it, and remembers what it replaced beyond the vector', () => {
    const { catalog, space, root, folder, a, b } = open();
    catalog.applySynced(space, 5, [
      put(root, 'moved', folder, { kind: 'folder', place: theirs(5) }),
      put(folder, 'b', b, { place: theirs(5), version: theirs(5) }),
    ]);
    expect(catalog.entryAt(space, 'moved/a')?.num).toBe(a);
    expect(catalog.taken(space)).toEqual([]);
    catalog.applySynced(space, 6, [{ kind: 'drop', num: b }]);
    expect(catalog.taken(space)).toEqual([{ node: nodeId(3), dot: theirs(5) }]);
    catalog.joinVector(space, new Map([[other, 5]]), roundOf(space, 9).snapshot);
    expect(catalog.taken(space)).toEqual([]);
    expect(catalog.vector(space)).toEqual(
      new Map([
        [deviceId, 1],
        [other, 5],
      ]),
    );
    expect(catalog.spaces()[0]?.merged).toEqual([roundOf(space, 9).snapshot]);
    expect(catalog.integrity()).toBeUndefined();
  });

  it('does not take a file’s place for its content, which may have the same dot and never have been here', () => {
    const { catalog, space, root, folder, a } = open();
    catalog.applySynced(space, 5, [put(root, 'renamed', a, { place: theirs(5) }, look(1))]);
    catalog.applySynced(space, 6, [put(folder, 'a', a, { place: theirs(7), version: theirs(7) }, look(1))]);
    expect(catalog.taken(space)).toEqual([]);
    catalog.applySynced(space, 8, [put(folder, 'a', a, { place: theirs(7), version: theirs(8) }, look(1))]);
    expect(catalog.taken(space).map(({ dot }) => dot)).toEqual([theirs(7)]);
  });

  it('gives a folder another identity and leaves its children in it', () => {
    const { catalog, space, root, folder } = open();
    catalog.allotNodes(space, [nodeId(50)]);
    catalog.applySynced(space, 5, [
      { kind: 'identify', num: folder, node: nodeId(50) },
      put(root, 'folder', folder, { kind: 'folder', place: theirs(5), version: theirs(5) }),
    ]);
    expect(catalog.entryAt(space, 'folder')).toMatchObject({ node: nodeId(50), num: folder });
    expect(catalog.entryAt(space, 'folder/a')?.node).toBe(nodeId(2));
    expect(catalog.entriesOf(space, [nodeId(1), nodeId(50)]).map((row) => row?.num)).toEqual([undefined, folder]);
  });

  it('is refused whole when something would hang on nothing, or while a round is pending', () => {
    const { catalog, space, folder, a } = open();
    expect(() => catalog.applySynced(space, 5, [{ kind: 'drop', num: folder }])).toThrow(/has a place/);
    seal(catalog, space, 2, []);
    expect(() => catalog.applySynced(space, 5, [{ kind: 'drop', num: a }])).toThrow(/pending/);
    expect(staleOf(catalog, space)).toEqual([]);
  });

  it('sets aside what stands at a place until it is put elsewhere', () => {
    const { catalog, space, folder, a, b } = open();
    catalog.applySynced(space, 5, [put(folder, 'a', b)]);
    expect(catalog.entryAt(space, `folder/set aside ${nodeId(2)}`)?.num).toBe(a);
    catalog.applySynced(space, 5, [put(folder, 'b', a)]);
    expect(catalog.children([folder])[0]?.map(({ name, num }) => [name, num])).toEqual([
      ['a', b],
      ['b', a],
    ]);
  });

  it('is published by a round that lists every stale folder, and waits again when the round is abandoned', () => {
    const { catalog, space, root, folder, a } = open();
    catalog.applySynced(space, 5, [put(folder, 'a', a, { version: theirs(4) }, look(1))]);
    catalog.joinVector(space, new Map([[other, 4]]), roundOf(space, 4).snapshot);
    const listings = [
      { num: folder, content: content(78), bytes: 8 },
      { num: root, content: content(79), bytes: 9 },
    ];
    expect(() => seal(catalog, space, 6, [], listings.slice(0, 1))).toThrow(/out of date/);
    seal(catalog, space, 6, [], listings);
    expect(staleOf(catalog, space)).toEqual([]);
    catalog.abandonRound(space, 6);
    expect(staleOf(catalog, space)).toEqual([root, folder]);
    expect(catalog.entryAt(space, 'folder')?.content).toEqual(content());
    sealAndCertify(catalog, space, 7, [], listings);
    expect(catalog.entryAt(space, 'folder')?.content).toEqual(content(78));
    expect(catalog.spaces()[0]?.merged).toEqual([]);
  });

  it('is adopted only with a listing for every stale folder', () => {
    const { catalog, space, root, folder, a } = open();
    catalog.applySynced(space, 5, [put(folder, 'a', a, { version: theirs(5) }, look(1))]);
    const round = { ...roundOf(space, 5), device: other, lastPack: undefined };
    const vector = new Map([
      [deviceId, 1],
      [other, 5],
    ]);
    const listings = [
      { num: folder, content: content(78), bytes: 8 },
      { num: root, content: content(79), bytes: 9 },
    ];
    expect(catalog.adoptRound(round, listings.slice(1), vector)).toBe(false);
    expect(catalog.adoptRound(round, listings, vector)).toBe(true);
    expect(catalog.spaces()[0]).toMatchObject({ sequence: 5, snapshot: round.snapshot, clock: 5 });
    expect(catalog.entryAt(space, 'folder')?.content).toEqual(content(78));
    expect(catalog.vector(space)).toEqual(vector);
  });
});

describe('entries that were never here', () => {
  it('are told in pages, folders before what lies in them', () => {
    const { catalog, space, root, folder, b } = open();
    expect(catalog.absent(space, undefined, 10).map(({ num }) => num)).toEqual([folder]);
    catalog.setLooks([{ parent: root, name: put(root, 'folder', folder).name, look: look(9) }]);
    catalog.applySynced(space, 5, [put(folder, 'b', b)]);
    const [row] = catalog.absent(space, undefined, 1);
    expect(row?.num).toBe(b);
    expect(row && catalog.absent(space, row, 1)).toEqual([]);
  });

  it('make a conflict only while both of its files stand', () => {
    const { catalog, space, folder, b } = open();
    const conflict = { node: nodeId(2), beside: nodeId(3), kind: 'content', timeMs: 5 } as const;
    catalog.addConflicts(space, [conflict]);
    expect(catalog.conflicts(space)).toEqual([]);
    catalog.applySynced(space, 5, [put(folder, 'b', b)]);
    expect(catalog.conflicts(space)).toEqual([conflict]);
    catalog.dropConflict(space, nodeId(3));
    expect(catalog.conflicts(space)).toEqual([]);
  });
});
