import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { WatchHint } from '../../ports/watcher.ts';
import { makeRoom, killAndWait, firstWord, startScript } from '../disk/test-room.ts';
import { systemClock } from '../time/time.ts';
import { silentDiskWords, troubleWords } from './watch-report.ts';
import { openWatcher, type WatchLimits } from './watcher.ts';

// Processes and disks of a busy machine may take their time.
vi.setConfig({ testTimeout: 30_000 });

const room = (): string => makeRoom(onTestFinished);
const patient = { timeout: 8_000, interval: 20 };

/** Processes below one process, by /proc; watching processes are found by what they run. */
function watchingProcesses(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, above] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const runs = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return state !== 'Z' && (parent === 0 || Number(above) === parent) && runs.includes('watch-process.ts');
      } catch {
        return false;
      }
    });
}

async function watchRoom(root: string, limits: Partial<WatchLimits>) {
  const hints: WatchHint[] = [];
  const troubles: string[] = [];
  const before = new Set(watchingProcesses(process.pid));
  const watcher = openWatcher({ settleMs: 30, clock: systemClock(), limits });
  const watching = await watcher.watch(
    root,
    (batch) => hints.push(...batch),
    (words) => troubles.push(words),
  );
  onTestFinished(() => watching.close());
  const pid = () => watchingProcesses(process.pid).find((at) => !before.has(at));
  const seen = (folder: string, deep?: boolean) =>
    vi.waitFor(() => {
      expect(hints).toContainEqual(deep === undefined ? expect.objectContaining({ folder }) : { folder, deep });
    }, patient);
  /** Wide hints from before may still come; once they have, an edit is hinted at by its own folder only. */
  const editSeen = (folder: string, words = '') => {
    const edit = (): void => {
      appendFileSync(`${root}/${folder}/edited`, 'x');
      expect(hints, words).toContainEqual({ folder, deep: false });
    };
    hints.length = 0;
    return vi.waitFor(edit, { timeout: 15_000, interval: 150 });
  };
  return { hints, troubles, watching, pid, seen, editSeen };
}

describe.each([
  ['chokidar', { chokidarEntriesMax: 1_000_000 }],
  ['the lean watch', { chokidarEntriesMax: 0 }],
])('with %s', (_name, limits) => {
  test('an edit, a new folder, a rename and a removal are hinted at', async () => {
    const root = room();
    mkdirSync(`${root}/a/b`, { recursive: true });
    writeFileSync(`${root}/a/b/file`, 'x');
    const { hints, troubles, seen, editSeen } = await watchRoom(root, limits);
    appendFileSync(`${root}/a/b/file`, 'y');
    await seen('a/b', false);
    expect(hints.every(({ folder }) => folder === 'a/b')).toBe(true);
    mkdirSync(`${root}/new/inner`, { recursive: true });
    await seen('new', true);
    await editSeen('new/inner');
    renameSync(`${root}/new`, `${root}/a/moved`);
    await seen('a/moved', true);
    await editSeen('a/moved/inner');
    rmSync(`${root}/a/moved`, { recursive: true });
    await seen('a');
    expect(troubles).toEqual([]);
  });

  test('any order of makes, moves and removals is survived, and what comes after is still seen', async () => {
    const root = room();
    const { troubles, editSeen } = await watchRoom(root, limits);
    const seed = Math.floor(Math.random() * 2 ** 31);
    let state = seed;
    const dice = (sides: number): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % sides;
    const place = (): string => `${root}/${Array.from({ length: 1 + dice(3) }, () => 'abc'[dice(3)]).join('/')}`;
    const tryTo = (work: () => void): void => {
      try {
        work();
      } catch {
        // The place is taken, gone or of another kind; the next one may do.
      }
    };
    for (let step = 0; step < 600; step++) {
      const [kind, one, two] = [dice(5), place(), place()];
      if (kind === 0) tryTo(() => rmSync(one, { recursive: true }));
      else if (kind === 1) tryTo(() => renameSync(one, two));
      else if (kind === 2) tryTo(() => writeFileSync(one, 'x'));
      else tryTo(() => mkdirSync(one, { recursive: true }));
      if (step % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    rmSync(`${root}/a`, { recursive: true, force: true });
    mkdirSync(`${root}/a/last`, { recursive: true });
    await editSeen('a/last', `seed ${seed}`);
    expect(troubles, `seed ${seed}`).toEqual([]);
  });

  test.for([
    ['max_inotify_watches', 'fs.inotify.max_user_watches'],
    ['max_inotify_instances', 'fs.inotify.max_user_instances'],
  ])(
    'edge 51: past the system limit %s the setting is named once, and the whole tree is hinted at',
    ([limit, setting], context) => {
      const root = room();
      for (let index = 0; index < 20; index++) mkdirSync(`${root}/${index}/inner`, { recursive: true });
      const program = `
      import { openWatcher } from '${new URL('./watcher.ts', import.meta.url).href}';
      import { systemClock } from '${new URL('../time/time.ts', import.meta.url).href}';
      const troubles = [];
      const watcher = openWatcher({ settleMs: 20, clock: systemClock(), limits: ${JSON.stringify(limits)} });
      const hints = await new Promise((resolve) => watcher.watch('${root}', resolve, (words) => troubles.push(words)));
      console.log(JSON.stringify({ hints, troubles }));
      process.exit(0);`;
      // A user namespace has limits of its own; so this one can be lowered without touching the machine's.
      const lowered = `echo 3 > /proc/sys/user/${limit} || exit 77; [ ${limit} = max_inotify_instances ] && echo 0 > /proc/sys/user/${limit}; exec "$@"`;
      const command = ['-Ur', 'bash', '-c', lowered, 'limited', process.execPath, '--input-type=module', '-e', program];
      const run = spawnSync('unshare', command, { encoding: 'utf8' });
      if (run.status !== 0 && run.stdout === '')
        context.skip('no right to make a user namespace with limits of its own here');
      const { hints, troubles } = JSON.parse(run.stdout);
      expect(troubles).toEqual([expect.stringContaining(setting ?? '')]);
      expect(hints).toContainEqual({ folder: '', deep: true });
    },
  );

  test('edge 55: our own unfinished files are not hinted at', async () => {
    const root = room();
    mkdirSync(`${root}/quiet`);
    const { hints, seen } = await watchRoom(root, limits);
    writeFileSync(`${root}/quiet/.floe-00112233-0011223344556677.tmp`, 'half');
    writeFileSync(`${root}/loud`, '');
    await seen('');
    expect(hints).not.toContainEqual(expect.objectContaining({ folder: 'quiet' }));
  });

  test('edge 56: a burst in one folder widens to a deep hint, a burst all over to their common folder', async () => {
    const root = room();
    for (let index = 0; index < 30; index++) mkdirSync(`${root}/many/${index}`, { recursive: true });
    mkdirSync(`${root}/one`);
    const { hints, seen } = await watchRoom(root, limits);
    for (let index = 0; index < 200; index++) writeFileSync(`${root}/one/${index}`, '');
    await seen('one', true);
    hints.length = 0;
    for (let index = 0; index < 1200; index++) writeFileSync(`${root}/many/${index % 30}/${index}`, '');
    await seen('many', true);
  });

  test('edge 52: more at once than the queue may hold is told, and the whole tree is hinted at', async () => {
    const root = room();
    const { troubles, seen } = await watchRoom(root, { ...limits, eventsAtOnceMax: 1 });
    for (let index = 0; index < 500; index++) writeFileSync(`${root}/${index}`, '');
    await seen('', true);
    expect(troubles[0]).toContain('More changed at once');
  });
});

test('folders whose names are not UTF-8 are watched', async () => {
  const root = room();
  const name = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff])]);
  mkdirSync(name);
  const { seen } = await watchRoom(root, {});
  writeFileSync(Buffer.concat([name, Buffer.from('/file')]), '');
  await seen('f\udcff', false);
});

test('a killed watching process is told, started again, and followed by a hint at the whole tree', async () => {
  const root = room();
  const { troubles, pid, seen, editSeen } = await watchRoom(root, {});
  const first = pid();
  if (first === undefined) throw new Error('no watching process was found');
  process.kill(first, 'SIGKILL');
  await seen('', true);
  expect(troubles[0]).toContain('SIGKILL');
  await editSeen('');
});

test.each<[string, (root: string) => void]>([
  ['is removed', (root) => rmSync(root, { recursive: true })],
  ['gets another name', (root) => renameSync(root, `${root}-elsewhere`)],
])('edge 79: a folder that %s is told once and hinted at, and watched again when it is back', async (_, goes) => {
  const root = `${room()}/tree`;
  mkdirSync(root);
  const { hints, troubles, seen, editSeen } = await watchRoom(root, {});
  goes(root);
  await vi.waitFor(() => expect(troubles).toEqual([expect.stringContaining('not there')]), patient);
  await seen('', true);
  hints.length = 0;
  mkdirSync(root);
  await seen('', true);
  await editSeen('');
  expect(troubles).toHaveLength(1);
});

test('close ends the watching process, and no hint comes afterwards', async () => {
  const root = room();
  const { watching, pid, hints } = await watchRoom(root, {});
  const first = pid();
  expect(first).toBeDefined();
  writeFileSync(`${root}/x`, '');
  await watching.close();
  await watching.close();
  await vi.waitFor(() => expect(watchingProcesses(process.pid)).not.toContain(first), patient);
  expect(hints).toEqual([]);
});

test('the watching process ends when its parent is killed', async () => {
  const root = room();
  const parent = startScript(`
    import { openWatcher } from '${new URL('./watcher.ts', import.meta.url).href}';
    import { systemClock } from '${new URL('../time/time.ts', import.meta.url).href}';
    await openWatcher({ settleMs: 10, clock: systemClock() }).watch('${root}', () => {}, () => {});
    console.log('ready');`);
  await firstWord(parent);
  const [child] = watchingProcesses(parent.pid ?? -1);
  if (child === undefined) throw new Error('no watching process was found');
  await killAndWait(parent);
  await vi.waitFor(() => expect(watchingProcesses(0)).not.toContain(child), patient);
});

test("the system's limits are named with the setting that lifts them", () => {
  expect(troubleWords(Object.assign(new Error(), { code: 'ENOSPC' }))).toContain('fs.inotify.max_user_watches');
  expect(troubleWords(Object.assign(new Error(), { code: 'EMFILE' }))).toContain('fs.inotify.max_user_instances');
});

test('edge 54: a network share is said to be silent, and a disk of this computer is not', () => {
  const [nfs, smb, fuse, ext4, btrfs, tmpfs] = [0x6969, 0xfe534d42, 0x65735546, 0xef53, 0x9123683e, 0x01021994];
  for (const type of [nfs, smb, fuse]) expect(silentDiskWords(type)).toContain('from time to time');
  // Node may give the 32 bits with a sign.
  expect(silentDiskWords(smb | 0)).toContain('network share');
  for (const type of [ext4, btrfs, tmpfs]) expect(silentDiskWords(type)).toBeUndefined();
});
