import { describe, expect, it } from 'vitest';
import { parseDeviceId } from '../../domain/ids.ts';
import { parsePathName } from '../../domain/path-name.ts';
import type { TreeEntry } from '../../domain/space.ts';
import type { SideEntry } from '../../ports/catalog-sides.ts';
import { openStore } from './store.ts';
import {
  blobId,
  chunkId,
  content,
  newSpace,
  nodeId,
  place,
  put,
  roundOf,
  sealAndCertify,
  suiId,
} from './testing/samples.ts';

const other = parseDeviceId('bb'.repeat(16));
const theirs = (sequence: number) => ({ device: other, sequence });

function open() {
  const { operations: catalog } = openStore(':memory:');
  const { num: space, root } = catalog.addSpace(newSpace());
  const [a = 0, b = 0] = catalog.allotNodes(space, [1, 2].map(nodeId));
  sealAndCertify(catalog, space, 1, [put(root, 'a', a)], []);
  return { catalog, space, root, a, b };
}
type Room = ReturnType<typeof open>;

/** A pack of the other device with a snapshot record, and that as a side snapshot. */
function addSide({ catalog, space }: Room, sequence: number): number {
  const id = 900 + sequence;
  catalog.importPack({
    space,
    blobId: blobId(id),
    object: suiId(id),
    pool: suiId(7),
    bytes: 1000,
    encodedBytes: 9000,
    certifiedEpoch: 1,
    chunks: [place(id, 'snapshot'), place(id + 50, 'tree')],
  });
  expect(catalog.strangeSnapshots(space, 9)).toEqual([chunkId(id)]);
  const facts = { parents: [chunkId(1)], device: other, deviceName: 'desktop', timeMs: 5, files: 1, bytes: 2 };
  catalog.addSide(space, { ...facts, snapshot: chunkId(id), sequence, root: content(id + 50) });
  expect(catalog.strangeSnapshots(space, 9)).toEqual([]);
  const side = catalog.sides(space).find((one) => one.sequence === sequence);
  expect(side).toMatchObject({ ...facts, state: 'known', root: content(id + 50) });
  return side?.num ?? 0;
}

const entryOf = (number: number, name: string, sequence: number): TreeEntry => ({
  name: parsePathName(name),
  node: nodeId(number),
  kind: 'file',
  mode: 0o644,
  mtimeNs: 7n,
  bytes: 3,
  content: content(number),
  place: theirs(sequence),
  version: theirs(sequence),
});

const sideEntry = (room: Room, num: number, path: string, entry: TreeEntry): SideEntry => ({
  path,
  num,
  parent: room.root,
  entry,
});

describe('a side snapshot', () => {
  it('adds the versions that stand nowhere else, once however often and by however many snapshots they come', () => {
    const room = open();
    const { catalog, space, a } = room;
    const [first, second] = [addSide(room, 2), addSide(room, 3)];
    const known = catalog.versions(space, 'a')[0];
    if (known === undefined) throw new Error('a stands');
    const fresh = sideEntry(room, a, 'a', entryOf(1, 'a', 2));
    for (const side of [first, first, second]) catalog.addSideVersions(side, [sideEntry(room, a, 'a', known), fresh]);
    const found = catalog.sideVersions(space, { node: nodeId(1) });
    expect(found).toMatchObject([
      { snapshot: chunkId(902), version: { path: 'a', since: 2, until: 3, version: theirs(2), content: content(1) } },
    ]);
    expect(catalog.sideVersions(space, { path: 'a' })).toEqual(found);
    expect(catalog.versions(space, 'a'), 'the own line is as it was').toEqual([known]);
    expect(catalog.integrity()).toBeUndefined();
  });

  it('lets names be found that only it has, as deleted ones', () => {
    const room = open();
    const { catalog, space, b } = room;
    const side = addSide(room, 2);
    catalog.addSideVersions(side, [sideEntry(room, b, 'Only there', entryOf(2, 'Only there', 2))]);
    for (const isDeletedOnly of [false, true])
      expect(catalog.findNames(space, 'ONLY th', isDeletedOnly, 9)).toMatchObject([
        { version: { path: 'Only there', since: 2 }, isDeleted: true, side: chunkId(902) },
      ]);
    catalog.setSideState(side, 'given-up');
    expect(catalog.findNames(space, 'only', false, 9)).toEqual([]);
    expect(catalog.sideVersions(space, { path: 'Only there' })).toEqual([]);
    expect(catalog.sides(space)).toMatchObject([{ state: 'given-up' }]);
  });

  it('is none any more once it is on the own line', () => {
    const room = open();
    const { catalog, space } = room;
    addSide(room, 2);
    const round = { ...roundOf(space, 2), snapshot: chunkId(902), place: place(902, 'snapshot'), device: other };
    expect(catalog.adoptRound({ ...round, lastPack: undefined }, [], new Map([[other, 2]]))).toBe(true);
    expect(catalog.sides(space)).toEqual([]);
  });

  it('is read again when the own line gives up versions that it may share', () => {
    const room = open();
    const { catalog, space, root, a } = room;
    const side = addSide(room, 9);
    catalog.setSideState(side, 'read');
    sealAndCertify(catalog, space, 2, [put(root, 'a', a, { bytes: 5 })], []);
    sealAndCertify(catalog, space, 3, [put(root, 'a', a, { bytes: 6 })], []);
    expect(catalog.thin(space, [1])).toEqual({ versions: 1 });
    expect(catalog.sides(space)).toMatchObject([
      { sequence: 1, snapshot: roundOf(space, 1).snapshot, state: 'given-up' },
      { sequence: 9, state: 'known' },
    ]);
  });
});
