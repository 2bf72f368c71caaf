/** The app object. It is ready only once the main module has been read to its end, as in Electron: a top-level wait for it hangs, and is found. */
import { EventEmitter } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Closable {
  destroyAsync(): Promise<void>;
}

class App extends EventEmitter {
  readonly isPackaged = false;
  readonly loginItem = { openAtLogin: false };
  /** Windows put themselves in here. */
  readonly windows = new Set<Closable>();
  readonly atEnd = new Set<() => Promise<void>>();
  readonly protocolClients: string[] = [];
  readonly #paths = new Map<string, string>();
  readonly #readyWaits: (() => void)[] = [];
  #isReady = false;
  #isQuitting = false;
  hasQuit = false;

  whenReady(): Promise<void> {
    return this.#isReady ? Promise.resolve() : new Promise((resolve) => this.#readyWaits.push(resolve));
  }
  isReady(): boolean {
    return this.#isReady;
  }
  /** Loads the app's entry as Electron does. */
  async load(entry: () => Promise<unknown>, limitMs = 10_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error('the main module waits at its top level: that hangs Electron')),
        limitMs,
      );
    });
    try {
      await Promise.race([entry(), late]);
    } finally {
      clearTimeout(timer);
    }
    this.#isReady = true;
    for (const ready of this.#readyWaits) ready();
    this.emit('ready');
  }
  getPath(name: string): string {
    const known = this.#paths.get(name) ?? mkdtempSync(join(tmpdir(), `floe-electron-${name}-`));
    this.#paths.set(name, known);
    return known;
  }
  getVersion(): string {
    return '0.0.0';
  }
  getLocale(): string {
    return 'en-US';
  }
  setAppUserModelId(): void {}
  setAsDefaultProtocolClient(scheme: string): void {
    this.protocolClients.push(scheme);
  }
  requestSingleInstanceLock(): boolean {
    return true;
  }
  setLoginItemSettings({ openAtLogin }: { readonly openAtLogin: boolean }): void {
    this.loginItem.openAtLogin = openAtLogin;
  }
  getLoginItemSettings(): { readonly openAtLogin: boolean } {
    return this.loginItem;
  }
  quit(): void {
    if (this.#isQuitting) return;
    let isPrevented = false;
    this.emit('before-quit', { preventDefault: () => (isPrevented = true) });
    if (isPrevented) return;
    this.#isQuitting = true;
    void this.#end();
  }
  async #end(): Promise<void> {
    for (const window of [...this.windows]) await window.destroyAsync();
    this.emit('will-quit', {});
    for (const end of this.atEnd) await end();
    this.hasQuit = true;
    this.emit('quit', {}, 0);
  }
}

export const app = new App();
