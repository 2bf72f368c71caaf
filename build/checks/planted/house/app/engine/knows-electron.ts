/** Breaks: only main/ may know Electron. */
import { app } from 'electron';

export const name = app.name;
