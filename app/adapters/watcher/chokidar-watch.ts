/**
 * Watching with chokidar, folders only: files are left out of its tree, and what happens to them is taken from the events of their folder. It
 * still looks at each file once while it starts, which is what makes it too large for large trees (folder-watch.ts).
 */
import { dirname } from 'node:path';
import { watch } from 'chokidar';
import { isTemporary } from '../disk/disk.ts';
import { troubleWords, type WatchReport } from './watch-report.ts';

function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined;
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}

export function watchWithChokidar(root: string, report: WatchReport): Promise<void> {
  const watcher = watch(root, {
    ignored: (_path, stats) => stats !== undefined && !stats.isDirectory(),
    ignoreInitial: true,
    followSymlinks: false,
    atomic: false,
  });
  watcher.on('raw', (_event: string, name: unknown, details: unknown) => {
    const folder = watchedPathOf(details);
    if (folder !== undefined && !(typeof name === 'string' && isTemporary(name))) report.changed(folder);
  });
  watcher.on('addDir', (path) => report.appeared(path));
  watcher.on('unlinkDir', (path) => report.changed(dirname(path)));
  watcher.on('error', (error) => report.trouble(troubleWords(error)));
  return new Promise((resolve) => {
    watcher.on('ready', () => resolve());
  });
}
