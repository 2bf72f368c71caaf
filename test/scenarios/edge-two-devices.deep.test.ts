/** Cases of two devices that no other scenario tells: clocks that lie, a folder that cannot be written to, rules that differ, what a kill left behind. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDisk } from '../../app/adapters/disk/disk.ts';
import { systemClock } from '../../app/adapters/time/time.ts';
import { openWorld, type World } from '../world/world.ts';
import { converge, root, tree, two } from './several-devices.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld({ seed: 49 });
});
afterEach(() => world.close());

const year = 31_556_952n * 1_000_000_000n;

describe('clocks that lie', () => {
  it.each([
    ['1970', 0n],
    ['the far future', 130n * year],
  ])('edge 37: a time of %s decides nothing: the same side keeps its name, and both are kept', async (_, ns) => {
    const [laptop, desktop] = await two(world, { 'report.txt': 'first' });
    for (const device of [laptop, desktop]) device.disk.user.write(`${root}/report.txt`, `by ${device.name}`);
    laptop.disk.user.touch(`${root}/report.txt`, ns);
    await laptop.sync('docs');
    await desktop.sync('docs');
    await converge(laptop, desktop);
    const winner = laptop.disk.user.text(`${root}/report.txt`);
    const names = Object.keys(tree(laptop));
    expect(names).toHaveLength(2);
    // The same with ordinary times, in a world of the same seed.
    const plain = await openWorld({ seed: 49 });
    const [one, other] = await two(plain, { 'report.txt': 'first' });
    for (const device of [one, other]) device.disk.user.write(`${root}/report.txt`, `by ${device.name}`);
    await one.sync('docs');
    await other.sync('docs');
    await converge(one, other);
    expect(one.disk.user.text(`${root}/report.txt`)).toBe(winner);
    await plain.close();
  });
});

describe('a folder that may not be written to', () => {
  it('edge 78: sends what changes in it, waits with what comes and says why, and goes on when it may', async () => {
    const [laptop, desktop] = await two(world, { a: 'a', b: 'b' });
    const user = desktop.disk.user;
    user.write(`${root}/a`, 'a from desktop');
    user.chmod(root, 0o555);
    laptop.disk.user.write(`${root}/b`, 'b from laptop');
    laptop.disk.user.write(`${root}/new`, 'new');
    await laptop.sync('docs');
    const report = await desktop.sync('docs');
    expect(report.packs).toHaveLength(1);
    expect(report.problems.map(({ path, fault }) => [path, fault.code]).toSorted()).toEqual([
      ['b', 'disk-failed'],
      ['new', 'disk-failed'],
    ]);
    expect(user.text(`${root}/b`)).toBe('b');
    await laptop.sync('docs');
    expect(laptop.disk.user.text(`${root}/a`)).toBe('a from desktop');
    expect(Object.keys(tree(laptop))).toEqual(['a', 'b', 'new']);
    user.chmod(root, 0o755);
    await converge(desktop, laptop);
    expect(user.text(`${root}/b`)).toBe('b from laptop');
  });
});

describe('a file that rules leave out on one device', () => {
  it('edge 72: is no deletion for the others, and theirs stays', async () => {
    const [laptop, desktop] = await two(world, { 'run.log': 'log', a: 'a' });
    desktop.disk.user.write(`${root}/.floeignore`, '*.log');
    desktop.disk.user.remove(`${root}/run.log`);
    expect(await desktop.sync('docs')).toMatchObject({ held: 0 });
    await laptop.sync('docs');
    expect(laptop.disk.user.text(`${root}/run.log`)).toBe('log');
  });
});

describe('on a real disk', () => {
  it('edge 21, 84: pipes and sockets are counted, and what a killed pass left half written goes', async () => {
    const place = mkdtempSync(join(tmpdir(), 'floe-left-'));
    const disk = openDisk({ threads: 1 });
    const real = await openWorld({ seed: 50, clock: systemClock() });
    const socket = createServer();
    try {
      const folder = join(place, 'docs');
      mkdirSync(join(folder, 'deep'), { recursive: true });
      writeFileSync(join(folder, 'deep/file'), 'x');
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      await new Promise<void>((resolve) => socket.listen(join(folder, 'socket'), resolve));
      const laptop = await real.device('laptop', { disk });
      await laptop.protect(folder);
      expect(await laptop.sync()).toMatchObject({ files: 1, special: 2, problems: [] });
      const left = join(folder, 'deep/.floe-00112233-0011223344556677.tmp');
      writeFileSync(left, 'half');
      await laptop.sync();
      expect(existsSync(left), 'a pass that came to its end left nothing').toBe(true);
      writeFileSync(join(folder, 'deep/other'), 'y');
      await laptop.crashAt('pack:registered', () => laptop.sync());
      const [space] = await laptop.catalog.spaces();
      await laptop.catalog.setRecord(`writing:${space?.num}`, 'yes');
      await laptop.sync();
      expect(readdirSync(join(folder, 'deep')).toSorted()).toEqual(['file', 'other']);
    } finally {
      socket.close();
      await real.close();
      await disk.close();
      rmSync(place, { recursive: true, force: true });
    }
  });
});
