/** What a person lets Floe do and when: limits, pauses, battery, brakes, and bursts of rewrites that look like somebody's encryption. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openToldPower } from '../../app/adapters/power/power.ts';
import { parseSuiId } from '../../app/domain/ids.ts';
import { openWorld, type World } from '../world/world.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { root, tree, two } from './several-devices.ts';

const never = new AbortController().signal;
const noPower = { now: () => Promise.resolve({ isOnBattery: undefined, isMetered: undefined }) };
let world: World;

beforeEach(async () => {
  world = await openWorld({ seed: 78 });
});
afterEach(() => world.close());

const noise = (seed: number, bytes: number): Uint8Array => seededDice(seed).bytes(bytes);

describe('a limit', () => {
  it('holds for all nodes together, makes nobody late, and no node a liar', async () => {
    const laptop = await world.device('laptop');
    laptop.disk.user.write(`${root}/big`, noise(1, 600_000));
    await laptop.protect(root);
    await laptop.engine.steering.setLimits({ up: 20_000, down: 30_000 });
    const from = world.clock.steady();
    expect((await laptop.sync()).problems).toEqual([]);
    const sentMs = world.clock.steady() - from;
    const encodedBytes = (await laptop.engine.spaces())[0]?.encodedBytes ?? 0;
    // All slivers and a metadata of each node went at 20 kB/s, but for one request and a second's worth that may go ahead.
    expect(sentMs).toBeGreaterThan(1000 * (encodedBytes / 20_000) * 0.5);
    expect(sentMs).toBeLessThan(1000 * (encodedBytes / 20_000) * 3);

    for (const { nodeId } of world.nodes) expect(laptop.engine.health.isLiar(parseSuiId(nodeId))).toBe(false);
    const start = world.clock.steady();
    const to = await laptop.restored('docs');
    expect(laptop.disk.user.read(`${to}/big`)).toEqual(noise(1, 600_000));
    expect(world.clock.steady() - start).toBeGreaterThan(15_000);
    await laptop.engine.steering.setLimits({ up: 'off', down: 'off' });
    expect((await laptop.engine.steering.state()).speed).toBe('full');
  });
});

describe('a pause', () => {
  it('makes nothing news, and what came meanwhile is fetched after it', async () => {
    const [laptop, desktop] = await two(world, { a: 'a' });
    await desktop.engine.steering.pause('docs', undefined);
    laptop.disk.user.write(`${root}/b`, 'b');
    await laptop.sync();
    expect(await desktop.engine.hasNews(never)).toBe(false);
    await desktop.engine.steering.resume('docs');
    expect(await desktop.engine.hasNews(never)).toBe(true);
    expect((await desktop.sync()).applied).toBe(1);
  });

  it('is told, lasts over a restart, and ends by word or by time', async () => {
    const laptop = await world.device('laptop');
    laptop.disk.user.write(`${root}/a`, 'a');
    await laptop.protect(root);
    await laptop.engine.steering.pause('docs', undefined);
    laptop.start();
    expect(await laptop.sync()).toMatchObject({ packs: [], snapshot: undefined, paused: { reason: 'user' } });
    expect((await laptop.engine.status(never)).spaces[0]?.paused).toMatchObject({ reason: 'user', isAll: false });
    await laptop.engine.steering.resume('docs');
    expect((await laptop.sync()).paused).toBeUndefined();
    await laptop.engine.steering.pause(undefined, world.clock.now() + 60_000);
    expect((await laptop.sync()).paused).toMatchObject({ isAll: true });
    await world.clock.sleep(60_001);
    expect((await laptop.sync()).paused).toBeUndefined();
  });

  it('stops a pass where it is, which goes on from there', async () => {
    const laptop = await world.device('laptop');
    laptop.disk.user.write(`${root}/big`, noise(2, 600_000));
    await laptop.protect(root);
    let isAsked = false;
    world.onRequest = async (request) => {
      if (isAsked || !request.startsWith('PUT')) return;
      isAsked = true;
      await laptop.engine.steering.pause(undefined, undefined);
    };
    expect((await laptop.sync()).paused).toMatchObject({ reason: 'user' });
    world.onRequest = undefined;
    await laptop.engine.steering.resume(undefined);
    const spent = await laptop.intents();
    expect(await laptop.sync()).toMatchObject({ problems: [] });
    expect((await laptop.engine.spaces())[0]?.isPending).toBe(false);
    expect(await laptop.intents()).toBeGreaterThanOrEqual(spent);
  });

  it('comes with the hours of a schedule', async () => {
    let minute = 8 * 60 - 1;
    const laptop = await world.device('laptop', { wallTime: () => ({ weekday: 0, minute }), power: noPower });
    laptop.disk.user.write(`${root}/a`, 'a');
    await laptop.protect(root);
    await laptop.engine.steering.setPlan([{ weekdays: [0], from: 8 * 60, to: 18 * 60, speed: 'nothing' }]);
    expect((await laptop.sync()).paused).toBeUndefined();
    minute++;
    expect((await laptop.sync()).paused).toMatchObject({ reason: 'schedule' });
  });

  it('comes with battery and metered lines as the policy says', async () => {
    await world.close();
    // Packs of a size that a large file fits into few of them.
    world = await openWorld({ seed: 79, packBytesMax: 16 * 1024 * 1024 });
    const power = openToldPower(noPower);
    const laptop = await world.device('laptop', { power });
    laptop.disk.user.write(`${root}/small`, 'small');
    laptop.disk.user.write(`${root}/large`, noise(3, 9 * 1024 * 1024));
    await laptop.protect(root);
    power.tell({ isOnBattery: true, isMetered: true });
    expect((await laptop.sync()).paused).toMatchObject({ reason: 'metered' });
    await laptop.engine.steering.setPolicy({ metered: 'never', battery: 'bulk' });
    expect(await laptop.sync()).toMatchObject({ bulkWaiting: 1, files: 1, problems: [] });
    power.tell({ isOnBattery: false, isMetered: true });
    expect(await laptop.sync()).toMatchObject({ files: 2, problems: [] });
  });
});

describe('a brake', () => {
  it('is as a space has it', async () => {
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, `file ${i}`]));
    const [laptop] = await two(world, files);
    await laptop.engine.setBrake('docs', { share: 1, deletions: 100 });
    for (let i = 0; i < 50; i++) laptop.disk.user.remove(`${root}/f${i}`);
    expect(await laptop.sync('docs')).toMatchObject({ held: 0, files: 10 });
    await laptop.engine.setBrake('docs', { deletions: 3 });
    for (let i = 50; i < 55; i++) laptop.disk.user.remove(`${root}/f${i}`);
    expect(await laptop.sync('docs')).toMatchObject({ held: 5, files: 10 });
    await expect(laptop.engine.setBrake('docs', { share: 0 })).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('a burst of rewrites that look like encryption', () => {
  const text = (i: number): string => `All work and no play makes file ${i} a dull file. `.repeat(60);
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`box/letter-${i}.txt`, text(i)]));

  it('is stored beside what was, is not applied elsewhere, and holds deletions until the user says a word', async () => {
    const [laptop, desktop] = await two(world, many);
    for (let i = 0; i < 35; i++) laptop.disk.user.write(`${root}/box/letter-${i}.txt`, noise(100 + i, 3000));
    laptop.disk.user.remove(`${root}/box/letter-39.txt`);
    laptop.disk.user.write(`${root}/note`, 'give us money');
    expect(await laptop.sync('docs')).toMatchObject({ suspicious: 35, held: 1, problems: [] });
    expect((await laptop.engine.held())[0]).toMatchObject({ rewritesHere: 35, here: 1 });
    // It stands in later passes too.
    expect(await laptop.sync('docs')).toMatchObject({ suspicious: 35, held: 1 });
    expect(await desktop.sync('docs')).toMatchObject({ suspicious: 35 });
    expect(desktop.disk.user.text(`${root}/box/letter-3.txt`)).toBe(text(3));
    expect(desktop.disk.user.text(`${root}/note`)).toBe('give us money');
    expect((await desktop.engine.held())[0]).toMatchObject({ rewritesElsewhere: 35 });
    const before = (await laptop.engine.versions('docs', 'box/letter-3.txt')).length;
    expect(before).toBe(2);
    // What the other device works on goes on.
    desktop.disk.user.write(`${root}/box/letter-38.txt`, 'edited meanwhile');
    expect((await desktop.sync('docs')).suspicious).toBe(35);
    await laptop.sync('docs');
    expect(laptop.disk.user.text(`${root}/box/letter-38.txt`)).toBe('edited meanwhile');
    for (const device of [laptop, desktop]) {
      await device.engine.release('docs');
      await device.sync('docs');
    }
    for (const device of [laptop, desktop, laptop]) expect((await device.sync('docs')).suspicious).toBe(0);
    expect(tree(desktop)).toEqual(tree(laptop));
    expect(desktop.disk.user.exists(`${root}/box/letter-39.txt`)).toBe(false);
  });

  it('keeps every version while it is not known to be meant, whatever the rules say', async () => {
    const [laptop] = await two(world, many);
    const dayMs = 86_400_000;
    await laptop.engine.setRetention('docs', {
      rules: { allDays: 30, dailyDays: 30, weeklyDays: 30 },
      budgetFrost: undefined,
    });
    for (let i = 0; i < 35; i++) laptop.disk.user.write(`${root}/box/letter-${i}.txt`, noise(100 + i, 3000));
    expect((await laptop.sync('docs')).suspicious).toBe(35);
    await world.clock.sleep(100 * dayMs);
    laptop.disk.user.write(`${root}/later`, 'later');
    await laptop.sync('docs');
    const tidy = () => laptop.engine.tidy({ space: 'docs', gone: [] }, never);
    expect((await tidy()).thinned).toEqual({ snapshots: 0, versions: 0 });
    expect(await laptop.engine.versions('docs', 'box/letter-3.txt')).toHaveLength(2);
    await laptop.engine.release('docs');
    await laptop.sync('docs');
    expect((await tidy()).thinned.versions).toBeGreaterThanOrEqual(35);
  });

  it('is seen when files get one new ending', async () => {
    const [laptop, desktop] = await two(world, many);
    for (let i = 0; i < 30; i++) {
      laptop.disk.user.write(`${root}/box/letter-${i}.txt.locked`, noise(200 + i, 3000));
      laptop.disk.user.remove(`${root}/box/letter-${i}.txt`);
    }
    expect(await laptop.sync('docs')).toMatchObject({ suspicious: 30, held: 30 });
    await desktop.sync('docs');
    expect(desktop.disk.user.text(`${root}/box/letter-3.txt`)).toBe(text(3));
  });

  it('is not what happens when many files are edited, or when many photos come', async () => {
    const [laptop] = await two(world, many);
    for (let i = 0; i < 40; i++) {
      laptop.disk.user.write(`${root}/box/letter-${i}.txt`, `${text(i)} and so on`);
      laptop.disk.user.write(`${root}/photos/${i}.jpg`, noise(300 + i, 3000));
    }
    expect(await laptop.sync('docs')).toMatchObject({ suspicious: 0, held: 0 });
    for (let i = 0; i < 40; i++) laptop.disk.user.write(`${root}/photos/${i}.jpg`, noise(400 + i, 3000));
    expect(await laptop.sync('docs')).toMatchObject({ suspicious: 0, held: 0 });
  });
});
