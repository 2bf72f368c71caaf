/**
 * A chain that answers late, twice, or not at all, and an engine that dies while a transaction is out: whether it ran or not, the same command again
 * pays once and leads to where an undisturbed one leads.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openChain } from '../../app/adapters/chain/chain.ts';
import { faultOf } from '../../app/domain/fault.ts';
import { useVoucher } from '../../app/engine/voucher.ts';
import { openWorld, type Device, type World } from '../world/world.ts';
import { stories, type Scene, type Story } from './kill-stories.ts';
import { troubleOf, truthOf, type Truth } from './kill-truth.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
/** Longer than anybody waits for an answer. */
const tooLongMs = 600_000;

type Ask = () => Promise<Response>;
interface Way {
  readonly name: string;
  /** `later` are carried before the next transaction goes out. */
  readonly carry: (ask: Ask, scene: Scene, later: Ask[]) => Promise<Response>;
}

const gone = (): never => {
  throw new TypeError('the connection is gone');
};

const ways: readonly Way[] = [
  {
    name: 'ran, and its answer was lost',
    carry: async (ask) => {
      await ask();
      return gone();
    },
  },
  { name: 'never arrived', carry: async () => gone() },
  {
    name: 'ran, and its answer came too late',
    async carry(ask, { world }) {
      const answer = await ask();
      await world.clock.sleep(tooLongMs);
      return answer;
    },
  },
  {
    name: 'ran twice',
    async carry(ask) {
      await ask();
      return ask();
    },
  },
  {
    name: 'arrived when it had been given up',
    async carry(ask, _, later) {
      later.push(ask);
      return gone();
    },
  },
  {
    name: 'ran, and the engine died before the answer',
    async carry(ask, { devices: [device] }) {
      const answer = await ask();
      device.crash();
      return answer;
    },
  },
  {
    name: 'never arrived, and the engine died',
    async carry(_, { devices: [device] }) {
      device.crash();
      return gone();
    },
  },
];

/** As somebody does who tries again until it works. */
const triesMax = 40;
async function untilDone(scene: Scene, story: Story): Promise<void> {
  const [device] = scene.devices;
  for (let tries = 1; ; tries++) {
    try {
      if ((await device.untilCrash(() => story.command(device, scene))) === 'done') return;
    } catch (error) {
      if (faultOf(error)?.code !== 'network-unreachable') throw error;
    }
    if (tries === triesMax) throw new Error(`${story.name} never came through`);
  }
}

/** Each new transaction is carried in the next way; what is sent again goes through. Returns how many there were. */
async function troubled(story: Story, first: number): Promise<{ readonly truth: Truth; readonly sent: number }> {
  const scene = await story.open();
  const { world } = scene;
  const later: Ask[] = [];
  let sent = 0;
  let isAgain = false;
  try {
    world.carry = async (request, ask) => {
      if (request !== 'sui ExecuteTransaction') return ask();
      for (const late of later.splice(0)) await late();
      const way = ways[(first + sent) % ways.length];
      isAgain = !isAgain;
      if (!isAgain || way === undefined) return ask();
      sent++;
      return way.carry(ask, scene, later);
    };
    await untilDone(scene, story);
    world.carry = undefined;
    await story.rest?.(scene);
    return { truth: await truthOf(world, scene.devices), sent };
  } finally {
    await world.close();
  }
}

async function undisturbed(story: Story): Promise<Truth> {
  const scene = await story.open();
  try {
    await story.command(scene.devices[0], scene);
    await story.rest?.(scene);
    return await truthOf(scene.world, scene.devices);
  } finally {
    await scene.world.close();
  }
}

describe('transactions that meet one trouble after another', () => {
  it.each(
    stories
      .filter(({ name }) => /^fund|first sync|gives up room|sleeps|dooms|deletes/.test(name))
      .map((story) => [story.name, story] as const),
  )('are paid once in: %s', async (_, story) => {
    const twin = await undisturbed(story);
    for (let first = 0; first < ways.length;) {
      const { truth, sent } = await troubled(story, first);
      expect.soft(truth, `first: ${ways[first]?.name}`).toEqual(twin);
      expect.soft(troubleOf(truth), `first: ${ways[first]?.name}`).toEqual([]);
      expect(sent).toBeGreaterThan(0);
      first += sent;
    }
  });
});

describe('with one space that is stored', () => {
  let world: World;
  let laptop: Device;
  beforeEach(async () => {
    world = await openWorld({ seed: 91 });
    laptop = await world.device('laptop');
    laptop.disk.user.write('/home/docs/a', world.dice.bytes(9_000));
    await laptop.protect('/home/docs');
    await laptop.sync('docs');
  });
  afterEach(() => world.close());

  const trouble = async () => troubleOf(await truthOf(world, [laptop]));

  it('a voucher whose answer the renewer never got is used once, and found in the books', async () => {
    const voucher = await laptop.engine.voucher({ epochs: 9, frostMax: undefined }, never);
    let lost = 0;
    const fetchLosing: typeof fetch = async (input, init) => {
      const answer = await world.suiFetch(input, init);
      const url = input instanceof Request ? input.url : String(input);
      return url.endsWith('ExecuteTransaction') && lost++ === 0 ? gone() : answer;
    };
    const chain = openChain({ endpoint: world.endpoint, clock: world.clock, fetch: fetchLosing });
    await expect(useVoucher(chain, voucher, 99, never)).rejects.toMatchObject({ code: 'network-unreachable' });
    expect(await useVoucher(chain, voucher, 99, never)).toMatchObject({ kind: 'used' });
    await laptop.sync('docs');
    expect(await trouble()).toEqual([]);
  });

  it('a voucher is found in the books although a newer one was made, which never reached the renewer', async () => {
    const voucher = await laptop.engine.voucher({ epochs: 9, frostMax: undefined }, never);
    await laptop.engine.voucher({ epochs: 8, frostMax: undefined }, never);
    const chain = openChain({ endpoint: world.endpoint, clock: world.clock, fetch: world.suiFetch });
    expect(await useVoucher(chain, voucher, 99, never)).toMatchObject({ kind: 'renewed' });
    await laptop.sync('docs');
    expect(await trouble()).toEqual([]);
  });

  it.each([
    'register:intent-written',
    'register:transaction-sent',
    'pack:registered',
    'pack:confirmation',
    'pack:stored',
    'certify:intent-written',
    'pack:spooled',
  ])('a sync that was killed at %s goes on after its lease has ended', async (point) => {
    laptop.disk.user.write('/home/docs/b', world.dice.bytes(300_000));
    await laptop.crashAt(point, () => laptop.sync('docs'));
    for (let i = 0; i < 14; i++) world.ledger.advanceEpoch();
    const report = await laptop.sync('docs');
    expect(report.problems).toEqual([]);
    expect(await laptop.sync('docs')).toMatchObject({ packs: [], newChunks: 0, problems: [] });
    expect(await trouble()).toEqual([]);
    // What was there before has gone with its lease, and is a matter of its own.
    const back = await laptop.restored('docs', { paths: ['b'] });
    expect(laptop.disk.user.read(`${back}/b`)).toEqual(laptop.disk.user.read('/home/docs/b'));
  });
});
