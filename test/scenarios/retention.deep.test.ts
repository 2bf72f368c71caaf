/** A history made thinner, and small changes that wait for one another. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openWorld, type World } from '../world/world.ts';
import { devices, root } from './several-devices.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const dayMs = 86_400_000;
const rules = { allDays: 30, dailyDays: 30, weeklyDays: 30 };
let world: World;
beforeEach(async () => {
  world = await openWorld({ seed: 31, shards: 100 });
});
afterEach(() => world.close());

it('a space that keeps less says beforehand what goes, gives it up, and an empty machine reads the rest', async () => {
  const [laptop] = await devices(world, { first: 'first' });
  if (!laptop) return;
  const { user } = laptop.disk;
  for (let i = 0; i < 4; i++) {
    user.write(`${root}/changing`, world.dice.bytes(40_000 + i));
    await laptop.sync('docs');
  }
  const all = (await laptop.engine.log('docs')).length;
  const savings = await laptop.engine.versionSavings('docs', 'changing', never);
  expect(savings.map(({ bytes }) => bytes > 39_000 && bytes < 42_000)).toEqual([true, true, true, true]);
  await world.clock.sleep(100 * dayMs);
  user.write(`${root}/second`, 'new');
  await laptop.sync('docs');

  const asked = { rules, budgetFrost: undefined };
  const preview = await laptop.engine.previewRetention('docs', asked, never);
  expect(preview.snapshotsGone).toBeGreaterThan(2);
  expect(preview.bytes).toBeGreaterThan(100_000);
  expect(preview.frostForLease).toBe(13n * preview.frostPerEpoch);
  expect((await laptop.engine.previewRetention('docs', undefined, never)).snapshotsGone).toBe(0);

  await laptop.engine.setRetention('docs', asked);
  await laptop.crashAt('retention:thinned', () => laptop.engine.tidy({ space: 'docs', gone: [] }, never));
  const report = await laptop.engine.tidy({ space: 'docs', gone: [] }, never);
  expect(report.thinned, 'done once').toEqual({ snapshots: 0, versions: 0 });
  expect((await laptop.engine.versions('docs', 'changing')).length).toBeLessThan(4);
  expect((await laptop.engine.log('docs')).length).toBe(all + 1 - preview.snapshotsGone);
  await laptop.crashAt('delete-blobs:transaction-sent', async () => {
    await world.clock.sleep(3 * dayMs);
    await laptop.engine.tidy({ space: 'docs', gone: [] }, never);
  });
  await laptop.engine.tidy({ space: 'docs', gone: [] }, never);

  const phone = await world.emptyHome('phone', { phrase: laptop.phrase });
  await phone.engine.recover(never);
  const kept = await laptop.engine.log('docs');
  expect((await phone.engine.log('docs')).map(({ snapshot }) => snapshot)).toEqual(
    kept.map(({ snapshot }) => snapshot),
  );
  for (const { snapshot } of kept) {
    const there = laptop.disk.user.picture(await laptop.restored('docs', { at: snapshot }));
    expect(phone.disk.user.picture(await phone.restored('docs', { at: snapshot }))).toEqual(there);
  }
  expect(phone.disk.user.picture(await phone.restored('docs'))).toEqual(user.picture(root));
  for (const { engine } of [laptop, phone]) expect(await engine.missingSnapshots('docs')).toBe(0);
});

it('small changes wait for one another in passes that nobody asked for, large ones do not', async () => {
  const [laptop] = await devices(world, { first: 'first' });
  if (!laptop) return;
  const { user } = laptop.disk;
  await laptop.engine.setSettling('docs', 3_600_000);
  const count = await laptop.intents();
  const follow = () => laptop.engine.follow('docs', never);
  user.write(`${root}/one`, 'one');
  await follow();
  await world.clock.sleep(1_800_000);
  user.write(`${root}/two`, 'two');
  await follow();
  expect(await laptop.intents()).toBe(count);
  await world.clock.sleep(1_800_001);
  await follow();
  expect((await laptop.intents()) - count, 'one pack for both').toBe(2);
  user.write(`${root}/three`, 'three');
  await laptop.sync('docs');
  expect((await laptop.intents()) - count, 'who asks is served').toBe(4);
  user.write(`${root}/four`, world.dice.bytes(200_000));
  await follow();
  expect(await laptop.intents()).toBeGreaterThan(count + 4);
  expect(user.picture(await laptop.restored('docs'))).toEqual(user.picture(root));
});
