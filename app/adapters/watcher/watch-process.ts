/**
 * The watching process: watches one tree, gathers events for a moment and sends what changed. A process of its own, because a watcher's memory
 * and its stalls must not be the engine's. It ends when its parent does, and leaves ending by keyboard to the parent.
 */
import { lstatSync, readFileSync, readdirSync, statfsSync } from 'node:fs';
import { childPath, diskPath } from '../disk/disk.ts';
import { watchFolders } from './folder-watch.ts';
import { HintGatherer } from './hint-gatherer.ts';
import { rootGoneExitCode, type FolderEvents, type WatchNews, type WatchOrder } from './watch-messages.ts';
import { silentDiskWords, type WatchReport } from './watch-report.ts';

/** Events are gathered this long before they are sent, so that a burst costs a few messages. */
const gatherMs = 25;
/** What the kernel queues unless told otherwise (inotify(7)). */
const queuedEventsUsual = 16_384;

function send(news: WatchNews): void {
  if (process.connected) process.send?.(news);
}

/** Node does not tell when the kernel's queue ran over; but then at least a queue full of events arrives at once. */
function eventsAtOnceMax(order: WatchOrder): number {
  if (order.limits.eventsAtOnceMax !== undefined) return order.limits.eventsAtOnceMax;
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8')) / 2;
  } catch {
    // Not Linux: other systems' queues are theirs to watch over.
    return queuedEventsUsual / 2;
  }
}

/** True when the tree suits chokidar: small, and without names that are not text. */
function suitsChokidar(root: string, entriesMax: number): boolean {
  if (process.platform !== 'linux') return true;
  const open = [diskPath(root)];
  let entries = 0;
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    try {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        if (++entries > entriesMax || (entry.isDirectory() && entry.name.includes('\u{fffd}'))) return false;
        if (entry.isDirectory()) open.push(childPath(path, entry.name));
      }
    } catch {
      // Unreadable or gone: whichever way watches will tell.
      continue;
    }
  }
  return typeof diskPath(root) === 'string';
}

/** Identity of the tree's top folder; ends the process when there is none. */
function rootIdentity(root: string): string {
  const stat = lstatSync(diskPath(root), { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) return `${stat.dev}:${stat.ino}`;
  return process.exit(rootGoneExitCode);
}

/** The nearest folder that is still there; the root when none below it is. */
function standing(root: string, folder: string): string {
  let at = folder;
  while (at !== '') {
    try {
      if (lstatSync(childPath(diskPath(root), at)).isDirectory()) return at;
    } catch {
      // Gone, or below something that is no folder now: the one above may stand.
    }
    at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
  }
  return at;
}

function reporter(order: WatchOrder): WatchReport {
  const { root, limits } = order;
  const atOnceMax = eventsAtOnceMax(order);
  const identity = rootIdentity(root);
  const gatherer = new HintGatherer(limits);
  const told = new Set<string>();
  let events = 0;
  let isWaiting = false;
  const flush = (): void => {
    isWaiting = false;
    // The watches are on the folder that was there at the start, not on one that took its place.
    if (rootIdentity(root) !== identity) process.exit(rootGoneExitCode);
    const isOverrun = events > atOnceMax;
    events = 0;
    const settled = new HintGatherer(limits);
    for (const hint of gatherer.take()) settled.note({ ...hint, folder: standing(root, hint.folder) });
    if (isOverrun) {
      send({
        kind: 'trouble',
        words: 'More changed at once than the system tells; the whole folder is looked at again.',
      });
      settled.note({ folder: '', events: 1, deep: true });
    }
    send({ kind: 'changes', changes: settled.take() });
  };
  const note = (path: string, deep: boolean): void => {
    const isInside = path === root || path.startsWith(`${root}/`);
    if (!isInside) return;
    events++;
    const change: FolderEvents = { folder: path.slice(root.length + 1), events: 1, deep };
    gatherer.note(change);
    if (!isWaiting) setTimeout(flush, gatherMs);
    isWaiting = true;
  };
  return {
    changed: (folder) => note(folder, false),
    appeared: (folder) => note(folder, true),
    trouble(words) {
      // Told once, not once a folder.
      if (told.has(words)) return;
      told.add(words);
      send({ kind: 'trouble', words });
      note(root, true);
    },
  };
}

async function begin(order: WatchOrder): Promise<void> {
  const report = reporter(order);
  if (!suitsChokidar(order.root, order.limits.chokidarEntriesMax)) {
    watchFolders(order.root, report);
  } else {
    // Loaded only when it is used: it is a good part of this process's memory.
    const { watchWithChokidar } = await import('./chokidar-watch.ts');
    await watchWithChokidar(order.root, report);
  }
  const words = process.platform === 'linux' ? silentDiskWords(statfsSync(diskPath(order.root)).type) : undefined;
  if (words !== undefined) report.trouble(words);
  send({ kind: 'ready' });
}

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.once('message', (order: WatchOrder) => void begin(order));
