import { describe, expect, it } from 'vitest';
import { faultOf } from '../../domain/fault.ts';
import type { CatalogOperations } from '../../ports/catalog.ts';
import { openStore } from './store.ts';
import {
  blobId,
  chunkId,
  content,
  look,
  newPack,
  newSpace,
  nodeId,
  place,
  put,
  remove,
  roundOf,
  seal,
  sealAndCertify,
  suiId,
} from './testing/samples.ts';

function open() {
  const { operations: catalog, close } = openStore(':memory:');
  const row = catalog.addSpace(newSpace());
  return { catalog, space: row.num, root: row.root, close };
}

const nothingSeen = { vector: new Map(), taken: [] };

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (error) {
    return faultOf(error)?.code ?? (error instanceof Error ? error.message : undefined);
  }
  return undefined;
};

const allot = (catalog: CatalogOperations, space: number, ...ids: number[]): readonly number[] =>
  catalog.allotNodes(space, ids.map(nodeId));

describe('spaces and records', () => {
  it('come back as they were put in', () => {
    const { catalog, space, root } = open();
    catalog.setRecord('device', '{"a":1}');
    catalog.setRecord('device', '{"a":2}');
    expect(catalog.record('device')).toBe('{"a":2}');
    expect(catalog.record('other')).toBeUndefined();
    catalog.leaveFolder(space);
    catalog.setPool(space, suiId(7));
    catalog.setLeaseEpochs(space, 9);
    const { rootNode, ...rest } = newSpace();
    expect(catalog.spaces()).toEqual([
      {
        ...rest,
        num: space,
        root,
        rootNode,
        folder: undefined,
        pool: suiId(7),
        leaseEpochs: 9,
        sequence: 0,
        snapshot: undefined,
        clock: 0,
        merged: [],
      },
    ]);
    expect(codeOf(() => catalog.addSpace(newSpace()))).toBe('already-exists');
    expect(codeOf(() => catalog.totals(99))).toBe('not-found');
  });

  it('give an identity one number for good, and another space its own', () => {
    const { catalog, space } = open();
    const second = catalog.addSpace(newSpace(2));
    const first = allot(catalog, space, 1, 2);
    expect(allot(catalog, space, 2, 1, 3).slice(0, 2)).toEqual([...first].reverse());
    expect(allot(catalog, second.num, 1)).not.toEqual(first.slice(0, 1));
  });
});

describe('entries', () => {
  it('are found by inode among those of their space, and get new looks', () => {
    const { catalog, space, root } = open();
    const [a = 0, b = 0] = allot(catalog, space, 1, 2);
    sealAndCertify(catalog, space, 1, [put(root, 'a', a, {}, look(1)), put(root, 'b', b)]);
    const { device, inode } = look(1);
    const asked = [
      { device, inode: 3n },
      { device, inode },
      { device: 1n, inode },
    ];
    expect(catalog.byInode(space, asked).map((row) => row?.num)).toEqual([undefined, a, undefined]);
    expect(catalog.byInode(space + 1, asked)).toEqual([undefined, undefined, undefined]);
    catalog.setLooks([{ parent: root, name: put(root, 'b', b).name, look: look(5) }]);
    expect(catalog.entryAt(space, 'b')?.look).toEqual(look(5));
    expect(catalog.children([99, root]).map((rows) => rows.length)).toEqual([0, 2]);
    expect(catalog.pathOf(root)).toBe('');
    expect(catalog.pathOf(99)).toBeUndefined();
    expect(catalog.entryAt(space, '')).toBeUndefined();
    expect(catalog.entryAt(space, 'a/b')).toBeUndefined();
    expect(codeOf(() => catalog.entryAt(space, '../b'))).toBe('name-unsafe');
  });

  it('of a folder above one page come in order of name bytes', () => {
    const { catalog, space, root } = open();
    const nums = catalog.allotNodes(
      space,
      Array.from({ length: 20_001 }, (_, i) => nodeId(i + 1)),
    );
    const name = (i: number): string => `f${String(i).padStart(6, '0')}`;
    sealAndCertify(catalog, space, 1, nums.map((num, i) => put(root, name(i), num)).reverse());
    expect(catalog.children([root])[0]?.map((row) => row.name)).toEqual(nums.map((_, i) => name(i)));
  }, 30_000);
});

describe('a round', () => {
  it('that makes no tree is refused whole', () => {
    const { catalog, space, root } = open();
    const [a = 0, b = 0, c = 0, d = 0] = allot(catalog, space, 1, 2, 3, 4);
    const folder = { kind: 'folder' } as const;
    sealAndCertify(catalog, space, 1, [put(root, 'a', a, folder), put(a, 'b', b, folder), put(b, 'c', c)]);
    const refused = (...changes: Parameters<typeof seal>[3]) => codeOf(() => seal(catalog, space, 2, changes));
    expect(refused(remove(root, 'x'))).toMatch(/removed is there/);
    expect(refused(remove(root, 'a'))).toMatch(/has a place/);
    expect(refused(put(c, 'x', d))).toMatch(/lies in a folder/);
    expect(refused(put(a, 'b', b))).toMatch(/lies in a folder/);
    expect(refused(put(d, 'x', d, folder))).toMatch(/in itself/);
    expect(refused(remove(root, 'a'), put(b, 'a', a, folder))).toMatch(/in itself/);
    expect(refused(put(root, 'x', 77))).toMatch(/was allotted/);
    expect(refused(put(root, 'x', c))).toMatch(/UNIQUE/);
    expect(catalog.pendingRound(space)).toBeUndefined();
    expect(catalog.packs(space)).toHaveLength(1);
    expect(catalog.entryAt(space, 'a/b/c')?.since).toBe(1);
    expect(refused(remove(root, 'a'), put(root, 'z', a, folder))).toBeUndefined();
    expect(catalog.entryAt(space, 'z/b/c')?.since).toBe(1);
  });

  it('is the only uncertified one of its space, and comes after the newest', () => {
    const { catalog, space, root } = open();
    const [a = 0] = allot(catalog, space, 1);
    seal(catalog, space, 1, [put(root, 'a', a)]);
    expect(codeOf(() => seal(catalog, space, 2, []))).toMatch(/certified before the next/);
    expect(catalog.pendingRound(space)).toEqual({ ...roundOf(space, 1), lastPack: 1, state: 'sealed' });
    expect(catalog.spaces()[0]?.sequence).toBe(0);
    catalog.certifyRound(space, 1);
    catalog.certifyRound(space, 1);
    expect(catalog.spaces()[0]).toMatchObject({ sequence: 1, snapshot: roundOf(space, 1).snapshot });
    expect(catalog.pendingRound(space)).toBeUndefined();
    expect(codeOf(() => seal(catalog, space, 1, []))).toMatch(/after the newest/);
    expect(codeOf(() => catalog.abandonRound(space, 1))).toMatch(/only a sealed/);
    expect(catalog.snapshots(space)).toEqual([{ ...roundOf(space, 1), lastPack: 1, state: 'certified' }]);
  });

  it('that is abandoned leaves looks, listings and chunks as they were', () => {
    const { catalog, space, root } = open();
    const [a = 0, b = 0] = allot(catalog, space, 1, 2);
    sealAndCertify(catalog, space, 1, [put(root, 'a', a, { kind: 'folder' }, look(1)), put(a, 'b', b, {}, look(2))]);
    const before = catalog.children([root, a]);
    const totals = catalog.totals(space);
    const listing = { num: a, content: content(9), bytes: 99 };
    seal(
      catalog,
      space,
      2,
      [put(a, 'b', b, { bytes: 5 }, look(3)), put(a, 'c', allot(catalog, space, 3)[0] ?? 0)],
      [listing],
    );
    expect(catalog.entryAt(space, 'a')).toMatchObject({ content: content(9), bytes: 99, since: 1 });
    expect(catalog.knownChunks([roundOf(space, 2).snapshot])).toEqual([true]);
    catalog.abandonRound(space, 2);
    expect(catalog.children([root, a])).toEqual(before);
    expect(catalog.totals(space)).toEqual(totals);
    expect(catalog.knownChunks([roundOf(space, 2).snapshot])).toEqual([false]);
    expect(catalog.versions(space, 'a/b')).toHaveLength(1);
    expect(catalog.pack(2)?.state).toBe('dead');
    sealAndCertify(catalog, space, 2, [remove(a, 'b')]);
    expect(catalog.listAt(space, 'a', 1)?.map((version) => version.name)).toEqual(['b']);
    expect(catalog.integrity()).toBeUndefined();
  });

  it('of one space does not touch another with the same sequence', () => {
    const { catalog, space, root } = open();
    const other = catalog.addSpace(newSpace(2));
    seal(catalog, space, 1, [put(root, 'a', allot(catalog, space, 1)[0] ?? 0)]);
    seal(catalog, other.num, 1, [put(other.root, 'a', allot(catalog, other.num, 1)[0] ?? 0)]);
    catalog.abandonRound(space, 1);
    expect(catalog.entryAt(space, 'a')).toBeUndefined();
    expect(catalog.entryAt(other.num, 'a')?.since).toBe(1);
    expect(catalog.totals(other.num)).toEqual({ files: 1, folders: 0, bytes: 10 });
  });

  it('can be brought in by a rebuild, once, with the number of its pack or none', () => {
    const { catalog, space, root } = open();
    const [a = 0] = allot(catalog, space, 1);
    const imported = () =>
      catalog.importSnapshot({ ...roundOf(space, 3), lastPack: undefined }, [put(root, 'a', a)], [], nothingSeen);
    imported();
    imported();
    expect(catalog.snapshots(space)).toEqual([{ ...roundOf(space, 3), lastPack: 0, state: 'certified' }]);
    expect(catalog.versions(space, 'a')).toHaveLength(1);
    expect(catalog.totals(space).files).toBe(1);
    expect(
      codeOf(() => catalog.importSnapshot({ ...roundOf(space, 2), lastPack: undefined }, [], [], nothingSeen)),
    ).toMatch(/after/);
  });
});

describe('packs', () => {
  it('move forward only, and live once their round is certified', () => {
    const { catalog, space } = open();
    const { num } = catalog.addPack(newPack(space, 1, [place(1)]));
    const state = () => catalog.pack(num)?.state;
    catalog.setStored(num);
    expect(state()).toBe('spooled');
    catalog.setEncoded(num, blobId(5), Uint8Array.of(1), 1000);
    catalog.setRegistered(num, suiId(1), suiId(2));
    catalog.setEncoded(num, blobId(6), Uint8Array.of(2), 2000);
    expect(catalog.pack(num)).toMatchObject({
      state: 'registered',
      blobId: blobId(5),
      rootHash: Uint8Array.of(1),
      encodedBytes: 1000,
      pool: suiId(1),
      object: suiId(2),
    });
    const row = { pack: num, epoch: 1, member: 3, message: Uint8Array.of(1), signature: Uint8Array.of(2) };
    catalog.addConfirmation(row);
    catalog.addConfirmation({ ...row, signature: Uint8Array.of(3) });
    expect(catalog.confirmations(num)).toEqual([{ ...row, signature: Uint8Array.of(3) }]);
    catalog.setStored(num);
    catalog.setCertified(num, 4);
    const later = catalog.addPack(newPack(space, 2, []));
    expect(catalog.packs(space, ['certified', 'spooled']).map((pack) => pack.num)).toEqual([num, later.num]);
    expect(catalog.packs(space, []).length).toBe(0);
    sealAndCertify(catalog, space, 1, []);
    expect(catalog.pack(num)).toMatchObject({ state: 'live', certifiedEpoch: 4 });
    catalog.setDead(num);
    catalog.setCertified(num, 5);
    expect(state()).toBe('dead');
    expect(catalog.confirmations(num)).toEqual([]);
  });

  it('are encoded again when their registration ended, unless they are live', () => {
    const { catalog, space } = open();
    const { num } = catalog.addPack(newPack(space, 1, [place(1)]));
    catalog.setEncoded(num, blobId(5), Uint8Array.of(1), 1000);
    catalog.setRegistered(num, suiId(1), suiId(2));
    catalog.addConfirmation({ pack: num, epoch: 1, member: 3, message: Uint8Array.of(1), signature: Uint8Array.of(2) });
    catalog.loseRegistration(num);
    expect(catalog.pack(num)).toMatchObject({
      state: 'encoded',
      blobId: blobId(5),
      pool: undefined,
      object: undefined,
    });
    expect(catalog.confirmations(num)).toEqual([]);
    catalog.setRegistered(num, suiId(3), suiId(4));
    catalog.setCertified(num, 4);
    sealAndCertify(catalog, space, 1, []);
    catalog.loseRegistration(num);
    expect(catalog.pack(num)).toMatchObject({ state: 'live', pool: suiId(3) });
  });

  it('keep the older place of a chunk, and give the younger one when the older pack dies', () => {
    const { catalog, space } = open();
    const one = catalog.addPack(newPack(space, 1, [place(1), place(2)], 'one'));
    const two = catalog.addPack(newPack(space, 1, [{ ...place(2), start: 7 }, place(3, 'tree')], 'two'));
    const placesOf = () => catalog.chunkLocations([1, 2, 3, 4].map(chunkId)).map((at) => at && [at.packName, at.start]);
    expect(placesOf()).toEqual([['one', 100], ['one', 200], ['two', 300], undefined]);
    catalog.setDead(one.num);
    expect(placesOf()).toEqual([undefined, ['two', 7], ['two', 300], undefined]);
    expect(catalog.knownChunks([1, 2, 3, 4].map(chunkId))).toEqual([false, true, true, false]);
    catalog.setDead(two.num);
    expect(placesOf()).toEqual([undefined, undefined, undefined, undefined]);
    expect(catalog.integrity()).toBeUndefined();
  });

  it('found on chain come in once', () => {
    const { catalog, space } = open();
    const found = {
      space,
      blobId: blobId(1),
      object: suiId(1),
      pool: suiId(2),
      bytes: 200,
      encodedBytes: 900,
      certifiedEpoch: 3,
      chunks: [place(1)],
    };
    const row = catalog.importPack(found);
    expect(row).toMatchObject({ state: 'live', round: undefined, name: '', rootHash: undefined });
    expect(catalog.importPack({ ...found, object: suiId(9) })).toEqual({ ...row, object: suiId(9) });
    expect(catalog.packs(space)).toHaveLength(1);
    expect(catalog.chunkLocations([chunkId(1)])[0]).toMatchObject({
      ...place(1),
      pack: row.num,
      blobId: blobId(1),
      packBytes: 200,
      packState: 'live',
    });
    catalog.setDead(row.num);
    expect(catalog.knownChunks([chunkId(1)])).toEqual([false]);
  });
});

describe('intents', () => {
  it('are settled once and add up to what was spent', () => {
    const { catalog, space } = open();
    const intent = {
      digest: 'one',
      kind: 'register',
      space,
      pack: undefined,
      transaction: Uint8Array.of(1),
      signature: Uint8Array.of(2),
      frost: 2n ** 62n,
      mist: 5n,
      writeFrost: 3n,
      chainMs: 7,
    };
    const { chainMs, ...quoted } = intent;
    const postings = [
      { account: 'storage', coin: 'WAL', amount: 2n ** 62n },
      { account: 'wallet', coin: 'WAL', amount: -(2n ** 62n) },
    ] as const;
    const row = catalog.addIntent(intent);
    expect(row).toEqual({
      ...quoted,
      num: row.num,
      state: 'prepared',
      paidFrost: undefined,
      paidMist: undefined,
      failure: undefined,
    });
    expect(codeOf(() => catalog.addIntent(intent))).toMatch(/UNIQUE/);
    const two = catalog.addIntent({ ...intent, digest: 'two' });
    const swap = catalog.addIntent({ ...intent, digest: 'three', kind: 'exchange' });
    catalog.settleIntent(row.num, 'succeeded', 2n ** 62n, 4n, undefined, postings);
    catalog.settleIntent(row.num, 'failed', 1n, 1n, 'late', []);
    catalog.settleIntent(two.num, 'failed', 0n, 3n, 'out of gas', []);
    expect(catalog.openIntents().map(({ num }) => num)).toEqual([swap.num]);
    catalog.settleIntent(swap.num, 'succeeded', -1_000n, 2n, undefined, []);
    expect(catalog.intents(2).map(({ digest }) => digest)).toEqual(['three', 'two']);
    expect(catalog.intents(2)[1]).toMatchObject({ state: 'failed', failure: 'out of gas', paidMist: 3n });
    expect(catalog.spent()).toEqual({ frost: 2n ** 62n, mist: 9n });
    expect(catalog.payments(chainMs).map((payment) => payment.postings)).toEqual([postings, [], []]);
  });
});
