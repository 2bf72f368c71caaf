/** Messages from pages, and schemes that the app serves itself. */
import { EventEmitter } from 'node:events';
import { app } from './app.ts';

type Answer = (event: object, ...args: readonly unknown[]) => unknown;

class IpcMain extends EventEmitter {
  readonly handlers = new Map<string, Answer>();
  handle(channel: string, answer: Answer): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.handlers.set(channel, answer);
  }
}
export const ipcMain = new IpcMain();

type Serve = (request: Request) => Response | Promise<Response>;
const schemes = new Map<string, Serve>();

export const protocol = {
  privileged: [] as readonly { readonly scheme: string }[],
  registerSchemesAsPrivileged(list: readonly { readonly scheme: string }[]): void {
    if (app.isReady()) throw new Error('registerSchemesAsPrivileged should be called before app is ready');
    protocol.privileged = list;
  },
  handle(scheme: string, serve: Serve): void {
    schemes.set(scheme, serve);
  },
};

const suffix = 'electron-double';
/** Chromium refuses schemes it does not know, so a page of app://host is https://host.app.electron-double, and is told nothing of it. */
export function toWeb(address: string): string {
  const url = new URL(address);
  const scheme = url.protocol.slice(0, -1);
  if (!schemes.has(scheme)) return address;
  return `https://${url.host}.${scheme}.${suffix}${url.pathname}${url.search}${url.hash}`;
}
export function fromWeb(address: string): string {
  const [, host, scheme, rest] = /^https:\/\/([^/]*)\.([^./]+)\.electron-double(\/.*)?$/.exec(address) ?? [];
  return scheme === undefined ? address : `${scheme}://${host}${rest ?? '/'}`;
}
export const servedByApp = /^https:\/\/[^/]*\.electron-double(\/|$)/;
export const serveFor = (address: string): Serve | undefined => schemes.get(new URL(address).protocol.slice(0, -1));
