/**
 * Starts a packed app on the Electron double, sets up an account in its window, keeps a folder until it is certified, and prints what was seen as one line of
 * JSON. Run with --import test/electron-double/register.ts; its arguments are the app's folder and the folder to keep.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { contractNumber } from '../../app/wire/contract.ts';
import * as electron from '../electron-double/electron.ts';

const [app = '', folder = ''] = process.argv.slice(2);

await electron.app.load(() => import(pathToFileURL(join(app, 'out/main/main.js')).href));
const [window] = electron.BrowserWindow.getAllWindows();
if (!window) throw new Error('the packed app opens no window');
const page = await window.page;
await page.waitForFunction(() => Reflect.has(globalThis, 'desktop'));
await page.locator('h1').first().waitFor();

const call = (name: string, input: object): Promise<unknown> =>
  page.evaluate(`new Promise((resolve, reject) => {
    addEventListener('message', ({ data, ports: [port] }) => {
      if (data?.floePort !== ${JSON.stringify(name)}) return;
      port.onmessage = ({ data: text }) => {
        const frame = JSON.parse(text);
        if (frame.kind === 'hello') port.postMessage(JSON.stringify({ kind: 'call', id: 1, name: ${JSON.stringify(name)}, input: ${JSON.stringify(input)} }));
        if (frame.kind === 'done') resolve(frame.value);
        if (frame.kind === 'fail') reject(new Error(frame.fault.code + ': ' + frame.fault.detail));
      };
      port.postMessage(JSON.stringify({ kind: 'hello', contract: ${contractNumber} }));
    });
    desktop.askPort(${JSON.stringify(name)});
  })`);

await call('account.create', { network: 'local', deviceName: 'packed' });
await call('space.add', { folder, mode: 'sync' });
const [tray] = electron.Tray.all;
const certified = 'Floe: 1 file, certified.';
if (tray?.toolTip !== certified)
  await new Promise<void>((resolve) => tray?.on('drawn', () => tray.toolTip === certified && resolve()));
const log = await call('history.log', { space: 'kept' });
const seen = {
  url: window.webContents.getURL(),
  toolTip: tray?.toolTip,
  log,
  complaints: window.webContents.complaints,
};
const quit = new Promise((resolve) => electron.app.once('quit', resolve));
electron.app.quit();
await quit;
console.log(JSON.stringify(seen));
process.exit(0);
