/** Where the parts of the app lie: beside the built shell, or in a checkout. Programs that run on their own lie outside of the archive. */
import { join } from 'node:path';

const isBuilt = import.meta.filename.endsWith('.js');
const out = isBuilt ? join(import.meta.dirname, '..') : join(import.meta.dirname, '../../out');
const unpacked = (path: string): string => path.replace(/\bapp\.asar\b/, 'app.asar.unpacked');

export const places = {
  engine: isBuilt
    ? unpacked(join(out, 'engine/main/engine/entry.js'))
    : join(import.meta.dirname, '../engine/entry.ts'),
  page: join(out, 'renderer'),
  preload: join(out, 'main/preload.cjs'),
  icons: isBuilt ? join(out, 'main/icons') : join(import.meta.dirname, '../../build/package/icons'),
} as const;
