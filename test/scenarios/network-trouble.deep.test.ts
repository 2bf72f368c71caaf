/** Nodes that are gone, wrong or lying, epochs and prices that change under way, money that is short: nothing is lost and nothing is paid twice. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NodeFault } from '../../app/localnet/localnet.ts';
import type { UserHand } from '../world/memory-user.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, phraseFrom, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const { bytes } = seededDice(44);
let world: World;
let laptop: Device;
let user: UserHand;
beforeAll(async () => {
  world = await openWorld({ seed: 4 });
  laptop = await world.device('laptop');
  user = laptop.disk.user;
});
afterAll(() => world.close());
afterEach(() => {
  world.onRequest = undefined;
  for (const node of world.nodes) {
    node.setFault(undefined);
    node.start();
  }
});

/** Protects a folder while something happens, checks that it can be had back, and that it was paid once. */
async function survives(name: string): Promise<void> {
  const root = `/home/${name}`;
  user.write(`${root}/a`, bytes(30_000));
  user.write(`${root}/b/c`, 'c');
  await laptop.protect(root);
  const paid = await laptop.intents();
  expect(await laptop.sync(name)).toMatchObject({ files: 2, problems: [] });
  const intents = (await laptop.catalog.intents(100)).slice(0, (await laptop.intents()) - paid);
  const done = intents.filter(({ state }) => state === 'succeeded').map(({ kind }) => kind);
  expect(done.toSorted()).toEqual(['certify', 'register']);
  expect(user.picture(await laptop.restored(name))).toEqual(user.picture(root));
}

/** Does something once, just before the first request that contains the text. */
function before(text: string, act: () => void): void {
  let isDone = false;
  world.onRequest = (request) => {
    if (isDone || !request.includes(text)) return;
    isDone = true;
    act();
  };
}

describe('a third of the nodes', () => {
  const faults: readonly (NodeFault | 'stopped')[] = [
    'stopped',
    { kind: 'silent' },
    { kind: 'slow', ms: 60_000 },
    { kind: 'refuse', rate: 1 },
    { kind: 'lie-confirm', rate: 1 },
    { kind: 'corrupt', rate: 1 },
  ];
  it.each(faults)('edge 96: may be %o while a folder is protected and restored', async (fault) => {
    // The first node holds three of ten shards.
    const [node] = world.nodes;
    if (fault === 'stopped') node?.stop();
    else node?.setFault(fault);
    await survives(`third ${JSON.stringify(fault).replaceAll(/\W/g, '')}`);
  });

  it('may be lost after everything was written', async () => {
    const root = '/home/later';
    user.write(`${root}/a`, bytes(100_000));
    await laptop.protect(root);
    await laptop.sync('later');
    await world.nodes[0]?.wipe();
    world.nodes[0]?.stop();
    const fresh = await world.emptyHome('fresh');
    await fresh.engine.recover(never);
    expect(fresh.disk.user.picture(await fresh.restored('later'))).toEqual(user.picture(root));
  });

  it('may lose everything and rebuild it from the others, and then another third may go', async () => {
    const root = '/home/healed';
    user.write(`${root}/a`, bytes(100_000));
    await laptop.protect(root);
    await laptop.sync('healed');
    await world.nodes[0]?.wipe();
    expect(await world.nodes[0]?.heal()).toMatchObject({ lacking: 0 });
    world.nodes[1]?.stop();
    const fresh = await world.emptyHome('fresh after healing');
    await fresh.engine.recover(never);
    expect(fresh.disk.user.picture(await fresh.restored('healed'))).toEqual(user.picture(root));
  });

  it('and one more stop the pass with a clear fault; it goes on later and pays for nothing twice', async () => {
    world.nodes[0]?.stop();
    world.nodes[1]?.stop();
    const root = '/home/lost quorum';
    user.write(`${root}/a`, 'a');
    await laptop.protect(root);
    const paid = await laptop.intents();
    await expect(laptop.sync('lost quorum')).rejects.toMatchObject({ code: 'quorum-lost', retry: 'later' });
    expect((await laptop.intents()) - paid).toBe(1);
    world.nodes[0]?.start();
    world.nodes[1]?.start();
    await laptop.sync('lost quorum');
    expect((await laptop.intents()) - paid, 'one registration, one certification').toBe(2);
    expect(user.picture(await laptop.restored('lost quorum'))).toEqual(user.picture(root));
  });
});

describe('an epoch that changes', () => {
  it.each([
    ['before anything is sent', 'metadata'],
    ['in the middle of an upload', 'slivers/7'],
    ['when nodes are asked to confirm', 'confirmation'],
  ])('%s is found out and costs nothing', async (when, request) => {
    before(request, () => world.ledger.advanceEpoch());
    await survives(`epoch ${when}`);
  });

  it('between the certificate and the trial of its transaction is found out and costs nothing', async () => {
    let confirmed = false;
    let isOver = false;
    world.onRequest = (request) => {
      confirmed ||= request.includes('confirmation');
      if (isOver || !confirmed || request !== 'sui SimulateTransaction') return;
      isOver = true;
      world.ledger.advanceEpoch();
    };
    await survives('epoch before the trial');
    expect(isOver).toBe(true);
  });

  it('edge 90: between the certificate and its transaction is found out and costs nothing', async () => {
    let executed = 0;
    world.onRequest = (request) => {
      if (request === 'sui ExecuteTransaction' && ++executed === 2) world.ledger.advanceEpoch();
    };
    const root = '/home/late epoch';
    user.write(`${root}/a`, 'a');
    await laptop.protect(root);
    await laptop.sync('late epoch');
    expect(user.picture(await laptop.restored('late epoch'))).toEqual(user.picture(root));
    const done = (await laptop.catalog.intents(10)).filter(({ state }) => state === 'succeeded');
    expect(done.slice(0, 2).map(({ kind }) => kind)).toEqual(['certify', 'register']);
  });
});

describe('a price', () => {
  it('that changes between quote and payment is noticed, and what is paid is what was agreed to', async () => {
    before('ExecuteTransaction', () => world.ledger.setPrices(15_000n, 25_000n));
    await survives('dearer');
    before('ExecuteTransaction', () => world.ledger.setPrices(11_000n, 20_000n));
    await survives('cheaper');
  });
});

describe('money that is short', () => {
  it('edge 93: is said clearly, loses nothing, and the pass goes on when there is some', async () => {
    const poor = await world.device('poor', { phrase: phraseFrom(world.dice), mist: 0n });
    const hand = poor.disk.user;
    hand.write('/home/docs/a', bytes(100_000));
    await poor.protect('/home/docs');
    const short = { code: 'money-short', retry: 'after-user' };
    await expect(poor.sync('docs')).rejects.toMatchObject(short);
    const address = (await poor.engine.device())?.address ?? '';
    world.ledger.fund(address, 20_000_000_000n);
    // There is SUI for gas, and no WAL to store anything with.
    await expect(poor.sync('docs')).rejects.toMatchObject(short);
    hand.write('/home/docs/b', 'written meanwhile');
    await expect(poor.sync('docs')).rejects.toMatchObject(short);
    await poor.engine.fund(never);
    expect(await poor.sync('docs')).toMatchObject({ files: 2, problems: [] });
    expect(hand.picture(await poor.restored('docs'))).toEqual(hand.picture('/home/docs'));
  });
});

describe('a network that fails for a moment', () => {
  it('on either door, at any request, leaves a state from which the next pass goes on', async () => {
    const root = '/home/flaky';
    user.write(`${root}/a`, bytes(20_000));
    await laptop.protect(root);
    const paid = await laptop.intents();
    let passes = 0;
    for (let at = 3; passes < 40; at += 7, passes++) {
      let left = at;
      world.onRequest = () => {
        if (--left === 0) throw new TypeError('fetch failed');
      };
      const outcome = await laptop.sync('flaky').then(
        () => 'done',
        (error: unknown) => error,
      );
      if (outcome === 'done') break;
      expect(outcome).toMatchObject({ name: 'Fault' });
    }
    world.onRequest = undefined;
    await laptop.sync('flaky');
    expect((await laptop.intents()) - paid).toBe(2);
    expect(user.picture(await laptop.restored('flaky'))).toEqual(user.picture(root));
  });
});
