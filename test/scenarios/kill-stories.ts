/**
 * Histories with one command each that an engine may be killed in: what went before it, the command, and what follows until all is at rest. Together
 * they pass every durable point of the engine.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChain } from '../../app/adapters/chain/chain.ts';
import { faultOf } from '../../app/domain/fault.ts';
import { useVoucher } from '../../app/engine/voucher.ts';
import { openWorld, phraseFrom, type Device, type World } from '../world/world.ts';
import type { Truth } from './kill-truth.ts';
import { devices, root } from './several-devices.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

export interface Scene {
  readonly world: World;
  /** The one that is killed comes first. */
  readonly devices: readonly [Device, ...Device[]];
}

export interface Story {
  readonly name: string;
  readonly open: () => Promise<Scene>;
  readonly command: (device: Device, scene: Scene) => Promise<unknown>;
  /** What must be the same after these kills. */
  readonly comparable: (truth: Truth, died: readonly string[]) => unknown;
  /** A copy of a home has a copy of its books, so that together they say too much. */
  readonly isCopied?: boolean;
  /** What everybody does next. */
  readonly rest?: (scene: Scene) => Promise<unknown>;
}

const tidy = (device: Device) => device.engine.tidy({ space: 'docs', gone: [] }, never);
const epochs = (world: World, count: number): void => {
  for (let i = 0; i < count; i++) world.ledger.advanceEpoch();
};

/** A laptop with one space that stores these bytes. */
async function stored(seed: number, bytes: number, shards = 10): Promise<Scene & { readonly laptop: Device }> {
  const world = await openWorld({ seed, shards, packBytesMax: 64 * 1024 });
  const [laptop] = await devices(world, {});
  if (!laptop) throw new Error('a device');
  laptop.disk.user.write(`${root}/one`, world.dice.bytes(bytes));
  await laptop.sync('docs');
  return { world, laptop, devices: [laptop] };
}

/** One with many small rounds. */
async function scattered(seed: number, rounds = 3): Promise<Scene & { readonly laptop: Device }> {
  const scene = await stored(seed, 3_000);
  for (let i = 0; i < rounds; i++) {
    scene.laptop.disk.user.write(`${root}/changing`, scene.world.dice.bytes(3_000 + i));
    scene.laptop.disk.user.write(`${root}/file ${i}`, scene.world.dice.bytes(2_000));
    await scene.laptop.sync('docs');
  }
  return scene;
}

async function pair(
  seed: number,
  files: Readonly<Record<string, string>>,
): Promise<Scene & Record<'laptop' | 'desktop', Device>> {
  const world = await openWorld({ seed, shards: 100 });
  const [laptop, desktop] = await devices(world, files, 'desktop');
  if (!laptop || !desktop) throw new Error('two devices');
  return { world, laptop, desktop, devices: [desktop, laptop] };
}

/** Money and objects too. */
const all = (truth: Truth): unknown => truth;

/** Files that were put on this disk before the catalog knew count as the user's doing (docs/architecture.md), and that is published: a round more. */
const folders = (truth: Truth): unknown => truth.devices.map((device) => device.folders);
const foldersWhenApplied = (truth: Truth, died: readonly string[]): unknown =>
  died.some((place) => /^(apply:on-disk|place|make|move|remove|set)/.test(place)) ? folders(truth) : truth;

const written: readonly Omit<Story, 'comparable'>[] = [
  {
    name: 'fund',
    async open() {
      const world = await openWorld({ seed: 71 });
      const laptop = await world.emptyHome('laptop', { phrase: phraseFrom(world.dice) });
      await laptop.engine.chooseDevice('laptop', never);
      world.ledger.fund((await laptop.engine.device())?.address ?? '', 30_000_000_000n);
      return { world, devices: [laptop] };
    },
    command: (device) => device.engine.fund(never),
  },
  {
    name: 'a first sync, which buys a pool and grows it',
    async open() {
      const world = await openWorld({ seed: 72, packBytesMax: 64 * 1024 });
      const laptop = await world.device('laptop');
      laptop.disk.user.write(`${root}/one`, world.dice.bytes(130_000));
      laptop.disk.user.write(`${root}/two`, 'two');
      await laptop.protect(root);
      return { world, devices: [laptop] };
    },
    command: (device) => device.sync('docs'),
  },
  {
    name: 'a sync when the lease has ended',
    async open() {
      const scene = await stored(73, 5_000);
      epochs(scene.world, 14);
      scene.laptop.disk.user.write(`${root}/two`, scene.world.dice.bytes(70_000));
      return scene;
    },
    command: (device) => device.sync('docs'),
  },
  {
    name: 'a sync that merges with another device',
    async open() {
      const scene = await pair(74, { a: 'a', b: 'b', 'box/in': 'in', gone: 'x' });
      const [mine, theirs] = [scene.desktop.disk.user, scene.laptop.disk.user];
      theirs.write(`${root}/a`, 'a of laptop');
      theirs.rename(`${root}/box`, `${root}/crate`);
      theirs.remove(`${root}/gone`);
      await scene.laptop.sync('docs');
      mine.write(`${root}/a`, 'a of desktop');
      mine.write(`${root}/new`, 'n');
      return scene;
    },
    command: (device) => device.sync('docs'),
    rest: async ({ devices: [desktop, laptop] }) => {
      await laptop?.sync('docs');
      await desktop.sync('docs');
    },
  },
  {
    name: 'a sync that lets go of folders',
    async open() {
      const scene = await pair(75, { top: 't', 'raw/a': 'raw a', 'raw/deep/c': 'raw c' });
      await scene.desktop.engine.select({ space: 'docs', only: undefined, without: ['raw'] });
      return scene;
    },
    command: (device) => device.sync('docs'),
    rest: async ({ devices: [desktop, laptop] }) => {
      await laptop?.sync('docs');
      await desktop.sync('docs');
    },
  },
  {
    name: 'a space that is left, and comes back to its folder',
    open: () => stored(84, 9_000),
    async command(device) {
      const [space] = await device.engine.spaces();
      if (space?.folder !== undefined) await device.engine.leaveSpace('docs', never);
    },
    rest: async ({ devices: [laptop] }) => {
      await laptop.protect(root, { join: 'docs' });
      await laptop.sync('docs');
    },
  },
  {
    name: 'a root that was renamed and edited, and is named',
    async open() {
      const scene = await stored(85, 9_000);
      const { user } = scene.laptop.disk;
      user.rename(root, '/home/papers');
      user.write('/home/papers/two', 'two');
      user.rename('/home/papers/one', '/home/papers/uno');
      return scene;
    },
    command: movedTo('/home/papers'),
  },
  {
    name: 'a copy of a root that lacks something, is named, and is told to be meant',
    async open() {
      const scene = await stored(86, 9_000);
      const { user } = scene.laptop.disk;
      user.write(`${root}/two`, 'two');
      await scene.laptop.sync('docs');
      for (const name of ['one', '.floe-space']) user.copy(`${root}/${name}`, `/home/copy/${name}`);
      return scene;
    },
    command: movedTo('/home/copy'),
    async rest({ devices: [laptop] }) {
      await laptop.sync('docs');
      await laptop.engine.release('docs');
      await laptop.sync('docs');
    },
  },
  {
    name: 'a renewal by some epochs',
    open: () => stored(76, 70_000),
    command: (device) => device.engine.renew({ space: 'docs', epochs: 2, isDry: false }, never),
  },
  {
    name: 'a renewal that gives up room',
    open: () => roomy(77),
    command: (device) => device.engine.renew({ space: 'docs', epochs: undefined, isDry: false }, never),
  },
  {
    name: 'a renewal that moves room to another pool',
    async open() {
      const scene = await roomy(78);
      const { laptop, world } = scene;
      laptop.disk.user.write('/home/more/one', world.dice.bytes(9_000));
      await laptop.protect('/home/more');
      await laptop.engine.sync('more', never);
      // Ends when the other one does.
      const [docs, more] = (await laptop.engine.leases(never)).leases;
      const epochsMore = (docs?.endEpoch ?? 0) - (more?.endEpoch ?? 0);
      if (epochsMore > 0) await laptop.engine.renew({ space: 'more', epochs: epochsMore, isDry: false }, never);
      if (epochsMore < 0) await laptop.engine.renew({ space: 'docs', epochs: -epochsMore, isDry: false }, never);
      await laptop.engine.setAhead('docs', 20, never);
      return scene;
    },
    command: (device) => device.engine.renew({ space: 'docs', epochs: undefined, isDry: false }, never),
  },
  {
    name: 'a renewal for a device that sleeps, by one without money',
    async open() {
      const scene = await stored(79, 9_000);
      const desk = await scene.world.emptyHome('desk', { phrase: scene.laptop.phrase });
      await desk.engine.recover(never);
      await desk.engine.chooseDevice('desk', never);
      epochs(scene.world, 12);
      return { world: scene.world, devices: [desk, scene.laptop] };
    },
    command: (device) => device.engine.upkeep(true, never),
  },
  {
    name: 'an upkeep that sweeps what was never finished',
    open: () => lost(80, 10),
    command: (device) => device.engine.upkeep(true, never),
  },
  {
    name: 'a tidy that thins, compacts and dooms',
    async open() {
      const scene = await scattered(81);
      await scene.world.clock.sleep(100 * dayMs);
      scene.laptop.disk.user.write(`${root}/late`, 'late');
      await scene.laptop.sync('docs');
      const rules = { allDays: 30, dailyDays: 30, weeklyDays: 30 };
      await scene.laptop.engine.setRetention('docs', { rules, budgetFrost: undefined });
      return scene;
    },
    command: (device) => tidy(device),
    rest: afterTidy,
  },
  {
    name: 'a tidy that deletes',
    async open() {
      const scene = await scattered(82);
      await tidy(scene.laptop);
      await scene.world.clock.sleep(3 * dayMs);
      return scene;
    },
    command: (device) => tidy(device),
    rest: ({ devices: [device] }) => device.sync('docs'),
  },
  {
    name: 'a sync that answers a doom list',
    async open() {
      const scene = await pair(83, { first: 'first' });
      for (let i = 0; i < 3; i++) {
        scene.laptop.disk.user.write(`${root}/changing`, scene.world.dice.bytes(3_000 + i));
        await scene.laptop.sync('docs');
      }
      await scene.desktop.sync('docs');
      await tidy(scene.laptop);
      return scene;
    },
    command: (device) => device.sync('docs'),
    rest: async ({ world, devices: [, laptop] }) => {
      await world.clock.sleep(3 * dayMs);
      if (laptop) await tidy(laptop);
    },
  },
  {
    name: 'a sync after a voucher was used',
    async open() {
      const scene = await stored(84, 9_000);
      const { world, laptop } = scene;
      const chain = openChain({ endpoint: world.endpoint, clock: world.clock, fetch: world.suiFetch });
      const voucher = await laptop.engine.voucher({ epochs: 9, frostMax: undefined }, never);
      epochs(world, 10);
      await useVoucher(chain, voucher, 4, never);
      return scene;
    },
    command: (device) => device.sync('docs'),
  },
  {
    name: 'a sync of a copied home',
    isCopied: true,
    async open() {
      const world = await openWorld({ seed: 85 });
      const dir = mkdtempSync(join(tmpdir(), 'floe-kills-'));
      const phrase = phraseFrom(world.dice);
      const laptop = await world.device('laptop', { phrase, catalogFile: join(dir, 'one') });
      laptop.disk.user.write(`${root}/a`, 'a');
      await laptop.protect(root);
      await laptop.sync('docs');
      for (const end of ['', '-wal', '-shm']) {
        if (existsSync(join(dir, `one${end}`))) copyFileSync(join(dir, `one${end}`), join(dir, `two${end}`));
      }
      const copy = await world.emptyHome('copy', { phrase, catalogFile: join(dir, 'two') });
      rmSync(dir, { recursive: true });
      for (const name of ['a', '.floe-space'])
        copy.disk.user.write(`${root}/${name}`, laptop.disk.user.read(`${root}/${name}`));
      laptop.disk.user.write(`${root}/by laptop`, 'l');
      await laptop.sync('docs');
      copy.disk.user.write(`${root}/by copy`, 'c');
      return { world, devices: [copy, laptop] };
    },
    /** Its new address has no money at first. */
    async command(device, { world }) {
      try {
        await device.sync('docs');
      } catch (error) {
        if (faultOf(error)?.code !== 'money-short') throw error;
        world.ledger.fund((await device.engine.device())?.address ?? '', 30_000_000_000n);
        await device.engine.fund(never);
        await device.sync('docs');
      }
    },
  },
];

export const stories: readonly Story[] = written.map((story) => ({
  ...story,
  comparable: story.name.includes('another device') || story.isCopied === true ? foldersWhenApplied : all,
}));

function movedTo(folder: string): Story['command'] {
  return async (device) => {
    await device.engine.moveSpace({ space: 'docs', folder, isDry: false }, never);
    return device.sync('docs');
  };
}

/** A pool with far more room than its packs take: what took it was registered, lost on this disk, and swept. */
async function roomy(seed: number): Promise<Scene & { readonly laptop: Device }> {
  const scene = await lost(seed, 100);
  await scene.laptop.engine.setAutopilot(false);
  await scene.laptop.engine.upkeep(true, never);
  await scene.laptop.engine.setAutopilot(true);
  epochs(scene.world, 4);
  return scene;
}

/** A registration whose pack was lost between registering and certifying. */
async function lost(seed: number, shards: number): Promise<Scene & { readonly laptop: Device }> {
  const scene = await stored(seed, 5_000, shards);
  const { laptop, world } = scene;
  laptop.disk.user.write(`${root}/two`, world.dice.bytes(9_000));
  await laptop.crashAt('pack:registered', () => laptop.sync('docs'));
  for (const name of await laptop.spool.names()) await laptop.spool.remove(name);
  await laptop.sync('docs');
  return scene;
}

async function afterTidy({ world, devices: [device] }: Scene): Promise<void> {
  await world.clock.sleep(3 * dayMs);
  await tidy(device);
  device.disk.user.write(`${root}/after`, 'after');
  await device.sync('docs');
}
