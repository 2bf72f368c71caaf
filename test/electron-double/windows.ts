/** A BrowserWindow as a page of Chromium in a context of its own. It runs only isolated, sandboxed windows without Node. */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Browser, Page, Route } from 'playwright-core';
import { openChromium } from '../../build/window-driver/window-driver.ts';
import { app } from './app.ts';
import { bindingName, deliverName, pageScript } from './bridge-script.ts';
import { fromWeb, ipcMain, servedByApp, serveFor, toWeb } from './ipc.ts';
import type { MessagePortMain } from './processes.ts';

interface Options {
  readonly width?: number;
  readonly height?: number;
  readonly show?: boolean;
  readonly webPreferences?: {
    readonly preload?: string;
    readonly sandbox?: boolean;
    readonly contextIsolation?: boolean;
    readonly nodeIntegration?: boolean;
  };
}
type Opener = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' };

let browser: Promise<Browser> | undefined;
const openBrowser = (): Promise<Browser> => (browser ??= openChromium());

export async function closeBrowser(): Promise<void> {
  const last = browser;
  browser = undefined;
  await (await last)?.close();
}
app.atEnd.add(closeBrowser);

class WebContents extends EventEmitter {
  readonly window: BrowserWindow;
  readonly complaints: string[] = [];
  readonly #ports = new Map<number, MessagePortMain>();
  #lastPort = 0;
  #opener: Opener = () => ({ action: 'allow' });
  #sent: Promise<unknown> = Promise.resolve();

  constructor(window: BrowserWindow) {
    super();
    this.window = window;
    app.emit('web-contents-created', {}, this);
  }
  setWindowOpenHandler(opener: Opener): void {
    this.#opener = opener;
  }
  isDestroyed(): boolean {
    return this.window.isDestroyed();
  }
  getURL(): string {
    return fromWeb(this.window.opened?.url() ?? '');
  }
  send(channel: string, ...args: readonly unknown[]): void {
    // Throws at once on what cannot be cloned, as Electron does.
    this.#deliver('event', [channel, structuredClone(args), []]);
  }
  postMessage(channel: string, message: unknown, ports: readonly MessagePortMain[]): void {
    const ids = ports.map((port) => {
      const id = ++this.#lastPort;
      this.#ports.set(id, port);
      port.on('message', ({ data }: { readonly data: unknown }) => this.#deliver('port', [id, data]));
      port.on('close', () => this.#deliver('close', [id]));
      return { id, port };
    });
    this.#deliver('event', [channel, [structuredClone(message)], ids.map(({ id }) => id)]);
    for (const { port } of ids) port.start();
  }
  /** In order: the page takes one thing after the other. */
  #deliver(kind: string, args: readonly unknown[]): void {
    this.#sent = this.#sent.then(async () => {
      const page = await this.window.page;
      if (page.isClosed()) return;
      await page
        .evaluate(
          ([name, called, given]) => {
            const deliver = Reflect.get(globalThis, Symbol.for(name)) as Record<string, (...a: unknown[]) => void>;
            deliver[called]?.(...given);
          },
          [deliverName, kind, [...args]] as const,
        )
        // The page went away in the middle of it.
        .catch(() => undefined);
    });
  }
  /** A message of the page's preload. */
  async heard(kind: string, name: string | number, value: unknown, frameUrl: string): Promise<object> {
    if (kind === 'port') this.#ports.get(Number(name))?.postMessage(value);
    if (kind === 'port-close') this.#ports.get(Number(name))?.close();
    if (kind !== 'send' && kind !== 'invoke') return {};
    const event = { sender: this, senderFrame: { url: fromWeb(frameUrl), parent: null } };
    const args = value as unknown[];
    if (kind === 'send') return { sent: ipcMain.emit(String(name), event, ...args) };
    const answer = ipcMain.handlers.get(String(name));
    if (!answer) return { error: `Error: No handler registered for '${name}'` };
    try {
      return { value: structuredClone(await answer(event, ...args)) };
    } catch (error) {
      return { error: String(error) };
    }
  }
  opened(url: string): void {
    this.#opener({ url });
  }
  /** Whether the app lets the page go there. */
  mayGo(url: string): boolean {
    let isPrevented = false;
    this.emit('will-navigate', { url: fromWeb(url), preventDefault: () => (isPrevented = true) });
    return !isPrevented;
  }
  closePorts(): void {
    for (const port of this.#ports.values()) port.close();
  }
}

export class BrowserWindow extends EventEmitter {
  static getAllWindows(): BrowserWindow[] {
    return [...app.windows].filter((window) => window instanceof BrowserWindow);
  }
  readonly webContents: WebContents;
  readonly page: Promise<Page>;
  readonly #options: Options;
  opened: Page | undefined;
  #isVisible: boolean;
  #isDestroyed = false;

  constructor(options: Options = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    const { sandbox, contextIsolation, nodeIntegration } = options.webPreferences ?? {};
    if (nodeIntegration || contextIsolation === false || sandbox === false)
      throw new Error('the double runs only isolated, sandboxed windows without Node');
    this.#options = options;
    this.#isVisible = options.show !== false;
    this.webContents = new WebContents(this);
    app.windows.add(this);
    this.page = this.#open();
  }
  async #open(): Promise<Page> {
    const { width = 800, height = 600, webPreferences } = this.#options;
    const context = await (await openBrowser()).newContext({ viewport: { width, height }, serviceWorkers: 'block' });
    await context.route(servedByApp, (route) => this.#serve(route));
    await context.exposeBinding(bindingName, ({ frame }, kind: string, name: string | number, value: unknown) =>
      this.webContents.heard(kind, name, value, frame.url()),
    );
    if (webPreferences?.preload !== undefined)
      await context.addInitScript(pageScript(readFileSync(webPreferences.preload, 'utf8')));
    const page = await context.newPage();
    context.on('page', (other) => {
      this.webContents.opened(other.url());
      void other.close();
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.webContents.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.webContents.complaints.push(`uncaught: ${error.message}`));
    page.on('load', () => this.emit('ready-to-show'));
    return (this.opened = page);
  }
  async #serve(route: Route): Promise<void> {
    const request = route.request();
    const url = fromWeb(request.url());
    const serve = serveFor(url);
    const goes = request.isNavigationRequest() && this.opened !== undefined && this.opened.url() !== 'about:blank';
    if (!serve || (goes && !this.webContents.mayGo(url))) return route.abort();
    const answer = await serve(new Request(url, { method: request.method() }));
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    });
  }
  async loadURL(url: string): Promise<void> {
    await (await this.page).goto(toWeb(url));
  }
  show(): void {
    this.#isVisible = true;
    this.emit('show');
  }
  focus(): void {
    this.emit('focus');
  }
  isVisible(): boolean {
    return this.#isVisible;
  }
  isMinimized(): boolean {
    return false;
  }
  restore(): void {}
  isDestroyed(): boolean {
    return this.#isDestroyed;
  }
  close(): void {
    this.destroy();
  }
  destroy(): void {
    void this.destroyAsync();
  }
  async destroyAsync(): Promise<void> {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    app.windows.delete(this);
    this.webContents.closePorts();
    await (await this.page).context().close();
    this.emit('closed');
    if (app.windows.size === 0) app.emit('window-all-closed');
  }
}
