/**
 * A stand-in for Electron's main-process API, for machines that have no Electron: a BrowserWindow is a page of a real Chromium, a utility process is a thread
 * of Node, and what only a desktop shows is recorded. It checks the app's own code as Electron would run it; it proves nothing about Electron itself.
 */
export { app } from './app.ts';
export { ipcMain, protocol } from './ipc.ts';
export { dialog, Menu, nativeImage, nativeTheme, Notification, powerMonitor, session, shell, Tray } from './pieces.ts';
export { MessageChannelMain, utilityProcess } from './processes.ts';
export { BrowserWindow, closeBrowser } from './windows.ts';
