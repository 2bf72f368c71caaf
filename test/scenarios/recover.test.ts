/** Other computers, lost catalogs, strangers and enemies: what the phrase alone gives back, and what nobody else can do to it. */
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Transaction } from '@mysten/sui/transactions';
import { bcs } from '@mysten/sui/bcs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Pool } from '../../app/ports/pool.ts';
import type { UserHand } from '../world/memory-user.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, phraseFrom, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const { bytes } = seededDice(45);
const text = new TextEncoder();
let world: World;
/** Read only, but for its laptop's catalog. */
let shared: Account;
beforeAll(async () => {
  world = await openWorld({ seed: 5 });
  shared = await openAccountWithHistory();
});
afterAll(() => world.close());

interface Account {
  readonly phrase: string;
  readonly laptop: Device;
  readonly user: UserHand;
}

/** An account of its own with one computer and a folder 'docs' of one snapshot. */
async function openAccount(): Promise<Account> {
  const phrase = phraseFrom(world.dice);
  const laptop = await world.device('laptop', { phrase });
  const { user } = laptop.disk;
  user.write('/home/docs/a', 'a1');
  user.write('/home/docs/big', bytes(100_000));
  user.write('/home/docs/box/old name', 'moved later');
  await laptop.protect('/home/docs');
  await laptop.sync();
  return { phrase, laptop, user };
}

/** The same with two more snapshots. */
async function openAccountWithHistory(): Promise<Account> {
  const { phrase, laptop, user } = await openAccount();
  user.write('/home/docs/a', 'a2');
  user.rename('/home/docs/box/old name', '/home/docs/new name');
  await laptop.sync();
  user.remove('/home/docs/a');
  user.write('/home/docs/b', 'b');
  await laptop.sync();
  return { phrase, laptop, user };
}

/** What a device can say about the past of 'docs'. */
async function memoryOf({ engine }: Device): Promise<unknown> {
  const log = await engine.log('docs');
  const lists = await Promise.all(log.map(({ snapshot }) => engine.list('docs', '', snapshot)));
  const versions = await Promise.all(['a', 'b', 'new name', 'big'].map((path) => engine.versions('docs', path)));
  const [{ space, files, bytes: size, packs, encodedBytes } = {}] = await engine.spaces();
  return { log, lists, versions, space, files, size, packs, encodedBytes };
}

describe('two computers that begin with one phrase at the same moment', () => {
  it('take places of their own by themselves, and both can pay', async () => {
    const { phrase } = await openAccount();
    const both = await Promise.all(['phone', 'tablet'].map((name) => world.emptyHome(name, { phrase })));
    await Promise.all(both.map(({ engine }) => engine.recover(never)));
    const [first, second] = await Promise.all(both.map(({ engine, name }) => engine.chooseDevice(name, never)));
    expect(second?.index, 'the same place is chosen').toBe(first?.index);
    const sui = async (): Promise<void> => {
      for (const { engine } of both) {
        const device = await engine.device();
        if (device) world.ledger.fund(device.address, 1_000_000_000_000n);
      }
    };
    await sui();
    // There is no faucet here: who has to take another place stops before its empty purse.
    const funded = await Promise.allSettled(both.map(({ engine }) => engine.fund(never)));
    expect(funded.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await sui();
    await Promise.all(both.map(({ engine }) => engine.fund(never)));
    const devices = await Promise.all(both.map(({ engine }) => engine.device()));
    expect(new Set(devices.map((device) => device?.address)).size).toBe(2);
    for (const { engine } of both) expect((await engine.budget(never)).unexplained).toEqual([]);
    expect((await both[0]?.engine.devices(never))?.devices).toHaveLength(3);
  });
});

describe('a catalog that is lost', () => {
  it('edge 85: is rebuilt from chain and packs: log, versions, listings of every moment', async () => {
    const { laptop, user } = shared;
    const before = await memoryOf(laptop);
    laptop.loseCatalog();
    const [recovered] = (await laptop.engine.recover(never)).spaces;
    expect(recovered).toMatchObject({ name: 'docs', snapshots: 3 });
    expect(await memoryOf(laptop)).toEqual(before);
    expect(await laptop.engine.integrity()).toBeUndefined();
    expect((await laptop.engine.recover(never)).spaces, 'again there is nothing to do').toEqual([]);
    const picture = user.picture('/home/docs');
    expect(user.picture(await laptop.restored('docs'))).toEqual(picture);
    const [, , first] = await laptop.engine.log('docs');
    expect(user.text(`${await laptop.restored('docs', { at: first?.snapshot ?? '' })}/box/old name`)).toBe(
      'moved later',
    );
  });

  it('lets the space be joined by a folder, full or empty, and what is there then is not sent again', async () => {
    const { laptop, user } = shared;
    laptop.loseCatalog();
    await laptop.engine.recover(never);
    await laptop.engine.chooseDevice('laptop again', never);
    const address = (await laptop.engine.device())?.address ?? '';
    world.ledger.fund(address, 30_000_000_000n);
    await laptop.engine.fund(never);
    await laptop.protect('/home/docs', { join: 'docs' });
    laptop.requests.take();
    const before = user.picture('/home/docs');
    expect(await laptop.sync('docs')).toMatchObject({ applied: 0, newChunks: 0, packs: [], problems: [] });
    expect(user.picture('/home/docs')).toEqual(before);
    user.makeFolder('/home/again');
    laptop.loseCatalog();
    await laptop.engine.recover(never);
    await laptop.engine.chooseDevice('laptop a third time', never);
    world.ledger.fund((await laptop.engine.device())?.address ?? '', 30_000_000_000n);
    await laptop.engine.fund(never);
    await laptop.protect('/home/again', { join: 'docs' });
    expect(await laptop.sync('docs')).toMatchObject({ applied: 4, newChunks: 0, packs: [], problems: [] });
    expect(laptop.requests.count('PUT')).toBe(0);
    expect(user.picture('/home/again')).toEqual(user.picture('/home/docs'));
  });
});

describe('a second computer of the account', () => {
  it('edge 71: joins, edits and sends with a pool of its own, while what the first one wrote stays readable', async () => {
    const { phrase, laptop, user } = await openAccount();
    const desktop = await world.device('desktop', { phrase });
    await desktop.engine.recover(never);
    const hand = desktop.disk.user;
    hand.makeFolder('/data/docs');
    await desktop.protect('/data/docs', { join: 'docs' });
    expect(await desktop.sync('docs')).toMatchObject({ applied: 4, packs: [], problems: [] });
    expect(hand.picture('/data/docs')).toEqual(user.picture('/home/docs'));

    hand.write('/data/docs/from desktop', bytes(50_000));
    hand.remove('/data/docs/a');
    const report = await desktop.sync('docs');
    expect(report.newBytes).toBeLessThan(60_000);
    const [mine, theirs] = [(await desktop.engine.spaces())[0]?.pool, (await laptop.engine.spaces())[0]?.pool];
    expect(mine).toBeDefined();
    expect(mine).not.toBe(theirs);
    expect((await desktop.engine.device())?.index).toBe(1);
    expect(user.picture(await laptop.restored('docs'))).toEqual(user.picture('/home/docs'));

    const third = await world.emptyHome('third', { phrase });
    const [recovered] = (await third.engine.recover(never)).spaces;
    expect(recovered?.snapshots, 'both devices’ rounds').toBe(2);
    expect(third.disk.user.picture(await third.restored('docs'))).toEqual(hand.picture('/data/docs'));
    expect((await third.engine.devices(never)).devices.map(({ record }) => record.name)).toEqual(['laptop', 'desktop']);
  });

  it('that was killed in the middle of its first fetch goes on with it, and deletes nothing', async () => {
    const { phrase, user } = shared;
    const desktop = await world.device('desktop', { phrase });
    await desktop.engine.recover(never);
    desktop.disk.user.makeFolder('/data/docs');
    await desktop.protect('/data/docs', { join: 'docs' });
    await desktop.crashAt('apply:on-disk', () => desktop.sync('docs'));
    expect(await desktop.sync('docs')).toMatchObject({ packs: [], newChunks: 0, problems: [] });
    expect(desktop.disk.user.picture('/data/docs')).toEqual(user.picture('/home/docs'));
  });

  it('without a folder for the space is told so when it is asked to sync it', async () => {
    const { phrase } = shared;
    const desktop = await world.device('desktop', { phrase });
    await desktop.engine.recover(never);
    await expect(desktop.sync('docs')).rejects.toMatchObject({ name: 'Fault', retry: 'after-user' });
  });
});

describe('another phrase', () => {
  it('finds nothing, and says so', async () => {
    const other = await world.emptyHome('other', { phrase: phraseFrom(world.dice) });
    await expect(other.engine.recover(never)).rejects.toMatchObject({ code: 'not-found', retry: 'after-user' });
    expect(await other.engine.spaces()).toEqual([]);
  });
});

/** Sends a bag with entries to an address, as anybody may. */
async function sendBag(to: string, entries: readonly (readonly [Uint8Array, Uint8Array])[]): Promise<void> {
  const stranger = Ed25519Keypair.fromSecretKey(world.dice.bytes(32));
  world.ledger.fund(stranger.toSuiAddress(), 5_000_000_000n);
  const client = new SuiGrpcClient({ network: 'localnet', baseUrl: 'http://sui.local', fetch: world.suiFetch });
  const transaction = new Transaction();
  const bag = transaction.moveCall({ target: '0x2::bag::new' });
  const vector = bcs.vector(bcs.u8());
  for (const [key, value] of entries) {
    transaction.moveCall({
      target: '0x2::bag::add',
      typeArguments: ['vector<u8>', 'vector<u8>'],
      arguments: [bag, transaction.pure(vector.serialize(key)), transaction.pure(vector.serialize(value))],
    });
  }
  transaction.transferObjects([bag], to);
  const result = await client.signAndExecuteTransaction({ signer: stranger, transaction });
  expect(result.$kind).toBe('Transaction');
}

describe('a stranger', () => {
  it('who sends bags to an address changes nothing, before the account is used and after', async () => {
    const phrase = phraseFrom(world.dice);
    const early = await world.emptyHome('early', { phrase });
    const { address } = await early.engine.chooseDevice('early', never);
    await sendBag(address, [[text.encode('key'), text.encode('value')]]);
    const laptop = await world.device('laptop', { phrase });
    laptop.disk.user.write('/home/docs/a', 'mine');
    await laptop.protect('/home/docs');
    await laptop.sync();
    const own = (await laptop.engine.device())?.address ?? '';
    await sendBag(own, [[text.encode('key'), Uint8Array.of(1, ...bytes(300))]]);
    await sendBag(own, []);
    laptop.disk.user.write('/home/docs/b', 'mine too');
    await laptop.sync();
    const fresh = await world.emptyHome('fresh', { phrase });
    await fresh.engine.recover(never);
    expect(fresh.disk.user.picture(await fresh.restored('docs'))).toEqual(laptop.disk.user.picture('/home/docs'));
  });

  it('who sends back an old copy of the account’s own sealed records does not turn the clock back', async () => {
    const { phrase, laptop, user } = await openAccount();
    const own = (await laptop.engine.device())?.address ?? '';
    const { devices } = await laptop.engine.devices(never);
    const copied = (devices[0]?.bag.entries ?? []).map(({ key, value }) => [key, value] as const);
    user.write('/home/docs/newest', 'newest');
    await laptop.sync();
    await sendBag(own, copied);
    const fresh = await world.emptyHome('fresh', { phrase });
    await fresh.engine.recover(never);
    expect(fresh.disk.user.picture(await fresh.restored('docs'))).toEqual(user.picture('/home/docs'));
    user.write('/home/docs/newest', 'newer still');
    await laptop.sync();
    expect((await laptop.engine.devices(never)).devices[0]?.heads[0]?.sequence).toBe(3);
  });
});

/** A pool that writes other names into listings than the disk has: for a device of the account in the hands of an enemy. */
function forging(from: string, to: string): (pool: Pool) => Pool {
  const [old, forged] = [Buffer.from(from), Buffer.from(to)];
  if (old.length !== forged.length) throw new Error('a forged name is as long as the true one');
  return (pool) => ({
    ...pool,
    chunk(task, options) {
      const all = Buffer.from(task.buffer);
      for (let at = all.indexOf(old); at >= 0; at = all.indexOf(old, at + 1)) forged.copy(all, at);
      return pool.chunk(task, options);
    },
  });
}

describe('a hostile listing', () => {
  it.each([
    ['leads out of the folder', '../../../../escape'],
    ['holds a NUL', 'name with \0 inside'],
  ])('whose name %s is refused before anything is written', async (_, forged) => {
    const phrase = phraseFrom(world.dice);
    const honest = 'x'.repeat(Buffer.from(forged).length);
    const enemy = await world.device('enemy', { phrase, pool: forging(honest, forged) });
    enemy.disk.user.write(`/home/docs/${honest}`, 'payload');
    await enemy.protect('/home/docs');
    await enemy.sync();
    const victim = await world.emptyHome('victim', { phrase });
    victim.disk.user.makeFolder('/safe/place');
    const before = victim.disk.user.picture('/');
    await expect(victim.engine.recover(never)).rejects.toMatchObject({ name: 'Fault', code: 'name-unsafe' });
    expect(victim.disk.user.picture('/')).toEqual(before);
  });
});
