/**
 * What the embedded network promises: the official SDKs, unmodified, write, read, extend, delete and describe blobs on it, in both
 * encodings of gRPC-web, with a third of the shards down, and across an epoch change.
 */
import { randomFillSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLoopbackWorld, openMemoryWorld, type ContractWorld } from './contract-world.ts';

const mebibyte = 1024 * 1024;
const slowMs = 120_000;

function randomBlob(length: number): Uint8Array {
  return randomFillSync(new Uint8Array(length));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

describe.each([
  ['loopback', openLoopbackWorld],
  ['memory', openMemoryWorld],
] as const)('the official SDK on the %s door', (_door, open) => {
  let world: ContractWorld;
  beforeAll(async () => {
    world = await open();
  }, slowMs);
  afterAll(() => world?.close());

  it.each([
    ['1 byte', 1, 'text'],
    ['1 MiB', mebibyte, 'binary'],
    ['16 MiB', 16 * mebibyte, 'binary'],
  ] as const)(
    'writes and reads a blob of %s',
    async (_name, length, format) => {
      const blob = randomBlob(length);
      const { walrus } = world.clients(format);
      const written = await walrus.writeBlob({ blob, deletable: false, epochs: 3, signer: world.signer });
      expect(written.blobObject).toMatchObject({ deletable: false, certified_epoch: expect.any(Number) as number });
      const { walrus: reader } = world.clients(format);
      expect(isSame(await reader.readBlob({ blobId: written.blobId }), blob)).toBe(true);
      expect(await reader.getVerifiedBlobStatus({ blobId: written.blobId })).toMatchObject({
        type: 'permanent',
        isCertified: true,
        deletableCounts: { count_deletable_total: 0, count_deletable_certified: 0 },
      });
    },
    slowMs,
  );

  it(
    'writes a quilt and reads each of its files',
    async () => {
      const { walrus } = world.clients();
      const files = ['a.txt', 'b.bin', 'c'].map((identifier, i) => ({
        identifier,
        contents: randomBlob(3000 * (i + 1)),
        tags: { n: String(i) },
      }));
      const { blobId, index } = await walrus.writeQuilt({
        blobs: files,
        deletable: true,
        epochs: 3,
        signer: world.signer,
      });
      expect(index.patches.map((patch) => patch.identifier).sort()).toEqual(['a.txt', 'b.bin', 'c']);
      const { walrus: reader } = world.clients();
      const quilt = await reader.getBlob({ blobId });
      // The SDK's partial quilt reads can lose bytes (walrus-protocol section 13.6); a whole read first is right.
      await quilt.asFile().bytes();
      for (const file of await quilt.files()) {
        const identifier = await file.getIdentifier();
        const expected = files.find((each) => each.identifier === identifier);
        expect(expected && isSame(await file.bytes(), expected.contents)).toBe(true);
      }
    },
    slowMs,
  );

  it(
    'sets, changes and removes attributes',
    async () => {
      const { walrus } = world.clients();
      const attributes = { 'content-type': 'text/plain', author: 'someone' };
      const blob = randomBlob(100);
      const { blobObject } = await walrus.writeBlob({
        blob,
        deletable: true,
        epochs: 3,
        signer: world.signer,
        attributes,
      });
      const blobObjectId = blobObject.id;
      expect(await world.clients().walrus.readBlobAttributes({ blobObjectId })).toEqual(attributes);
      const changes = { author: null, 'content-type': 'text/html', kind: 'new' };
      await world
        .clients()
        .walrus.executeWriteBlobAttributesTransaction({ blobObjectId, attributes: changes, signer: world.signer });
      expect(await world.clients().walrus.readBlobAttributes({ blobObjectId })).toEqual({
        'content-type': 'text/html',
        kind: 'new',
      });
    },
    slowMs,
  );

  it(
    'extends a blob, and deletes it',
    async () => {
      const { walrus } = world.clients();
      const { blobId, blobObject } = await walrus.writeBlob({
        blob: randomBlob(5000),
        deletable: true,
        epochs: 2,
        signer: world.signer,
      });
      const blobObjectId = blobObject.id;
      await world.clients().walrus.executeExtendBlobTransaction({ blobObjectId, epochs: 3, signer: world.signer });
      const extended = await world.clients().walrus.getBlobObject(blobObjectId);
      expect(extended.storage.end_epoch).toBe(blobObject.storage.end_epoch + 3);
      const { walrus: watcher } = world.clients();
      expect(await watcher.getVerifiedBlobStatus({ blobId })).toMatchObject({ type: 'deletable' });
      await world.clients().walrus.executeDeleteBlobTransaction({ blobObjectId, signer: world.signer });
      expect(await world.clients().walrus.getVerifiedBlobStatus({ blobId })).toEqual({ type: 'nonexistent' });
      await expect(world.clients().walrus.readBlob({ blobId })).rejects.toThrow();
    },
    slowMs,
  );

  it(
    'writes and reads with a third of the shards down, and reads what others had stored before',
    async () => {
      const before = randomBlob(200_000);
      const { blobId } = await world
        .clients()
        .walrus.writeBlob({ blob: before, deletable: false, epochs: 3, signer: world.signer });
      // Four nodes of eight shards: 32 of the 33 that may be faulty.
      const down = [4, 6, 8, 11];
      for (const index of down) await world.stopNode(index);
      try {
        const blob = randomBlob(300_000);
        const written = await world
          .clients()
          .walrus.writeBlob({ blob, deletable: false, epochs: 3, signer: world.signer });
        expect(isSame(await world.clients().walrus.readBlob({ blobId: written.blobId }), blob)).toBe(true);
        expect(isSame(await world.clients().walrus.readBlob({ blobId }), before)).toBe(true);
      } finally {
        for (const index of down) await world.startNode(index);
      }
    },
    slowMs,
  );

  it(
    'refuses to write when more than a third of the shards are down',
    async () => {
      const down = [0, 1, 2, 3];
      for (const index of down) await world.setFault(index, { kind: 'refuse', rate: 1 });
      try {
        const write = world
          .clients()
          .walrus.writeBlob({ blob: randomBlob(1000), deletable: true, epochs: 1, signer: world.signer });
        await expect(write).rejects.toThrow();
      } finally {
        for (const index of down) await world.setFault(index, undefined);
      }
    },
    slowMs,
  );

  it(
    'reads across an epoch change and forgets what ended',
    async () => {
      const [short, long] = [randomBlob(1000), randomBlob(2000)];
      const one = await world
        .clients()
        .walrus.writeBlob({ blob: short, deletable: false, epochs: 1, signer: world.signer });
      const two = await world
        .clients()
        .walrus.writeBlob({ blob: long, deletable: false, epochs: 2, signer: world.signer });
      await world.nextEpoch();
      expect(isSame(await world.clients().walrus.readBlob({ blobId: two.blobId }), long)).toBe(true);
      expect(await world.clients().walrus.getVerifiedBlobStatus({ blobId: one.blobId })).toEqual({
        type: 'nonexistent',
      });
      await expect(world.clients().walrus.readBlob({ blobId: one.blobId })).rejects.toThrow();
      const after = randomBlob(3000);
      const three = await world
        .clients()
        .walrus.writeBlob({ blob: after, deletable: true, epochs: 1, signer: world.signer });
      expect(isSame(await world.clients().walrus.readBlob({ blobId: three.blobId }), after)).toBe(true);
    },
    slowMs,
  );

  it(
    'works on after nodes joined and left, and shards have moved',
    async () => {
      const before = randomBlob(40_000);
      const { blobId } = await world
        .clients()
        .walrus.writeBlob({ blob: before, deletable: true, epochs: 5, signer: world.signer });
      const old = (await world.clients().walrus.stakingState()).committee;
      await world.joinNode(12_000_000_000_000n);
      await world.leaveNode(2);
      await world.nextEpoch();
      const { walrus } = world.clients();
      const { committee, epoch_state: state } = await walrus.stakingState();
      expect(state.$kind).toBe('EpochChangeDone');
      expect(committee).not.toEqual(old);
      expect(isSame(await walrus.readBlob({ blobId }), before)).toBe(true);
      const after = randomBlob(9_000);
      const next = await world
        .clients()
        .walrus.writeBlob({ blob: after, deletable: true, epochs: 1, signer: world.signer });
      expect(isSame(await world.clients().walrus.readBlob({ blobId: next.blobId }), after)).toBe(true);
    },
    slowMs,
  );
});
