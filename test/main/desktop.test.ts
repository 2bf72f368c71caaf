/** The desktop app from source on the Electron double: engine in a process of its own, window, tray, links, quitting. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contractNumber } from '../../app/wire/contract.ts';
import { lockHome } from '../../app/adapters/home/home.ts';
import { buildParts } from '../../build/bundle/bundle.ts';
import * as electron from '../electron-double/electron.ts';

const root = mkdtempSync(join(tmpdir(), 'floe-desktop-'));
const folder = join(root, 'kept');

/** The page's own world, where `desktop` is. */
const inPage = <T>(page: Page, script: string): Promise<T> => page.evaluate(script);
const tray = (): electron.Tray => {
  const [made] = electron.Tray.all;
  if (!made) throw new Error('the app has no tray');
  return made;
};
const window = (): electron.BrowserWindow => {
  const [made] = electron.BrowserWindow.getAllWindows();
  if (!made) throw new Error('the app has no window');
  return made;
};

/** A call of the contract over a port of its own, as the page makes it. */
const callScript = (name: string, input: object): string => `new Promise((resolve, reject) => {
  const nonce = crypto.randomUUID();
  addEventListener('message', function take({ data, ports }) {
    if (data?.floePort !== nonce) return;
    removeEventListener('message', take);
    const [port] = ports;
    port.onmessage = ({ data: text }) => {
      const frame = JSON.parse(text);
      if (frame.kind === 'hello') port.postMessage(JSON.stringify({ kind: 'call', id: 1, name: ${JSON.stringify(name)}, input: ${JSON.stringify(input)} }));
      if (frame.kind === 'done') resolve(frame.value);
      if (frame.kind === 'fail') reject(new Error(frame.fault.code + ': ' + frame.fault.detail));
    };
    port.postMessage(JSON.stringify({ kind: 'hello', contract: ${contractNumber} }));
  });
  desktop.askPort(nonce);
})`;

beforeAll(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'hello\n');
  process.env['FLOE_HOME'] = join(root, 'home');
  process.env['FLOE_KEYCHAIN'] = 'off';
  await buildParts(join(import.meta.dirname, '../..'), ['renderer', 'preload']);
  await electron.app.load(() => import('../../main/main.ts'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('the app comes up with its window, its page and a frozen desktop', async () => {
  const page = await window().page;
  await page.waitForFunction(() => Reflect.has(globalThis, 'desktop'));
  await expect.poll(() => window().webContents.getURL()).toBe('app://floe/');
  await page.locator('h1').first().waitFor();
  expect(await inPage(page, 'Object.isFrozen(desktop) && isSecureContext')).toBe(true);
  expect(window().webContents.complaints).toEqual([]);
});

test('the page has neither Node nor Electron', async () => {
  const page = await window().page;
  expect(await inPage(page, '[typeof require, typeof process, typeof ipcRenderer, typeof Buffer]')).toEqual(
    Array.from({ length: 4 }, () => 'undefined'),
  );
});

test('a port asked for under a nonce reaches the engine, which sets up an account and keeps a folder', async () => {
  const page = await window().page;
  const made = await inPage<{ phrase: string }>(
    page,
    callScript('account.create', { network: 'local', deviceName: 'desk' }),
  );
  expect(made.phrase.split(' ')).toHaveLength(24);
  await inPage(page, callScript('space.add', { folder, mode: 'sync' }));
  await expect.poll(() => tray().toolTip, { timeout: 30_000 }).toBe('Floe: 1 file, certified.');
  const file = await inPage<{ url: string }>(page, callScript('preview.open', { space: 'kept', path: 'a.txt' }));
  expect(await inPage(page, `fetch(${JSON.stringify(file.url)}).then((answer) => answer.text())`)).toBe('hello\n');
  expect(await inPage(page, `fetch(${JSON.stringify(file.url)}).then((answer) => answer.status)`)).toBe(404);
});

test('the tray says what the engine says, and its menu acts', async () => {
  expect(tray().image.shapes.map(({ width }) => width)).toEqual([16, 32]);
  tray().menu.find('Until I resume')?.click?.();
  await expect.poll(() => tray().toolTip).toBe('Floe: Paused.');
  tray().menu.find('Resume')?.click?.();
  await expect.poll(() => tray().toolTip).toBe('Floe: 1 file, certified.');
  tray().menu.find('kept')?.click?.();
  expect(electron.shell.opened.splice(0)).toEqual([folder]);
});

test('nothing listens', () => {
  const listening = new Set(
    ['tcp', 'tcp6', 'unix'].flatMap((kind) => {
      const lines = readFileSync(`/proc/self/net/${kind}`, 'utf8').split('\n').slice(1);
      const fields = lines.map((line) => line.trim().split(/\s+/));
      // State 0A is LISTEN; a listening unix socket has the flag of accepting ones.
      return kind === 'unix'
        ? fields.filter((field) => field[3] === '00010000').map((field) => field[6])
        : fields.filter((field) => field[3] === '0A').map((field) => field[9]);
    }),
  );
  const held = [process.pid, ...electron.utilityProcess.started.flatMap(({ pid }) => pid ?? [])].flatMap((pid) =>
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        // Closed since it was listed.
        return [];
      }
    }),
  );
  expect(held.length).toBeGreaterThan(0);
  expect(held.filter((inode) => listening.has(inode))).toEqual([]);
});

test('the window stays where it is: no other page, no other window, no rights', async () => {
  const { webContents } = window();
  expect(webContents.mayGo('https://evil.example/')).toBe(false);
  expect(webContents.mayGo('file:///etc/passwd')).toBe(false);
  expect(webContents.mayGo('app://floe/')).toBe(true);
  webContents.opened('https://docs.example/page');
  webContents.opened('file:///etc/passwd');
  webContents.opened('javascript:alert(1)');
  expect(electron.shell.opened.splice(0)).toEqual(['https://docs.example/page']);
  const { permit, check } = electron.session.defaultSession;
  const answers: boolean[] = [];
  for (const right of ['media', 'geolocation', 'notifications', 'clipboard-read'])
    permit?.(webContents, right, (may) => answers.push(may));
  expect(answers).toEqual([false, false, false, false]);
  expect(check?.()).toBe(false);
  const page = await window().page;
  expect(await inPage(page, 'fetch("/../main/main.js").then((answer) => answer.status)')).toBe(404);
});

test('shell calls do what they say, and refuse anything else', async () => {
  const page = await window().page;
  electron.dialog.chosen.push('/chosen');
  expect(await inPage(page, 'desktop.pickFolder()')).toBe('/chosen');
  expect(await inPage(page, 'desktop.pickFolder()')).toBeUndefined();
  await inPage(page, `desktop.reveal(${JSON.stringify(folder)})`);
  await inPage(page, 'desktop.reveal("relative")');
  await inPage(page, 'desktop.openLink("https://docs.example/")');
  await inPage(page, 'desktop.openLink("file:///etc/passwd")');
  expect(electron.shell.opened.splice(0)).toEqual([folder, 'https://docs.example/']);
  expect(await inPage(page, 'desktop.startsAtLogin()')).toBe(false);
  await inPage(page, 'desktop.setStartsAtLogin(true)');
  expect(await inPage(page, 'desktop.startsAtLogin()')).toBe(true);
  await expect(inPage(page, 'desktop.reveal(7)')).rejects.toThrow('a text was expected');
});

test("only the window's own page is heard", async () => {
  const foreign = { sender: window().webContents, senderFrame: { url: 'https://evil.example/', parent: null } };
  const framed = { sender: window().webContents, senderFrame: { url: 'app://floe/', parent: {} } };
  for (const event of [foreign, framed])
    await expect(electron.ipcMain.handlers.get('floe:shell')?.(event, { kind: 'pick-folder' })).rejects.toThrow(
      'only the window',
    );
  const before = electron.utilityProcess.started.length;
  electron.ipcMain.emit('floe:port', foreign, 'nonce');
  expect(electron.utilityProcess.started).toHaveLength(before);
});

test('closing the window keeps the app; a deep link only shows a place; a second start shows the window', async () => {
  const first = window();
  const closed = new Promise((resolve) => first.once('closed', resolve));
  first.close();
  await closed;
  expect(electron.BrowserWindow.getAllWindows()).toEqual([]);
  electron.app.emit('second-instance', {}, ['floe', 'floe:needs']);
  const page = await window().page;
  await page.waitForFunction(() => Reflect.has(globalThis, 'desktop'));
  await page.locator('h1').first().waitFor();
  expect(electron.app.protocolClients).toEqual(['floe']);
});

test('an engine that ends is said to be gone, started again, and found as it was', async () => {
  const page = await window().page;
  await inPage(page, 'globalThis.seen = [], desktop.onEngine(({ kind }) => seen.push(kind))');
  electron.utilityProcess.started.at(-1)?.kill();
  await expect.poll(() => inPage(page, 'seen'), { timeout: 30_000 }).toContain('gone');
  await expect.poll(() => tray().toolTip, { timeout: 30_000 }).toBe('Floe: 1 file, certified.');
  expect(electron.utilityProcess.started).toHaveLength(2);
  expect(await inPage(page, 'seen.at(-1)')).toBe('running');
  expect(await inPage(page, callScript('history.log', { space: 'kept' }))).toHaveLength(1);
});

test('a port asked for while the engine is gone comes with the next one', async () => {
  const page = await window().page;
  const gone = new Promise((resolve) => electron.utilityProcess.started.at(-1)?.once('exit', resolve));
  electron.utilityProcess.started.at(-1)?.kill();
  await gone;
  expect(await inPage(page, callScript('history.log', { space: 'kept' }))).toHaveLength(1);
});

test('quitting brings the engine to rest first, and leaves the home free for the next start', async () => {
  const quit = new Promise((resolve) => electron.app.once('quit', resolve));
  electron.app.quit();
  await quit;
  expect(tray().isGone).toBe(true);
  expect(() => lockHome(join(root, 'home')).release()).not.toThrow();
});
