/** What a person set outlives the catalog: damaged, deleted, or rebuilt by a start that was killed anywhere. On real SQLite, with the home's own card. */
import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalogInline } from '../../app/adapters/catalog/catalog.ts';
import { noteDamage } from '../../app/daemon/card-file.ts';
import { openHomeCatalog } from '../../app/daemon/home-catalog.ts';
import { finishMending, keptOfSpace, keptRecords } from '../../app/daemon/self-card.ts';
import type { Catalog } from '../../app/ports/catalog.ts';
import { openWorld, type Device, type World } from '../world/world.ts';
import { devices, root, tree, two } from './several-devices.ts';

const never = new AbortController().signal;
let world: World;
let home: string;
beforeEach(async () => {
  world = await openWorld({ seed: 411 });
  home = mkdtempSync(join(tmpdir(), 'floe-kept-'));
});
afterEach(async () => {
  await world.close();
  rmSync(home, { recursive: true, force: true });
});

const plainCatalog = (file: string): Catalog => openCatalogInline({ file });

/** As a host opens a home. */
async function start(device: Device, open = plainCatalog): Promise<void> {
  device.catalog = await openHomeCatalog({
    home,
    log: { write: () => {} },
    clock: world.clock,
    open: async ({ file }) => open(file),
  });
  device.start();
  await finishMending(home, device.catalog, device.engine, never);
}

/** Moves a device's catalog, which began in memory, into the home: by the way that is tested. */
async function settle(device: Device): Promise<void> {
  const { catalog } = device;
  const identity = await catalog.record('device');
  const folders = (await catalog.spaces()).map(({ id, folder }) => ({ space: id, folder }));
  const first = { version: 1, records: { device: identity }, folders, isDamaged: false };
  writeFileSync(join(home, 'self.json'), JSON.stringify(first));
  await start(device);
  await catalog.close();
}

const file = (): string => join(home, 'catalog.sqlite');
const harms = {
  deleted: () => {
    for (const name of readdirSync(home)) if (/^catalog\.sqlite(-|$)/.test(name)) rmSync(join(home, name));
  },
  spoiled: () => {
    const bytes = readFileSync(file());
    writeFileSync(file(), bytes.fill(0x5a, 2 * 4096, bytes.length - 4096));
  },
  'seen to be damaged': () => noteDamage(home),
};

/** All that was set or waits for a word, as a person is shown it. */
async function settingsOf({ engine, catalog }: Device): Promise<unknown> {
  const spaces = [];
  for (const row of (await catalog.spaces()).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const { id, name, mode, folder, leaseEpochs, pool, limits, rootNode, num } = row;
    spaces.push({
      row: { id, name, mode, folder, leaseEpochs, pool, limits, rootNode },
      brake: await engine.brake(name),
      settling: await engine.settling(name),
      retention: await engine.retention(name),
      isEverythingChosen: (await engine.selection(name, '')).isEverything,
      choices: await catalog.choices(num),
      conflicts: (await engine.conflicts(name)).map(({ kept, beside }) => [kept?.path, beside?.path]),
      paused: await engine.steering.paused(num),
    });
  }
  const { monthFrost, spentFrost } = await engine.budget(never);
  return {
    spaces,
    monthFrost,
    spentFrost,
    device: await engine.device(),
    gone: await engine.goneDevices(),
    steering: await engine.steering.state(),
    held: (await engine.held()).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    isAutopilotOn: (await engine.leases(never)).isOn,
  };
}

const text = (i: number): string => `All work and no play makes file ${i} a dull file. `.repeat(60);
const letters = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`box/letter-${i}.txt`, text(i)]));

/** A laptop with everything set, and a desktop of the same account. */
async function everythingSet(): Promise<readonly [laptop: Device, desktop: Device]> {
  const [laptop, desktop] = await two(world, { ...letters, 'keep/a': 'a', 'raw/b': 'b', 'raw/deep/c': 'c', both: '0' });
  const tablet = await world.device('tablet', { phrase: laptop.phrase });
  await tablet.engine.recover(never);
  await settle(laptop);
  await start(laptop);
  await laptop.sync('docs');
  const { engine } = laptop;
  const { user } = laptop.disk;
  // The first number goes to a space that the network does not know, so that a rebuild numbers them otherwise.
  user.write('/home/unsent/x', 'x');
  await engine.addSpace(
    { folder: '/home/unsent', name: undefined, mode: 'archive', leaseEpochs: 20, space: undefined },
    never,
  );
  for (const i of [1, 2, 3]) user.write(`/home/photos/${i}/picture`, `picture ${i}`);
  await laptop.protect('/home/photos', { mode: 'archive' });
  await laptop.sync('photos');
  user.remove('/home/photos/2');
  await laptop.sync('photos');
  // A conflict that waits.
  user.write(`${root}/both`, 'laptop');
  desktop.disk.user.write(`${root}/both`, 'desktop');
  await desktop.sync('docs');
  await laptop.sync('docs');
  await engine.select({ space: 'docs', only: undefined, without: ['raw'] });
  await laptop.sync('docs');
  // An alarm, and a deletion that waits for it.
  for (let i = 0; i < 28; i++) user.write(`${root}/box/letter-${i}.txt`, world.dice.bytes(3000));
  await laptop.sync('docs');
  await engine.setAhead('docs', 40, never);
  await engine.setBrake('docs', { deletions: 3, share: 0.5 });
  await engine.setSettling('docs', 60_000);
  await engine.setRetention('docs', { rules: { allDays: 30, dailyDays: 60, weeklyDays: 90 }, budgetFrost: 5n });
  await engine.steering.setLimits({ up: 2_000_000, down: 3_000_000 });
  await engine.steering.setPlan([{ weekdays: [0, 1], from: 60, to: 120, speed: 'limited' }]);
  await engine.steering.setPolicy({ battery: 'bulk', metered: 'never' });
  await engine.steering.setAggregators([world.aggregatorUrl, 'https://aggregator.example.org/walrus/']);
  await engine.steering.pause('unsent', undefined);
  await engine.setBudget(50_000_000_000n);
  await engine.setAutopilot(false);
  const gone = await tablet.engine.device();
  if (gone?.bag) await engine.setGone(gone.id, true, never);
  return [laptop, desktop];
}

describe('a home whose catalog is lost', () => {
  it.each(Object.entries(harms))(
    '%s: comes back as it was set, and a pass sends, fetches and deletes nothing',
    async (_, harm) => {
      const [laptop] = await everythingSet();
      const before = await settingsOf(laptop);
      expect(before).toMatchObject({
        held: [{ name: 'docs', rewritesHere: 28 }, {}, {}],
        spaces: [
          { conflicts: [['both', expect.stringContaining('conflict')]], isEverythingChosen: false },
          { row: { mode: 'archive' } },
          { paused: {} },
        ],
      });
      for (let turn = 1; turn <= 2; turn++) {
        const pictures = ['docs', 'photos', 'unsent'].map((name) => laptop.disk.user.picture(`/home/${name}`));
        await laptop.catalog.close();
        harm();
        await start(laptop);
        expect(await settingsOf(laptop), `turn ${turn}`).toEqual(before);
        laptop.requests.take();
        const reports = await laptop.engine.sync(undefined, never);
        expect(reports.map(({ name, packs, problems, applied }) => ({ name, packs, problems, applied }))).toEqual(
          (await laptop.catalog.spaces()).map(({ name }) => ({ name, packs: [], problems: [], applied: 0 })),
        );
        expect(reports.find(({ name }) => name === 'unsent')?.paused).toMatchObject({ reason: 'user' });
        expect(laptop.requests.count('PUT')).toBe(0);
        expect(laptop.requests.count('ExecuteTransaction')).toBe(0);
        expect(['docs', 'photos', 'unsent'].map((name) => laptop.disk.user.picture(`/home/${name}`))).toEqual(pictures);
        expect(await settingsOf(laptop), `after the pass of turn ${turn}`).toEqual(before);
      }
      // The settings go on to be what they say.
      await laptop.engine.steering.resume('unsent');
      expect(await laptop.sync('unsent')).toMatchObject({ files: 1, problems: [] });
      laptop.disk.user.remove('/home/photos/3');
      expect(await laptop.sync('photos')).toMatchObject({ files: 3 });
      await laptop.catalog.close();
    },
  );

  it('ends the same wherever the start that rebuilds it is killed', async () => {
    const [laptop] = await everythingSet();
    const before = await settingsOf(laptop);
    await laptop.catalog.close();
    let kills = 0;
    for (let step = 1, isOver = false; !isOver; step += 3) {
      harms.deleted();
      const card = readFileSync(join(home, 'self.json'), 'utf8');
      isOver = await start(laptop, (at) => dyingCatalog(at, step)).then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof Error) || error.message !== 'killed') throw error;
          return false;
        },
      );
      kills += isOver ? 0 : 1;
      if (!isOver) expect(readFileSync(join(home, 'self.json'), 'utf8'), `killed at write ${step}`).toBe(card);
      await laptop.catalog.close();
      await start(laptop);
      expect(await settingsOf(laptop), `killed at write ${step}`).toEqual(before);
      await laptop.catalog.close();
    }
    expect(kills).toBeGreaterThan(20);
  });

  it('does not take in what another device did and what waits for a word', async () => {
    const [laptop, desktop] = await two(world, letters);
    await settle(desktop);
    await start(desktop);
    await desktop.sync('docs');
    for (let i = 0; i < 27; i++) laptop.disk.user.write(`${root}/box/letter-${i}.txt`, world.dice.bytes(3000));
    laptop.disk.user.remove(`${root}/box/letter-29.txt`);
    await laptop.sync('docs');
    await laptop.engine.release('docs');
    await laptop.sync('docs');
    expect(await desktop.sync('docs')).toMatchObject({ suspicious: 27, held: 1 });
    const before = tree(desktop);
    for (const harm of Object.values(harms)) {
      await desktop.catalog.close();
      harm();
      await start(desktop);
      expect((await desktop.engine.held())[0]).toMatchObject({ rewritesElsewhere: 27, elsewhere: 1 });
      expect(await desktop.sync('docs')).toMatchObject({ suspicious: 27, held: 1, packs: [], problems: [] });
      expect(tree(desktop)).toEqual(before);
    }
    expect(desktop.disk.user.text(`${root}/box/letter-3.txt`)).toBe(text(3));
    await desktop.engine.release('docs');
    await desktop.sync('docs');
    expect(tree(desktop)).toEqual(tree(laptop));
    await desktop.catalog.close();
  });

  it.each([
    ['as it was', (card: string) => card],
    ['of an older Floe', firstVersionOf],
  ])('meets what others did meanwhile as if nothing had happened, with a card %s', async (_, cardOf) => {
    const [laptop, desktop] = await two(world, { ...letters, gone: 'gone', edited: 'before' });
    await settle(laptop);
    await start(laptop);
    await laptop.sync('docs');
    laptop.disk.user.write(`${root}/own`, 'own');
    await laptop.sync('docs');
    const identity = await laptop.engine.device();
    const { user } = desktop.disk;
    await desktop.sync('docs');
    user.write(`${root}/edited`, 'after');
    user.write(`${root}/added`, 'added');
    await desktop.sync('docs');
    user.remove(`${root}/gone`);
    await desktop.sync('docs');
    const isWhole =
      cardOf(readFileSync(join(home, 'self.json'), 'utf8')) === readFileSync(join(home, 'self.json'), 'utf8');
    await laptop.catalog.close();
    harms.deleted();
    writeFileSync(join(home, 'self.json'), cardOf(readFileSync(join(home, 'self.json'), 'utf8')));
    await start(laptop);
    const report = await laptop.sync('docs');
    expect(report).toMatchObject({ problems: [] });
    expect(await laptop.engine.device()).toEqual(identity);
    if (isWhole) {
      expect(report).toMatchObject({ conflicts: 0, packs: [] });
      expect(tree(laptop)).toEqual(tree(desktop));
    }
    // Whatever the card knew: nobody's content is lost.
    expect(Object.values(tree(laptop))).toEqual(expect.arrayContaining(Object.values(tree(desktop))));
    laptop.disk.user.write(`${root}/later`, 'later');
    await laptop.sync('docs');
    const pools = (await laptop.engine.leases(never)).leases.filter(({ isOwn }) => isOwn);
    expect(pools, 'no second pool was bought').toHaveLength(1);
    await laptop.catalog.close();
  });

  it('does not take an empty place for its folder', async () => {
    const [laptop] = await devices(world, letters);
    if (!laptop) return;
    await settle(laptop);
    await start(laptop);
    await laptop.sync('docs');
    await laptop.catalog.close();
    const plugIn = laptop.disk.user.unplug(root);
    laptop.disk.user.makeFolder(root);
    harms.deleted();
    await start(laptop);
    expect((await laptop.sync('docs')).problems).toMatchObject([{ fault: { code: 'folder-unsure' } }]);
    expect(tree(laptop)).toEqual({});
    plugIn();
    expect(await laptop.sync('docs')).toMatchObject({ files: 30, packs: [], problems: [] });
    await laptop.catalog.close();
  });

  it('has spent what it had spent: a cap is a cap', async () => {
    const [laptop] = await devices(world, { first: 'first' });
    if (!laptop) return;
    await settle(laptop);
    await start(laptop);
    laptop.disk.user.write(`${root}/second`, world.dice.bytes(900_000));
    await laptop.sync('docs');
    const { spentFrost: spent } = await laptop.engine.budget(never);
    expect(spent).toBeGreaterThan(0n);
    await laptop.engine.setBudget(spent + 1n);
    for (const harm of Object.values(harms)) {
      await laptop.catalog.close();
      harm();
      await start(laptop);
      expect(await laptop.engine.budget(never)).toMatchObject({ spentFrost: spent, leftFrost: 1n });
    }
    laptop.disk.user.write(`${root}/third`, world.dice.bytes(900_000));
    await expect(laptop.sync('docs')).rejects.toMatchObject({ code: 'budget-reached' });
    await world.clock.sleep(32 * 86_400_000);
    expect((await laptop.engine.budget(never)).spentFrost).toBe(0n);
    await laptop.catalog.close();
  });

  it('has a decision about every record of the catalog', async () => {
    const [laptop, desktop] = await everythingSet();
    await laptop.engine.release('docs');
    laptop.disk.user.makeFolder('/drill');
    await laptop.engine.drill({ space: 'docs', to: '/drill', refuse: 0.2, files: 3 }, never);
    await laptop.engine.check({ share: undefined, repairs: true }, never);
    await laptop.engine.tidy({ space: 'docs', gone: [] }, never);
    await laptop.sync('docs');
    await desktop.sync('docs');
    await laptop.catalog.close();
    const db = new Database(file(), { readonly: true });
    const keys = db.prepare<[], string>('SELECT DISTINCT key FROM record').pluck().all();
    db.close();
    const names = new Set(keys.map((key) => key.replace(/:.*/, '')));
    const kept: readonly string[] = [...keptRecords, ...keptOfSpace];
    expect([...names].filter((name) => !kept.includes(name) && !forgotten.includes(name))).toEqual([]);
    expect(names.size).toBeGreaterThan(15);
  });
});

function firstVersionOf(text: string): string {
  const { self } = JSON.parse(text) as { self: { records: object; spaces: { id: string; folder: string }[] } };
  const folders = self.spaces.map(({ id, folder }) => ({ space: id, folder }));
  return JSON.stringify({ version: 1, records: self.records, folders, isDamaged: false });
}

/** Made again, found again, or of this catalog only (docs/formats/self.md). */
const forgotten = [
  'lists',
  'outdated',
  'mending',
  'spent-earlier',
  'catalog.nodes-swept',
  'devices',
  'snapshot',
  'writing',
  'settling',
  'released',
  'drill',
  'checks',
  'unsound',
  'rest',
  'inconsistent',
  'arriving',
];

const reads =
  /^(record|spaces|choices|conflicts|packs|pack|totals|snapshots|children|pathOf|vector|taken|stale|close|integrity|[a-z]+Of|known.*|chunk.*|strange.*|sides|doomed|payments|openIntents|intents)$/;

/** Ends at a write, as a kill does: each one is a transaction. */
function dyingCatalog(at: string, step: number): Catalog {
  const catalog = plainCatalog(at);
  let writes = 0;
  const entries = Object.entries(catalog).map(([name, call]) => {
    if (reads.test(name)) return [name, call] as const;
    const dying = async (...args: readonly never[]): Promise<unknown> => {
      if (++writes >= step) {
        await catalog.close();
        throw new Error('killed');
      }
      return (call as (...given: readonly never[]) => Promise<unknown>)(...args);
    };
    return [name, dying] as const;
  });
  return Object.fromEntries(entries) as unknown as Catalog;
}
