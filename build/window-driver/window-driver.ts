/**
 * Drives the built window as a person would: starts an embedded network and the real daemon in folders of its own, and opens its page in the Chromium
 * of this machine (FLOE_CHROMIUM names another one). For end-to-end tests and for the pictures in the documentation. The door of this folder.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';
import { linkTo } from '../../app/daemon/window-link.ts';

const root = join(import.meta.dirname, '../..');
const bin = join(root, 'app/daemon/bin.ts');

export const chromiumPath = process.env['FLOE_CHROMIUM'] ?? '/usr/bin/chromium';

export interface Started {
  /** The fields of its ready line. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Runs `floe` with these words until its ready line; `home` also stands for the user's home folder. */
async function startFloe(words: readonly string[], home: string): Promise<Started> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('FLOE_'));
  const child: ChildProcess = spawn(process.execPath, [bin, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), FLOE_KEYCHAIN: 'off', HOME: home, BROWSER: 'true' },
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  if (!child.stdout) throw new Error('a started command has an output');
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise<Readonly<Record<string, unknown>>>((done, fail) => {
    lines.on('line', (text) => {
      const line: unknown = JSON.parse(text);
      if (typeof line === 'object' && line !== null && 'event' in line && line.event === 'ready')
        done(Object.fromEntries(Object.entries(line)));
    });
    closed.then(() => fail(new Error(`floe ${words.join(' ')} ended early:\n${said}`)), fail);
  });
  return {
    ready,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      await closed;
    },
  };
}

export interface Daemon {
  readonly url: string;
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
}

export async function startDaemon(options: {
  readonly home: string;
  /** The user's home folder, where choosing a folder begins. */
  readonly userHome: string;
  readonly localnet: string;
  readonly port?: number;
}): Promise<Daemon> {
  const words = ['start', '--json', '--home', options.home, '--localnet', options.localnet];
  if (options.port !== undefined) words.push('--port', String(options.port));
  const started = await startFloe(words, options.userHome);
  return { url: String(started.ready['url']), end: started.end };
}

/** A link to a running daemon by the address that it printed: what a page of it has. */
export const openLink = (address: string): ReturnType<typeof linkTo> => linkTo(new URL(address));

export interface EmbeddedNetwork {
  /** For `--localnet`. */
  readonly dir: string;
  readonly stopNode: (index: number) => Promise<void>;
  readonly startNode: (index: number) => Promise<void>;
  readonly end: () => Promise<void>;
}

export async function startNetwork(dir: string, nodes: number, shards: number): Promise<EmbeddedNetwork> {
  const words = ['localnet', '--dir', dir, '--nodes', String(nodes), '--shards', String(shards)];
  const { end } = await startFloe(words, dir);
  const door: unknown = JSON.parse(readFileSync(join(dir, 'network.json'), 'utf8'));
  const field = (name: string): string =>
    String(typeof door === 'object' && door !== null ? Reflect.get(door, name) : '');
  const control = async (path: string): Promise<void> => {
    const answer = await fetch(`${field('control')}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${field('controlToken')}`, 'content-type': 'application/json' },
      body: '{}',
    });
    if (!answer.ok) throw new Error(`the network refused '${path}': ${answer.status}`);
  };
  return {
    dir,
    stopNode: (index) => control(`/nodes/${index}/stop`),
    startNode: (index) => control(`/nodes/${index}/start`),
    end: () => end(),
  };
}

export const openChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--force-color-profile=srgb'] });

/** An action that takes longer will not come, not even on a machine that does much else. */
const actionMsMax = 30_000;

export interface OpenWindow {
  readonly page: Page;
  /** What the page's console called an error, and what it threw: nothing of it is ordinary. */
  readonly troubles: readonly string[];
}

export async function openWindow(
  browser: Browser,
  url: string,
  look: {
    readonly width?: number;
    readonly height?: number;
    readonly scheme?: 'light' | 'dark';
    /** What the browser says its user reads, first of all. */
    readonly language?: string;
  } = {},
): Promise<OpenWindow> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
    colorScheme: look.scheme ?? 'light',
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(actionMsMax);
  const { language } = look;
  if (language !== undefined)
    await context.addInitScript(
      `Object.defineProperty(navigator, 'languages', { get: () => [${JSON.stringify(language)}] })`,
    );
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  await page.goto(url);
  return { page, troubles };
}
