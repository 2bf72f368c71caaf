/**
 * A real daemon with a home of its own, the embedded network behind it, and a page of Chromium that shows its window: what tests of the window stand
 * on. Everything is made under one folder that `close` removes, and every process started is ended.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { connect, type Connection } from '../../app/link/connect.ts';
import { socketPipe } from '../../app/link/socket-pipe.ts';
import { buildParts } from '../../build/bundle/bundle.ts';
import { runFloe, type Running } from '../e2e/floe-process.ts';
import { chromiumFlags, chromiumPath } from './chromium.ts';

export interface OpenedWindow {
  /** Everything of the test lies in here; the home is `home` in it. */
  readonly root: string;
  readonly home: string;
  /** With the key. */
  readonly url: URL;
  readonly floe: Running;
  readonly page: Page;
  readonly browser: Browser;
  /** A second link beside the page's, to set a scene or to see what the engine says. */
  readonly link: Connection;
  /** What the page complained of: console errors, uncaught ones, refused policies. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface WindowOptions {
  /** Further flags of `floe start`, such as `--folder`. */
  readonly args?: readonly string[];
  readonly context?: BrowserContextOptions;
  /** A folder that outlives the window: for starting again in the same home. */
  readonly root?: string;
}

const repository = join(import.meta.dirname, '../..');

export function openLink(url: URL): Connection {
  return connect(socketPipe(new WebSocket(`ws://${url.host}/link`, { origin: url.origin })), {
    key: url.hash.slice(1),
  });
}

export async function openWindow(options: WindowOptions = {}): Promise<OpenedWindow> {
  await buildParts(repository, ['renderer']);
  const root = options.root ?? mkdtempSync(join(tmpdir(), 'floe-window-'));
  const home = join(root, 'home');
  const floe = runFloe(['start', '--json', '--home', home, ...(options.args ?? [])], {
    env: { HOME: root },
  });
  const url = new URL(String((await floe.line(({ event }) => event === 'ready'))['url']));
  const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options.context });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  await page.goto(url.href);
  const link = openLink(url);
  await link.ready;
  return {
    root,
    home,
    url,
    floe,
    page,
    browser,
    link,
    complaints,
    async close() {
      link.close();
      await browser.close();
      await floe.end('SIGTERM');
      if (options.root === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}
