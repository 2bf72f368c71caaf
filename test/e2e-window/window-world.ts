/** The world of the window's end-to-end tests: one network and one browser a file, a fresh home and user folder for each daemon. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import {
  openChromium,
  openWindow,
  startDaemon,
  startNetwork,
  type Daemon,
  type EmbeddedNetwork,
  type OpenWindow,
} from '../../build/window-driver/window-driver.ts';

export interface Person {
  readonly daemon: Daemon;
  readonly window: OpenWindow;
  readonly page: Page;
  readonly userHome: string;
  readonly home: string;
}

export interface WindowWorld {
  readonly network: EmbeddedNetwork;
  readonly browser: Browser;
  /** A new user with these files in `Documents`, and the window open. */
  person(files?: Readonly<Record<string, string>>): Promise<Person>;
  close(): Promise<void>;
}

export const nodes = 12;
const shards = 40;

export async function openWorld(): Promise<WindowWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'floe-window-'));
  const network = await startNetwork(join(dir, 'network'), nodes, shards);
  const browser = await openChromium();
  const daemons: Daemon[] = [];
  let people = 0;
  return {
    network,
    browser,
    async person(files = {}) {
      const userHome = join(dir, `person-${++people}`);
      const home = join(userHome, '.floe');
      mkdirSync(join(userHome, 'Documents'), { recursive: true });
      for (const [path, text] of Object.entries(files)) writeAt(join(userHome, 'Documents', path), text);
      const daemon = await startDaemon({ home, userHome, localnet: network.dir });
      daemons.push(daemon);
      const window = await openWindow(browser, daemon.url);
      return { daemon, window, page: window.page, userHome, home };
    },
    async close() {
      await browser.close();
      for (const daemon of daemons) await daemon.end();
      await network.end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export function writeAt(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** From the first page to the overview, with `Documents` chosen. Returns how many clicks it took. */
export async function onboard(page: Page): Promise<number> {
  let clicks = 0;
  const click = async (name: string | RegExp): Promise<void> => {
    clicks++;
    await page.getByRole('button', { name }).click();
  };
  await click(/Try it on this computer/);
  await click('Choose a folder…');
  await click('Documents');
  await page.getByRole('textbox', { name: 'Folder' }).and(page.locator('[value$="Documents"]')).waitFor();
  await click('Choose this folder');
  await click('Continue');
  await click(/^Start$/);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return clicks;
}

export const place = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Floe' }).getByRole('button', { name }).first().click();

/** No finding of axe on this page, whatever its weight. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source);
  const findings = await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
      }
    ).axe.run();
    return violations.map(
      ({ id, nodes: found }) =>
        `${id}: ${found.map((node) => `${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`).join(' | ')}`,
    );
  });
  expect(findings, where).toEqual([]);
}
