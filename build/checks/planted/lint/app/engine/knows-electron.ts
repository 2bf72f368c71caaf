/** Breaks: only main/ may know Electron. */
export { app } from 'electron';
