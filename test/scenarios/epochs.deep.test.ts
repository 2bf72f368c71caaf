/**
 * Epochs that begin with another committee: nodes join, leave, sleep and lose their disks while a device stores and restores. Nothing certified is
 * lost, uploads that straddle the change collect fresh confirmations, and nothing is paid twice.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { afterEach, describe, expect, it } from 'vitest';
import { blobIdFromU256, pairOfShard, type BlobId } from '../../app/domain/blob-id.ts';
import { verifyReceipt } from '../../app/formats/verify-receipt.ts';
import { encodeSignedMessage, syncShardMessage } from '../../native-workers/walrus-bcs/walrus-bcs.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

const perShard = 1_000_000_000_000n;
const never = new AbortController().signal;
let world: World;

afterEach(() => world.close());

async function open(nodes = 4, shards = 10): Promise<Device> {
  world = await openWorld({ seed: 77, nodes, shards });
  return world.device('laptop');
}

const certifiedBlobs = (): readonly BlobId[] => [
  ...new Set(
    world.ledger
      .eventsAfter(0, 10_000)
      .flatMap((event) => (event.type === 'PooledBlobCertified' ? [blobIdFromU256(event.fields.blob_id)] : [])),
  ),
];

const counted = (type: string): number => world.ledger.eventsAfter(0, 10_000).filter((e) => e.type === type).length;

const shardsOf = (nodeId: string): readonly number[] =>
  world.ledger.committee().members.find((member) => member.nodeId === nodeId)?.shards ?? [];

/** How many slivers of certified blobs members lack; what they serve they have verified when they took it. */
async function lacking(): Promise<number> {
  const { shards, members } = world.ledger.committee();
  let missing = 0;
  for (const blobId of certifiedBlobs()) {
    for (const { nodeId, shards: own } of members) {
      const { index } = world.nodes.find((node) => node.nodeId === nodeId) ?? expect.fail();
      for (const pair of own.map((shard) => pairOfShard(shard, blobId, shards))) {
        for (const axis of ['primary', 'secondary']) {
          const path = `http://node-${index}.local/v1/blobs/${blobId}/slivers/${pair}/${axis}`;
          if ((await world.nodeFetch(path)).status !== 200) missing++;
        }
      }
    }
  }
  return missing;
}

async function store(laptop: Device, name: string, bytes = 60_000): Promise<string> {
  const root = `/home/${name}`;
  laptop.disk.user.write(`${root}/a`, world.dice.bytes(bytes));
  laptop.disk.user.write(`${root}/b`, name);
  await laptop.protect(root);
  await laptop.sync(name);
  return root;
}

async function expectRestored(laptop: Device, name: string): Promise<void> {
  const { user } = laptop.disk;
  expect(user.picture(await laptop.restored(name))).toEqual(user.picture(`/home/${name}`));
}

/** A fifth node comes with a lot of stake: several shards of every other node move to it. */
async function stakeNewNode(stake = 4n): Promise<string> {
  const { nodeId } = await world.addNode();
  world.ledger.setStake(nodeId, stake * perShard);
  return nodeId;
}

describe('shards that move', () => {
  it('come to a node that joins, from their owners, who forget them when the change is done', async () => {
    const laptop = await open();
    await store(laptop, 'docs');
    const joined = await stakeNewNode();
    world.ledger.advanceEpoch();
    expect(world.ledger.isChanging()).toBe(true);
    expect(() => world.ledger.advanceEpoch()).toThrow(/still moving/);
    await world.movesSettled();
    expect(world.ledger.isChanging()).toBe(false);
    expect(shardsOf(joined).length).toBeGreaterThan(2);
    expect(await lacking()).toBe(0);
    for (const node of world.nodes) {
      expect(node.counts().slivers).toBe(2 * shardsOf(node.nodeId).length * certifiedBlobs().length);
    }
    await expectRestored(laptop, 'docs');
    // A receipt is asked of the nodes of today, for a blob that was certified by others.
    const request = { space: 'docs', path: 'a', at: undefined, withName: false };
    const verdict = verifyReceipt((await laptop.engine.receipt(request, never)).bytes);
    expect(verdict.valid ? verdict.receipt.committee.epoch : verdict.reason).toBe(world.ledger.epoch());
  });

  it('leave a node that leaves, also when it is gone already', async () => {
    const laptop = await open(7, 14);
    await store(laptop, 'docs');
    for (const [leaving, isGone] of [
      [5, false],
      [4, true],
    ] as const) {
      const node = world.nodes[leaving] ?? expect.fail();
      world.ledger.leaveNode(node.nodeId);
      if (isGone) node.stop();
      world.ledger.advanceEpoch();
      await world.movesSettled();
      expect([world.ledger.isChanging(), shardsOf(node.nodeId), await lacking()]).toEqual([false, [], 0]);
    }
    await expectRestored(laptop, 'docs');
  });

  it('are read from their old owners as long as the new ones sleep', async () => {
    const laptop = await open();
    await store(laptop, 'docs', 200_000);
    const late = [await stakeNewNode(20n), await stakeNewNode(20n)];
    const sleepers = late.map((id) => world.nodes.find(({ nodeId }) => nodeId === id) ?? expect.fail());
    for (const node of sleepers) node.stop();
    world.ledger.advanceEpoch();
    await world.movesSettled();
    expect(world.ledger.isChanging()).toBe(true);
    await expectRestored(laptop, 'docs');
    const fresh = await world.emptyHome('another');
    await fresh.engine.recover(never);
    const to = '/again';
    fresh.disk.user.makeFolder(to);
    await fresh.engine.restore({ space: 'docs', to, paths: [], at: undefined, overwrite: 'never' }, never);
    expect(fresh.disk.user.picture(to)).toEqual(laptop.disk.user.picture('/home/docs'));
    for (const node of sleepers) node.start();
    await world.movesSettled();
    expect([world.ledger.isChanging(), await lacking()]).toEqual([false, 0]);
    await expectRestored(laptop, 'docs');
  });

  it('keep everything through ten epochs of nodes that come, go, sleep and lose their disks', async () => {
    const laptop = await open(8, 32);
    await store(laptop, 'docs');
    for (let epoch = 0; epoch < 10; epoch++) {
      const running = world.ledger.nodes().map(({ nodeId }) => nodeId);
      const one = running[Math.floor(world.dice.fraction() * running.length)] ?? '';
      if (epoch % 3 === 0) await stakeNewNode(1n + BigInt(Math.floor(world.dice.fraction() * 6)));
      else if (epoch % 3 === 1) world.ledger.leaveNode(one);
      else world.ledger.setStake(one, BigInt(1 + Math.floor(world.dice.fraction() * 9)) * perShard);
      const other = world.nodes[Math.floor(world.dice.fraction() * world.nodes.length)];
      if (epoch % 2 === 0) await other?.wipe();
      else other?.stop();
      world.ledger.advanceEpoch();
      await world.movesSettled();
      other?.start();
      await world.movesSettled();
      expect([epoch, world.ledger.isChanging(), await lacking()]).toEqual([epoch, false, 0]);
      if (epoch % 4 === 3) await store(laptop, `docs ${epoch}`, 20_000);
    }
    await expectRestored(laptop, 'docs');
    await expectRestored(laptop, 'docs 7');
  });
});

it('a shard is handed to its new owner only', async () => {
  const laptop = await open();
  await store(laptop, 'docs');
  const ask = async (shard: number, key: Uint8Array): Promise<number> => {
    const epoch = world.ledger.epoch();
    const startingBlobId = new Uint8Array(32);
    const message = syncShardMessage({ epoch, shard, axis: 'primary', startingBlobId, sliverCount: 10 });
    const response = await world.nodeFetch('http://node-0.local/v1/migrate/sync_shard', {
      method: 'POST',
      headers: { authorization: Buffer.from(key).toString('base64') },
      body: encodeSignedMessage(message, new Uint8Array(96)),
    });
    return response.status;
  };
  const [member] = world.ledger.committee().members;
  const short = bls12_381.G1.Point.fromBytes(member?.publicKey ?? new Uint8Array()).toBytes(true);
  expect(await ask(member?.shards[0] ?? 0, new Uint8Array(48)), 'of an unknown key').toBe(403);
  expect(await ask(member?.shards[0] ?? 0, short), 'of the owner, signed by somebody else').toBe(400);
  expect((await world.nodeFetch('http://node-0.local/v1/migrate/sync_shard')).status).toBe(405);
});

describe('a node that lost its disk', () => {
  it('heals itself at the next epoch, with about one sliver of traffic for each sliver', async () => {
    const laptop = await open(20, 100);
    await store(laptop, 'docs', 230_000);
    const node = world.nodes[7] ?? expect.fail();
    const { slivers, bytes: held } = node.counts();
    await node.wipe();
    const { rebuilt, synced, lacking: left, bytes } = await node.takeShards();
    expect([rebuilt, synced, left]).toEqual([slivers, 0, 0]);
    // Besides the slivers' own bytes: 6,444 of metadata, the place of each symbol, and what the last node asked says beyond the need.
    const traffic = (bytes - 6_444 * certifiedBlobs().length) / held;
    expect(traffic).toBeGreaterThan(0.9);
    expect(traffic).toBeLessThan(1.25);
    await node.wipe();
    world.ledger.advanceEpoch();
    await world.movesSettled();
    expect(await lacking()).toBe(0);
  });
});

describe('an upload that straddles the change', () => {
  it.each([
    ['before anything is sent', 'metadata', 1],
    ['in the middle', 'slivers/7', 1],
    ['when nodes are asked to confirm', 'confirmation', 1],
    ['between the certificate and its transaction', 'sui ExecuteTransaction', 2],
  ])('%s collects fresh confirmations and pays nothing twice', async (when, request, times) => {
    const laptop = await open();
    await store(laptop, 'before');
    await stakeNewNode();
    const before = { registered: counted('PooledBlobRegistered'), epoch: world.ledger.epoch() };
    let seen = 0;
    world.onRequest = (name) => {
      if (name.includes(request) && ++seen === times) world.ledger.advanceEpoch();
    };
    await store(laptop, when, 30_000);
    world.onRequest = undefined;
    expect(seen).toBeGreaterThanOrEqual(times);
    await world.movesSettled();
    expect(world.ledger.epoch()).toBe(before.epoch + 1);
    expect(counted('PooledBlobRegistered') - before.registered, 'one registration').toBe(1);
    expect(counted('PooledBlobCertified')).toBe(counted('PooledBlobRegistered'));
    const last = world.ledger.eventsAfter(0, 10_000).findLast(({ type }) => type === 'PooledBlobCertified');
    expect(last?.fields).toMatchObject({ epoch: world.ledger.epoch() });
    await expectRestored(laptop, when);
    await expectRestored(laptop, 'before');
  });

  it('goes on while shards are still on their way to nodes that sleep, with the new committee only', async () => {
    const laptop = await open();
    await store(laptop, 'before');
    const late = [await stakeNewNode(2n), await stakeNewNode(2n)];
    const [sleeper] = late.map((id) => world.nodes.find(({ nodeId }) => nodeId === id));
    sleeper?.stop();
    world.ledger.advanceEpoch();
    await store(laptop, 'meanwhile', 30_000);
    await expectRestored(laptop, 'meanwhile');
    sleeper?.start();
    await world.movesSettled();
    expect(world.ledger.isChanging()).toBe(false);
    await expectRestored(laptop, 'before');
  });
});
