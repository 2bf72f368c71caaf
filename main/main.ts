/**
 * The desktop app begins here. Only what Electron wants before it is ready stands at the top; nothing waits for `whenReady` here, since Electron is ready
 * only after this module has been read to its end.
 */
import { app, protocol } from 'electron';
import { pageScheme } from './window/page-protocol.ts';
import { startDesktop } from './start/start.ts';

protocol.registerSchemesAsPrivileged([
  { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);

// A second start shows the window of the first one and ends.
if (app.requestSingleInstanceLock()) void app.whenReady().then(startDesktop);
else app.quit();
