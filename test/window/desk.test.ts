/** The window's way to a real engine, without a page: setting up, keeping a folder, looking at it, and what must be refused on the way. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../app/link/connect.ts';
import type { EngineTopics, TopicName } from '../../app/wire/contract.ts';
import { faultCode, floeJson, runFloe, type Line, type Running } from '../e2e/floe-process.ts';
import { openLink } from '../../build/window-driver/window-driver.ts';

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
  link = openLink(url.href);
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

test('the command line steers the Floe that runs, and every window learns it', async () => {
  const floe = async (...words: string[]): Promise<Line> => (await floeJson([...words, '--home', home])).last;
  await floe('limit', '--up', '2MB/s');
  await until('steering', ({ limits }) => limits.up === 2_000_000);
  await link.call('steering.set', { limits: { up: 'off', down: 500_000 }, policy: { battery: 'bulk' } });
  expect(await floe('limit')).toMatchObject({ up: null, down: 500_000, speed: 'limited' });
  expect(await floe('power')).toMatchObject({ policy: { battery: 'bulk', metered: 'all' } });
  await link.call('steering.set', { limits: { down: 'off' }, policy: { battery: 'never' } });
  await floe('pause', 'kept');
  const [space] = await until('spaces', ([first]) => first?.word === 'paused');
  expect(space?.pause).toMatchObject({ reason: 'user', isAll: false });
  expect(await link.call('sync.resume', { space: 'kept' })).toMatchObject({ spaces: [] });
  await until('spaces', ([first]) => first?.word === 'certified');
  const wrong = await floeJson(['pause', 'nowhere', '--home', home]);
  expect([wrong.code, faultCode(wrong)]).toEqual([1, 'not-found']);
});

test('which nodes hold a file is told, and who signed for it', async () => {
  const found = await link.call('file.nodes', { space: 'kept', path: 'a.txt' });
  expect(found.packs).toMatchObject([{ stage: 'certified' }]);
  expect(found.packs[0]?.confirmed.length).toBeGreaterThanOrEqual((2 * found.ofNodes) / 3);
  expect(found.holders.length).toBeGreaterThan(0);
  const { nodes } = await until('nodes', (state) => state.nodes.length > 0);
  const shardsOfHolders = nodes.flatMap(({ id, shards }) => (found.holders.includes(id) ? shards : []));
  expect(shardsOfHolders).toEqual(expect.arrayContaining([...found.shards]));
  await expect(link.call('file.nodes', { space: 'kept', path: '../home/floe.json' })).rejects.toEqual(
    fault('name-unsafe'),
  );
});

test('a drill restores a sample without a third of the shards, and is remembered', async () => {
  const [space] = await until('spaces', () => true);
  const done = await link.call('drill.run', { space: space?.space ?? '' });
  expect(done).toMatchObject({ spaceName: 'kept', files: 3, failed: 0, problems: [] });
  expect(done.refusedShards / done.shards).toBeCloseTo(1 / 3, 1);
  await until('summary', ({ lastDrillMs }) => lastDrillMs === done.timeMs);
});

test('the nodes are checked, and nothing is found wanting', async () => {
  const report = await link.call('check.run', { repairs: false });
  expect(report).toMatchObject({ missing: 0, corrupt: 0, problems: [] });
  expect(report.packs).toBeGreaterThan(0);
  expect(report.doubtAll).toBeLessThan(0.01);
});

test('rules are tried before they are written, and never written over what came meanwhile', async () => {
  const { text, left } = await link.call('ignore.read', { space: 'kept' });
  expect([text, left.count]).toEqual(['', 0]);
  expect(await link.call('ignore.try', { space: 'kept', text: '*.html' })).toEqual({ count: 1, paths: ['page.html'] });
  expect(existsSync(join(folder, '.floeignore'))).toBe(false);
  await link.call('ignore.write', { space: 'kept', text: '*.none\n', was: '' });
  expect(readFileSync(join(folder, '.floeignore'), 'utf8')).toBe('*.none\n');
  const stale = { space: 'kept', text: '*', was: '' };
  await expect(link.call('ignore.write', stale)).rejects.toEqual(fault('file-changing'));
  rmSync(join(folder, '.floeignore'));
  symlinkSync(join(home, 'floe.json'), join(folder, '.floeignore'));
  await expect(link.call('ignore.read', { space: 'kept' })).rejects.toEqual(fault('file-unreadable'));
  await expect(link.call('ignore.write', { ...stale, was: '*.none\n' })).rejects.toEqual(fault('file-unreadable'));
  rmSync(join(folder, '.floeignore'));
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('a deleted file is listed with the moment that still holds it', async () => {
  writeFileSync(join(folder, 'gone.txt'), 'soon gone');
  await until('spaces', ([space]) => space?.files === 4 && space.word === 'certified');
  rmSync(join(folder, 'gone.txt'));
  await until('spaces', ([space]) => space?.files === 3 && space.word === 'certified');
  const lines = await link.call('deleted.list', { space: 'kept', text: '' });
  const line = lines.find(({ path }) => path === 'gone.txt');
  expect(line?.snapshot).toBeDefined();
  expect(await link.call('deleted.list', { space: 'kept', text: 'GON' })).toHaveLength(1);
  const preview = await link.call('preview.open', { space: 'kept', path: 'gone.txt', at: line?.snapshot });
  expect(await (await fetch(new URL(preview.url ?? '', url))).text()).toBe('soon gone');
});

test('a lease is quoted, renewed and kept ahead; the cap holds', async () => {
  const before = await link.call('lease.list', {});
  expect(before).toMatchObject({ isAutopilotOn: true, leases: [{ name: 'kept', isOwn: true }] });
  const quote = await link.call('lease.renew', { space: 'kept', epochs: 2, isDry: true });
  expect(Number(quote.frost)).toBeGreaterThan(0);
  expect((await link.call('lease.list', {})).leases).toEqual(before.leases);
  await link.call('budget.set', { monthFrost: '1' });
  expect(await link.call('budget.state', {})).toMatchObject({ capFrost: '1', unexplained: 0 });
  expect(await link.call('lease.renew', { space: 'kept', epochs: 2, isDry: false })).toMatchObject({
    renewed: [],
    unpaid: [{ because: 'budget' }],
  });
  await link.call('budget.set', {});
  const done = await link.call('lease.renew', { space: 'kept', epochs: 2, isDry: false });
  expect(done.frost).toBe(quote.frost);
  expect((await link.call('lease.list', {})).leases[0]?.endEpoch).toBe((before.leases[0]?.endEpoch ?? 0) + 2);
  await link.call('lease.ahead', { space: 'kept', epochs: 3 });
  await link.call('lease.autopilot', { isOn: false });
  const after = await link.call('lease.list', {});
  expect(after).toMatchObject({ isAutopilotOn: false, leases: [{ aheadEpochs: 3 }] });
  expect(after.leases[0]?.renewsAtMs).toBeUndefined();
  await link.call('lease.autopilot', { isOn: true });
  await expect(link.call('budget.set', { monthFrost: '1.5' })).rejects.toEqual(fault('bad-input'));
});

test('a receipt is issued, saved, and checked without an account; a bent one proves nothing', async () => {
  const { text, verdict } = await link.call('receipt.issue', { space: 'kept', path: 'a.txt', withName: true });
  expect(verdict).toMatchObject({ isValid: true, bytes: 15, name: { space: 'kept', path: 'a.txt' } });
  const to = join(root, 'receipts');
  mkdirSync(to);
  const { path } = await link.call('receipt.save', { folder: to, text });
  expect(readFileSync(path, 'utf8')).toBe(text);
  await expect(link.call('receipt.save', { folder: to, text })).rejects.toEqual(fault('already-exists'));
  await expect(link.call('receipt.save', { folder: to, text: '#!/bin/sh' })).rejects.toEqual(fault('bad-input'));
  expect(readdirSync(to)).toHaveLength(1);
  expect(await link.call('receipt.verify', { text })).toEqual(verdict);
  const bent = text.replace('"bytes": 15', '"bytes": 16').replace('"bytes":15', '"bytes":16');
  expect(bent).not.toBe(text);
  expect(await link.call('receipt.verify', { text: bent })).toMatchObject({ isValid: false });
  expect(await link.call('receipt.verify', { text: '' })).toMatchObject({ isValid: false });
});

test('the running Floe serves the past, and `floe mount` asks it to', async () => {
  const { url: share } = await link.call('past.open', { space: 'kept' });
  expect((await link.call('past.open', { space: 'kept' })).url).toBe(share);
  expect((await fetch(share, { method: 'PROPFIND', headers: { depth: '1' } })).status).toBe(207);
  await expect(link.call('past.open', { space: 'nothing' })).rejects.toEqual(fault('not-found'));
  const mount = runFloe(['mount', 'kept', '--json', '--home', home], { env: { HOME: root } });
  running.push(mount);
  const { url: mounted } = await mount.line(({ event }) => event === 'ready');
  expect(mounted).not.toBe(share);
  expect((await fetch(String(mounted), { method: 'PROPFIND', headers: { depth: '0' } })).status).toBe(207);
  await mount.end('SIGTERM');
  await expect(fetch(String(mounted))).rejects.toThrow();
  expect((await fetch(share, { method: 'PROPFIND', headers: { depth: '0' } })).status).toBe(207);
  await link.call('past.close', { url: share });
  await expect(fetch(share)).rejects.toThrow();
});

test('settings are kept', async () => {
  expect(await link.call('settings.set', { theme: 'dark' })).toMatchObject({ theme: 'dark', notifications: 'all' });
  expect((await until('settings', () => true)).theme).toBe('dark');
  expect((await link.call('doctor.run', {})).problems).toEqual([]);
});

test('the phrase alone brings the account back into an empty home; a phrase without one is not kept', async () => {
  const other = join(root, 'other');
  const second = openLink((await start(['--localnet', join(home, 'localnet')], other)).href);
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
  const known = await second.call('device.list', {});
  expect(known.map(({ name, isThis, isGone }) => [name, isThis, isGone])).toContainEqual(['desk', false, false]);
  const device = known.find(({ name }) => name === 'desk')?.device ?? '';
  await second.call('device.gone', { device, isGone: true });
  expect((await second.call('device.list', {})).find(({ name }) => name === 'desk')?.isGone).toBe(true);
  await second.call('device.gone', { device, isGone: false });
  expect((await second.call('device.list', {})).find(({ name }) => name === 'desk')?.isGone).toBe(false);
  await expect(second.call('device.gone', { device: 'nobody', isGone: true })).rejects.toEqual(fault('bad-input'));
  const into = join(root, 'joined');
  mkdirSync(into);
  await second.call('space.join', { space: 'kept', folder: into });
  await second.call('history.restore', { space: 'kept', paths: [], overwrite: 'never' });
  expect(readFileSync(join(into, 'b.txt'), 'utf8')).toBe('while paused');
  second.close();
});
