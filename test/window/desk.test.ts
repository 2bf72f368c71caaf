/** The window's way to a real engine, without a page: setting up, keeping a folder, looking at it, and what must be refused on the way. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../app/link/connect.ts';
import type { EngineTopics, TopicName } from '../../app/wire/contract.ts';
import { runFloe, type Running } from '../e2e/floe-process.ts';
import { openLink } from './open-link.ts';

const root = mkdtempSync(join(tmpdir(), 'floe-desk-'));
const home = join(root, 'home');
const folder = join(root, 'kept');
const running: Running[] = [];
let url: URL;
let link: Connection;
let phrase = '';

async function start(args: readonly string[] = [], at = home): Promise<URL> {
  const floe = runFloe(['start', '--json', '--home', at, ...args], { env: { HOME: root } });
  running.push(floe);
  return new URL(String((await floe.line(({ event }) => event === 'ready'))['url']));
}

/** The topic's first value that is as wanted. */
function until<K extends TopicName>(topic: K, isWanted: (value: EngineTopics[K]) => boolean): Promise<EngineTopics[K]> {
  return new Promise((resolve) => {
    const stop = link.watch(topic, (value) => {
      if (!isWanted(value)) return;
      stop();
      resolve(value);
    });
  });
}
const fault = (code: string): object =>
  expect.objectContaining({ fault: expect.objectContaining({ code }) as object }) as object;

beforeAll(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'first\n');
  writeFileSync(join(folder, 'page.html'), '<script>alert(1)</script>');
  url = await start();
  link = openLink(url);
});
afterAll(async () => {
  link.close();
  await Promise.all(running.map((floe) => floe.end('SIGTERM')));
  rmSync(root, { recursive: true, force: true });
});

test('an empty home comes up without an account, and says so to every call that needs one', async () => {
  expect((await until('account', () => true)).phase).toBe('none');
  await expect(link.call('history.log', { space: 'kept' })).rejects.toEqual(fault('no-account'));
});

test('folders of this computer can be looked through, never files', async () => {
  const look = await link.call('folder.look', { path: root });
  expect(look.folders.map(({ name }) => name)).toEqual(['home', 'kept']);
  expect((await link.call('folder.look', { path: folder })).folders).toEqual([]);
  await expect(link.call('folder.look', { path: 'kept' })).rejects.toEqual(fault('bad-input'));
  await expect(link.call('folder.look', { path: join(root, 'nowhere') })).rejects.toEqual(fault('not-found'));
});

test('a folder is quoted before there is an account', async () => {
  expect(await link.call('folder.quote', { path: folder, network: 'local' })).toMatchObject({
    files: 2,
    isPlayMoney: true,
  });
});

test('an account is made, its words are told until they are confirmed, and two of them prove it', async () => {
  ({ phrase } = await link.call('account.create', { network: 'local', deviceName: 'desk' }));
  await until('account', ({ phase }) => phase === 'open');
  expect(await link.call('account.phrase', {})).toEqual({ phrase });
  const words = phrase.split(' ').map((word, index) => ({ index, word }));
  expect(await link.call('account.confirm', { words: words.slice(0, 1) })).toEqual({ isRight: false });
  expect(await link.call('account.confirm', { words: [{ index: 0, word: 'ice' }, ...words.slice(1, 2)] })).toEqual({
    isRight: false,
  });
  expect((await until('needs', (needs) => needs.length > 0))[0]).toMatchObject({ kind: 'phrase' });
  expect(await link.call('account.confirm', { words: words.slice(4, 6) })).toEqual({ isRight: true });
  await until('needs', (needs) => needs.length === 0);
  await expect(link.call('account.phrase', {})).rejects.toEqual(fault('bad-input'));
  await expect(link.call('account.create', { network: 'local', deviceName: 'desk' })).rejects.toEqual(
    fault('already-exists'),
  );
});

test('a folder is added, and certified', async () => {
  await expect(link.call('space.add', { folder: home, mode: 'sync' })).rejects.toEqual(fault('bad-input'));
  const { space } = await link.call('space.add', { folder, mode: 'sync' });
  const [state] = await until('spaces', ([first]) => first?.word === 'certified');
  expect(state).toMatchObject({ space, name: 'kept', files: 2, certifiedFiles: 2, problemsTotal: 0 });
  const page = await link.call('activity.list', { offset: 0, limit: 10 });
  expect(page.lines.map(({ path, stage }) => [path, stage])).toEqual([
    ['a.txt', 'certified'],
    ['page.html', 'certified'],
  ]);
  expect((await until('nodes', ({ nodes }) => nodes.some(({ word }) => word === 'answers'))).shards).toBeGreaterThan(0);
});

test('an edit becomes a version by itself, and the old one comes back', async () => {
  writeFileSync(join(folder, 'a.txt'), 'second, longer\n');
  await until('spaces', ([space]) => space?.sequence === 2 && space.word === 'certified');
  const versions = await link.call('history.versions', { space: 'kept', path: 'a.txt' });
  expect(versions.map(({ bytes, isCurrent }) => [bytes, isCurrent])).toEqual([
    [15, true],
    [6, false],
  ]);
  const to = join(root, 'back');
  const input = {
    space: 'kept',
    paths: ['a.txt'],
    to,
    overwrite: 'never',
    ...(versions[1]?.snapshot ? { at: versions[1].snapshot } : {}),
  } as const;
  expect(await link.call('history.restore', { ...input, isDry: true })).toMatchObject({ files: 1, bytes: 6 });
  expect(await link.call('history.restore', input)).toMatchObject({ files: 1, to, problemsTotal: 0 });
  expect(readFileSync(join(to, 'a.txt'), 'utf8')).toBe('first\n');
});

test('a preview is a file of a snapshot, as text; a path that leads out of the space is none', async () => {
  const preview = await link.call('preview.open', { space: 'kept', path: 'page.html' });
  const answer = await fetch(new URL(preview.url ?? '', url));
  expect([answer.headers.get('content-type'), await answer.text()]).toEqual([
    'text/plain; charset=utf-8',
    '<script>alert(1)</script>',
  ]);
  for (const path of ['../home/floe.json', '/etc/passwd', '..', 'a.txt/../../home/vault.open', './a.txt', ''])
    await expect(link.call('preview.open', { space: 'kept', path })).rejects.toBeInstanceOf(Error);
});

test('a pause stops the work, and the work goes on after it', async () => {
  await link.call('sync.pause', {});
  await until('summary', ({ pause }) => pause?.reason === 'user');
  writeFileSync(join(folder, 'b.txt'), 'while paused');
  await link.call('sync.now', {});
  expect((await until('spaces', () => true))[0]).toMatchObject({ word: 'paused', sequence: 2 });
  await link.call('sync.resume', {});
  await until('spaces', ([space]) => space?.sequence === 3 && space.word === 'certified');
});

test('settings are kept, and what is not built says so', async () => {
  expect(await link.call('settings.set', { theme: 'dark' })).toMatchObject({ theme: 'dark', notifications: 'all' });
  expect((await until('settings', () => true)).theme).toBe('dark');
  expect(await link.call('drill.run', {})).toEqual({ kind: 'not-built', part: 'drill' });
  expect((await link.call('doctor.run', {})).problems).toEqual([]);
});

test('the phrase alone brings the account back into an empty home; a phrase without one is not kept', async () => {
  const other = join(root, 'other');
  const second = openLink(await start(['--localnet', join(home, 'localnet')], other));
  const network = { network: 'local', deviceName: 'second' } as const;
  await expect(second.call('account.recover', { ...network, phrase: 'ice '.repeat(24).trim() })).rejects.toEqual(
    fault('bad-input'),
  );
  const unused = `${'abandon '.repeat(23)}art`;
  await expect(second.call('account.recover', { ...network, phrase: unused })).rejects.toEqual(fault('not-found'));
  expect(await second.call('account.recover', { ...network, phrase })).toMatchObject({
    spaces: [{ name: 'kept' }],
    problems: [],
  });
  expect((await second.call('device.list', {})).map(({ name, isThis }) => [name, isThis])).toContainEqual([
    'desk',
    false,
  ]);
  const into = join(root, 'joined');
  mkdirSync(into);
  await second.call('space.join', { space: 'kept', folder: into });
  await second.call('history.restore', { space: 'kept', paths: [], overwrite: 'never' });
  expect(readFileSync(join(into, 'b.txt'), 'utf8')).toBe('while paused');
  second.close();
});
