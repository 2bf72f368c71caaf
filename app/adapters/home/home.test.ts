import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { firstWord, killAndWait, makeRoom, startScript } from '../disk/test-room.ts';
import { lockHome, resolveHome } from './home.ts';

// Processes and disks of a busy machine may take their time.
vi.setConfig({ testTimeout: 30_000 });

const room = (): string => makeRoom(onTestFinished);
const homeUrl = new URL('./home.ts', import.meta.url).href;
const holdScript = (dir: string): string => `
  import { lockHome } from '${homeUrl}';
  try { lockHome('${dir}'); console.log('held'); setInterval(() => {}, 1000); } catch (error) { console.log(error.code); setInterval(() => {}, 1000); }`;

test('the home is the flag, then FLOE_HOME, then the usual place of the platform', () => {
  const env = { HOME: '/home/ada', XDG_STATE_HOME: '/state', FLOE_HOME: '/floe', LOCALAPPDATA: '/local' };
  expect(resolveHome({ flag: '/flag', env, platform: 'linux' })).toBe('/flag');
  expect(resolveHome({ env, platform: 'linux' })).toBe('/floe');
  const plain = { ...env, FLOE_HOME: '' };
  expect(resolveHome({ env: plain, platform: 'linux' })).toBe('/state/floe');
  expect(resolveHome({ env: { ...plain, XDG_STATE_HOME: 'relative' }, platform: 'linux' })).toBe(
    '/home/ada/.local/state/floe',
  );
  expect(resolveHome({ env: plain, platform: 'darwin' })).toBe('/home/ada/Library/Application Support/Floe');
  expect(resolveHome({ env: plain, platform: 'win32' })).toBe('/local/Floe');
});

test('a new or empty home is closed to others; a used folder that others may write to is refused', () => {
  const dir = `${room()}/deep/home`;
  lockHome(dir).release();
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  const shared = room();
  writeFileSync(`${shared}/something`, '');
  chmodSync(shared, 0o777);
  expect(() => lockHome(shared)).toThrow('Others may write');
  expect(statSync(shared).mode & 0o777).toBe(0o777);
});

test('edge 68: a second instance is refused, in this process and in another, until the first lets go', async () => {
  const dir = `${room()}/home`;
  const lock = lockHome(dir);
  expect(() => lockHome(dir)).toThrow(expect.objectContaining({ code: 'home-busy' }));
  const other = startScript(holdScript(dir));
  expect(await firstWord(other)).toBe('home-busy');
  await killAndWait(other);
  lock.release();
  lock.release();
  lockHome(dir).release();
});

test('the lock of a killed process is taken over, also when its number was given to another process', async () => {
  const dir = `${room()}/home`;
  const holder = startScript(holdScript(dir));
  expect(await firstWord(holder)).toBe('held');
  expect(() => lockHome(dir)).toThrow('running on this home already');
  await killAndWait(holder);
  const lock = lockHome(dir);
  lock.release();
  const [last] = readdirSync(dir).filter((name) => /^lock-\d+$/.test(name));
  writeFileSync(`${dir}/${last}`, `pid ${process.pid}\nstarted some-other-boot:1\n`);
  lockHome(dir).release();
  writeFileSync(`${dir}/${last?.replace(/\d+/, '900')}`, 'damaged');
  lockHome(dir).release();
  expect(readdirSync(dir)).toEqual(['lock-901']);
});

test("of many that start at once on a dead holder's home, exactly one holds it", async () => {
  const dir = `${room()}/home`;
  mkdirSync(dir);
  writeFileSync(`${dir}/lock-7`, 'pid 4194303\nstarted x\n');
  const children = Array.from({ length: 6 }, () => startScript(holdScript(dir)));
  const words = await Promise.all(children.map(firstWord));
  await Promise.all(children.map(killAndWait));
  expect(words.filter((word) => word === 'held')).toHaveLength(1);
  expect(words.filter((word) => word === 'home-busy')).toHaveLength(5);
});

test('a process that ends by itself lets go, and a removed home does not trouble it', () => {
  const dir = `${room()}/home`;
  const lock = lockHome(dir);
  rmSync(dir, { recursive: true });
  lock.release();
});
