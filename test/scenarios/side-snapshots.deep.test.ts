/**
 * Every certified snapshot of every device comes back: on a device that merged only the last of another's, and on an empty home that has nothing but the
 * phrase; also when the other device is gone, thinned its history, or one of its packs cannot be read.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Difference } from '../../app/engine/engine.ts';
import { openWorld, type Device, type World } from '../world/world.ts';
import { converge, devices, root, tree, two } from './several-devices.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const dayMs = 86_400_000;
let world: World;
beforeEach(async () => {
  world = await openWorld({ seed: 77 });
});
afterEach(() => {
  world.onRequest = undefined;
  return world.close();
});

interface Moment {
  readonly snapshot: string;
  readonly files: Readonly<Record<string, string>>;
}

/** A pass, and what the device was at with it. */
async function certified(device: Device): Promise<Moment> {
  const { snapshot } = await device.sync('docs');
  if (snapshot === undefined) throw new Error('a pass certifies');
  return { snapshot, files: tree(device) };
}

/** The desktop makes three versions while the laptop makes one; the laptop merges the third. */
async function apart(laptop: Device, desktop: Device): Promise<readonly Moment[]> {
  const moments: Moment[] = [];
  const { user } = desktop.disk;
  for (const version of ['first', 'second', 'third']) {
    user.write(`${root}/letter`, `${version} letter`);
    user.write(`${root}/box/${version} only`, `${version} in the box`);
    if (version === 'third') {
      user.remove(`${root}/box/second only`);
      user.rename(`${root}/box`, `${root}/chest`);
    }
    moments.push(await certified(desktop));
  }
  laptop.disk.user.write(`${root}/mine`, 'from the laptop');
  moments.push(await certified(laptop));
  await converge(laptop, desktop);
  return moments;
}

async function demandAll(reader: Device, moments: readonly Moment[]): Promise<void> {
  const log = await reader.engine.log('docs');
  expect(log.map(({ snapshot }) => snapshot)).toEqual(expect.arrayContaining(moments.map(({ snapshot }) => snapshot)));
  expect(new Set(log.map(({ snapshot }) => snapshot)).size, 'each is listed once').toBe(log.length);
  for (const { snapshot, files } of moments)
    expect(tree(reader, await reader.restored('docs', { at: snapshot })), snapshot).toEqual(files);
  expect(await reader.engine.missingSnapshots('docs')).toBe(0);
}

async function emptyHome(device: Device): Promise<Device> {
  const phone = await world.emptyHome('phone', { phrase: device.phrase });
  expect((await phone.engine.recover(never)).problems).toEqual([]);
  return phone;
}

async function textAt({ engine }: Device, path: string, at: string): Promise<string> {
  const file = await engine.openFile({ space: 'docs', path, at });
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(0, file.version.bytes, never)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const shown = ({ kind, path, from }: Difference): string =>
  `${kind} ${path}${from === undefined ? '' : ` from ${from}`}`;

describe('what one device was at between two merges', () => {
  it('is listed and restored on the device that merged only the last, and from the phrase alone', async () => {
    const [laptop, desktop] = await two(world, { letter: 'no letter yet', 'box/a': 'a' });
    const start = { snapshot: (await laptop.engine.log('docs'))[0]?.snapshot ?? '', files: tree(laptop) };
    const moments = [start, ...(await apart(laptop, desktop))];
    const phone = await emptyHome(laptop);
    for (const reader of [laptop, desktop, phone]) await demandAll(reader, moments);
    expect(await laptop.engine.integrity()).toBeUndefined();

    const maker = (await desktop.engine.device())?.id;
    const [, first, second, third] = moments;
    for (const reader of [laptop, phone]) {
      const { engine } = reader;
      const byId = new Map((await engine.log('docs')).map((line) => [line.snapshot as string, line]));
      for (const moment of [first, second, third])
        expect(byId.get(moment?.snapshot ?? '')?.device, 'the device that made it').toBe(maker);
      expect(await textAt(reader, 'box/second only', second?.snapshot ?? '')).toBe('second in the box');
      expect(await textAt(reader, 'letter', first?.snapshot.slice(0, 10) ?? '')).toBe('first letter');
      const { entries } = await engine.list('docs', 'box', second?.snapshot);
      expect(entries.map(({ path }) => path)).toEqual(['box/a', 'box/first only', 'box/second only']);
      const read = await engine.read('docs', 'letter', second?.snapshot, 1000, never);
      expect(Buffer.from(read.content ?? []).toString()).toBe('second letter');
      expect((await engine.diff('docs', undefined, second?.snapshot)).differences.map(shown)).toEqual([
        'added box/second only',
        'changed letter',
      ]);
      const changes = await engine.diff('docs', second?.snapshot, third?.snapshot);
      expect(changes.differences.map(shown).toSorted()).toEqual([
        'added chest/third only',
        'changed letter',
        'moved chest from box',
        'removed box/second only',
      ]);
    }
  });

  it('has its versions in the history of a file, and its names among those that are found', async () => {
    const [laptop, desktop] = await two(world, { letter: 'no letter yet', 'box/a': 'a' });
    await apart(laptop, desktop);
    for (const reader of [laptop, await emptyHome(laptop)]) {
      const { engine } = reader;
      const versions = await engine.versions('docs', 'letter');
      const texts = await Promise.all(versions.map(({ snapshot }) => textAt(reader, 'letter', snapshot ?? '')));
      expect(texts).toEqual(['third letter', 'second letter', 'first letter', 'no letter yet']);
      expect(versions.filter(({ until }) => until === undefined)).toHaveLength(1);
      expect(versions.every(({ uniqueBytes }) => (uniqueBytes ?? 0) > 0)).toBe(true);
      const [gone] = await engine.versions('docs', 'box/second only');
      expect(await textAt(reader, 'box/second only', gone?.snapshot ?? '')).toBe('second in the box');
      const found = await engine.find('docs', 'SECOND', true);
      expect(found.map(({ version, isDeleted }) => [version.path, isDeleted])).toEqual([['box/second only', true]]);
      expect((await engine.find('docs', 'first only', false)).map(({ version }) => version.path)).toContain(
        'chest/first only',
      );
    }
  });

  it('stays when its device is gone for good, and what nobody else needs is collected', async () => {
    const [laptop, desktop] = await devices(world, { letter: 'x', big: 'b'.repeat(9_000) }, 'desktop');
    if (!laptop || !desktop) return;
    // Content of the laptop that later only the desktop's history holds.
    desktop.disk.user.write(`${root}/copy`, 'b'.repeat(9_000));
    const moments = await apart(laptop, desktop);
    laptop.disk.user.remove(`${root}/big`);
    laptop.disk.user.remove(`${root}/copy`);
    await laptop.sync('docs');
    await world.clock.sleep(100 * dayMs);
    laptop.disk.user.write(`${root}/new`, 'new');
    await laptop.sync('docs');
    const rules = { allDays: 30, dailyDays: 30, weeklyDays: 30 };
    await laptop.engine.setRetention('docs', { rules, budgetFrost: undefined });
    const gone = [(await desktop.engine.device())?.id].filter((id) => id !== undefined);
    let deleted = 0;
    for (let turn = 0; turn < 3; turn++) {
      deleted += (await laptop.engine.tidy({ space: 'docs', gone }, never)).collected.deleted.packs;
      await world.clock.sleep(3 * dayMs);
    }
    expect(deleted).toBeGreaterThan(0);
    await demandAll(await emptyHome(laptop), moments.slice(0, 3));
  });

  it('is passed over where its device thinned it out, and what that kept is there', async () => {
    const [laptop, desktop] = await two(world, { letter: 'x' });
    const moments = await apart(laptop, desktop);
    await world.clock.sleep(100 * dayMs);
    desktop.disk.user.write(`${root}/new`, 'new');
    await desktop.sync('docs');
    const rules = { allDays: 30, dailyDays: 30, weeklyDays: 30 };
    await desktop.engine.setRetention('docs', { rules, budgetFrost: undefined });
    for (let turn = 0; turn < 3; turn++) {
      await desktop.engine.tidy({ space: 'docs', gone: [] }, never);
      await world.clock.sleep(3 * dayMs);
      await laptop.sync('docs');
    }
    const kept = new Set((await desktop.engine.log('docs')).map(({ snapshot }) => snapshot as string));
    const phone = await emptyHome(laptop);
    const there = moments.filter(({ snapshot }) => kept.has(snapshot));
    expect(there.length).toBeLessThan(moments.length);
    await demandAll(phone, there);
    for (const reader of [phone])
      for (const { snapshot } of await reader.engine.log('docs')) await reader.restored('docs', { at: snapshot });
  });

  it('costs only itself when one of its packs cannot be read, which is said', async () => {
    const [laptop, desktop] = await two(world, { letter: 'x' });
    const moments = await apart(laptop, desktop);
    const second = moments[1]?.snapshot ?? '';
    const place = (
      await desktop.catalog.chunkLocations(
        (await desktop.engine.log('docs')).flatMap(({ snapshot }) => (snapshot === second ? [snapshot] : [])),
      )
    )[0];
    const blob = place?.blobId ?? 'none';
    const phone = await world.emptyHome('phone', { phrase: laptop.phrase });
    world.onRequest = (_, url) => {
      if (url.pathname.includes(blob)) throw new TypeError('refused');
    };
    const report = await phone.engine.recover(never);
    expect(report.spaces).toHaveLength(1);
    expect(report.problems.map(({ fault }) => fault.code)).toContain('blob-unavailable');
    expect(await phone.engine.missingSnapshots('docs')).toBe(1);
    const listed = (await phone.engine.log('docs')).map(({ snapshot }) => snapshot as string);
    expect(listed).not.toContain(second);
    expect(tree(phone, await phone.restored('docs'))).toEqual(tree(laptop));
    expect(tree(phone, await phone.restored('docs', { at: moments[0]?.snapshot ?? '' }))).toEqual(moments[0]?.files);
    world.onRequest = undefined;
    expect(await phone.engine.recover(never)).toEqual({ spaces: [], problems: [] });
    await demandAll(phone, moments);
  });

  it('costs only itself when it is hostile, and nothing is written for it', async () => {
    const forged = '../../../../escape';
    // Before 'letter', as the forged one is.
    const honest = '0'.repeat(forged.length);
    const enemy = await world.device('enemy', {
      phrase: world.phrase,
      pool: (pool) => ({
        ...pool,
        chunk(task, options) {
          const all = Buffer.from(task.buffer);
          for (let at = all.indexOf(honest); at >= 0; at = all.indexOf(honest, at + 1)) all.write(forged, at);
          return pool.chunk(task, options);
        },
      }),
    });
    const { user } = enemy.disk;
    user.write(`${root}/letter`, 'first');
    await enemy.protect(root);
    await enemy.sync('docs');
    user.write(`${root}/${honest}`, 'payload');
    const { snapshot: hostile = '' } = await enemy.sync('docs');
    user.remove(`${root}/${honest}`);
    user.write(`${root}/letter`, 'last');
    await enemy.sync('docs');
    const phone = await world.emptyHome('phone', { phrase: world.phrase });
    const { spaces, problems } = await phone.engine.recover(never);
    expect([spaces.length, problems.map(({ fault }) => fault.code)]).toEqual([1, ['name-unsafe']]);
    expect(tree(phone, await phone.restored('docs'))).toEqual(tree(enemy));
    const before = phone.disk.user.picture('/');
    await expect(phone.engine.list('docs', '', hostile)).rejects.toMatchObject({ code: 'name-unsafe' });
    const asked = { space: 'docs', to: '/', paths: [], at: hostile, overwrite: 'always' } as const;
    await expect(phone.engine.restore(asked, never)).rejects.toMatchObject({ code: 'name-unsafe' });
    expect(phone.disk.user.picture('/')).toEqual(before);
    expect((await phone.engine.versions('docs', 'letter')).length).toBe(2);
  });

  it('is read in the next pass when a kill came in between', async () => {
    const [laptop, desktop] = await two(world, { letter: 'x' });
    const moments: Moment[] = [];
    for (const text of ['one', 'two', 'three']) {
      desktop.disk.user.write(`${root}/letter`, text);
      moments.push(await certified(desktop));
    }
    await laptop.crashAt('merge:concluded', () => laptop.sync('docs'));
    await laptop.sync('docs');
    await demandAll(laptop, moments);
  });
});

describe('a catalog that is lost', () => {
  it('of a device that took over a merge has its own snapshots back on its own line', async () => {
    const [laptop, desktop] = await two(world, { letter: 'x' });
    const moments = await apart(laptop, desktop);
    const before = (await desktop.engine.log('docs')).filter(({ isSide }) => !isSide);
    desktop.loseCatalog();
    await desktop.engine.recover(never);
    await demandAll(desktop, moments);
    expect(before.length).toBeGreaterThan(3);
  });
});

it('three devices: every moment of each is on all, and on an empty home', async () => {
  const [one, two_, three] = await devices(world, { letter: 'x' }, 'desktop', 'tablet');
  if (!one || !two_ || !three) return;
  const moments: Moment[] = [];
  for (const text of ['1', '2'])
    for (const [i, device] of [one, two_, three].entries()) {
      device.disk.user.write(`${root}/letter of ${i}`, `${text} of ${i}`);
      moments.push(await certified(device));
      device.disk.user.write(`${root}/letter of ${i}`, `${text}, again of ${i}`);
      moments.push(await certified(device));
    }
  await converge(one, two_, three);
  for (const reader of [one, two_, three, await emptyHome(one)]) await demandAll(reader, moments);
});
