/** A root that people move, on a real disk: nothing is deleted or sent for it, nothing but the very mark is believed, and a copy that lacks something waits for a word. */
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDisk, type OpenDisk } from '../../app/adapters/disk/disk.ts';
import { openSpool } from '../../app/adapters/spool/spool.ts';
import { systemClock } from '../../app/adapters/time/time.ts';
import type { SpaceMode } from '../../app/domain/space.ts';
import type { Disk } from '../../app/ports/disk.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
let place: string;
let disk: OpenDisk;
let world: World;
let laptop: Device;
/** Files whose content was asked for. */
let read: string[] = [];
beforeAll(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'floe-moved-')));
  disk = openDisk({ threads: 1 });
  world = await openWorld({ seed: 79, clock: systemClock() });
  const told: Disk = {
    ...disk,
    read(root, spans, signal, room) {
      read.push(...spans.map(({ path }) => path).filter((path) => !path.startsWith('.floe')));
      return disk.read(root, spans, signal, room);
    },
  };
  laptop = await world.device('laptop', { disk: told, spool: await openSpool(join(place, 'spool')) });
});
afterAll(async () => {
  await world.close();
  await disk.close();
  await rm(place, { recursive: true, force: true });
});

let count = 0;
const files = { report: 'r'.repeat(50_000), 'box/one': 'first', 'box/two': 'second', three: '3', four: '4' };

/** A space in a folder of its own that is certified, known file by file, and quiet. */
async function kept(
  mode: SpaceMode = 'sync',
): Promise<{ readonly name: string; readonly at: string; readonly old: string }> {
  const name = `space-${++count}`;
  const at = join(place, name);
  const old = join(at, 'docs');
  await mkdir(join(old, 'box'), { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(old, path), text);
  await laptop.engine.addSpace({ folder: old, name, mode, leaseEpochs: undefined, space: undefined }, never);
  await sync(name);
  // What was written right before it was read is read once more.
  await new Promise((done) => setTimeout(done, 20));
  await sync(name);
  await sync(name);
  read = [];
  laptop.requests.take();
  return { name, at, old };
}

async function sync(name: string) {
  const [report] = await laptop.engine.sync(name, never);
  if (report === undefined) throw new Error('a report');
  return report;
}
const move = (space: string, folder: string, isDry = false) => laptop.engine.moveSpace({ space, folder, isDry }, never);
const folderOf = async (name: string) => (await laptop.engine.spaces()).find((space) => space.name === name)?.folder;
const copy = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);
const paths = async (name: string) => (await laptop.engine.list(name, '', undefined)).entries.map(({ path }) => path);
const missing = async (name: string) => (await laptop.engine.missingFolders(never)).find((each) => each.name === name);
const nothingSent = () => laptop.requests.count('PUT') === 0;

describe('edge 79: a root that got another name', () => {
  it('is missed, found beside its old place, and goes on there without a byte read or sent', async () => {
    const { name, at, old } = await kept();
    const now = join(at, 'papers');
    await rename(old, now);
    const report = await sync(name);
    expect(report).toMatchObject({ held: 0, packs: [], files: 5 });
    expect(report.problems).toMatchObject([{ path: '', fault: { code: 'not-found', retry: 'after-user' } }]);
    expect(report.problems[0]?.fault.message).toContain(`floe move '${name}' '${now}'`);
    expect(await missing(name)).toMatchObject({
      folder: old,
      isAnother: false,
      proposed: [{ folder: now, isSame: true }],
    });
    expect(await folderOf(name), 'nothing is followed by itself').toBe(old);
    expect(await move(name, `${now}/../papers/`, true)).toMatchObject({ from: old, folder: now, isSame: true });
    expect(await folderOf(name), 'a dry run changes nothing').toBe(old);
    expect(await move(name, `${now}/../papers/`)).toMatchObject({ from: old, folder: now, isSame: true });
    expect(await missing(name)).toBeUndefined();
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], problems: [], newChunks: 0, files: 5 });
    expect(read).toEqual([]);
    expect(nothingSent()).toBe(true);
    expect(await laptop.engine.log(name)).toHaveLength(1);
  });

  it('keeps what was done in it meanwhile: edits are edits, moves are moves, a deletion is one', async () => {
    const { name, at, old } = await kept();
    const now = join(at, 'elsewhere');
    await rename(old, now);
    await appendFile(join(now, 'report'), 'more');
    await rename(join(now, 'box/one'), join(now, 'uno'));
    await unlink(join(now, 'four'));
    await writeFile(join(now, 'new'), 'new');
    await move(name, now);
    expect(await sync(name)).toMatchObject({ held: 0, problems: [], files: 5 });
    expect((await laptop.engine.versions(name, 'report')).map(({ until }) => until === undefined)).toEqual([
      true,
      false,
    ]);
    const log = await laptop.engine.log(name);
    expect(log).toHaveLength(2);
    const { differences } = await laptop.engine.diff(name, undefined, undefined);
    expect(differences.map(({ kind, path }) => `${kind} ${path}`).toSorted()).toEqual(
      ['added new', 'changed report', 'moved uno', 'removed four'].toSorted(),
    );
  });

  it('is found in a folder beside it, and below a folder above that got another name', async () => {
    const { name, at, old } = await kept();
    await mkdir(join(at, 'Stuff'));
    await rename(old, join(at, 'Stuff/docs'));
    expect((await missing(name))?.proposed).toEqual([{ folder: join(at, 'Stuff/docs'), isSame: true }]);
    await rename(join(at, 'Stuff/docs'), old);
    expect(await missing(name)).toBeUndefined();
    await rename(at, `${at}-renamed`);
    expect((await missing(name))?.proposed).toEqual([{ folder: `${at}-renamed/docs`, isSame: true }]);
  });

  it('is under the brakes as ever for what was deleted in it', async () => {
    const { name, at, old } = await kept();
    await rename(old, join(at, 'other'));
    for (const path of Object.keys(files)) await unlink(join(at, 'other', path));
    await rm(join(at, 'other/box'), { recursive: true });
    await move(name, join(at, 'other'));
    expect((await sync(name)).held).toBeGreaterThan(0);
    expect(await paths(name)).toEqual(expect.arrayContaining(['report', 'three']));
  });

  it('may come back, or be told a place where it is already', async () => {
    const { name, at, old } = await kept();
    expect(await move(name, old)).toMatchObject({ from: old, folder: old, isSame: true });
    await rename(old, join(at, 'there'));
    await move(name, join(at, 'there'));
    await sync(name);
    await rename(join(at, 'there'), old);
    await move(name, old);
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], problems: [] });
    expect(read).toEqual([]);
  });

  it('is named without the links that lead to it', async () => {
    const { name, at, old } = await kept();
    await rename(old, join(at, 'real'));
    await symlink('real', join(at, 'link'));
    expect(await move(name, join(at, 'link'))).toMatchObject({ folder: join(at, 'real') });
  });
});

describe('edge 79: a copy, as on a larger disk', () => {
  it('is never taken by itself, and is read and not sent when it is named', async () => {
    const { name, at, old } = await kept();
    const copied = join(at, 'larger');
    copy(old, copied);
    await sync(name);
    expect(await folderOf(name)).toBe(old);
    await rm(old, { recursive: true });
    expect((await missing(name))?.proposed).toEqual([{ folder: copied, isSame: false }]);
    expect((await sync(name)).problems[0]?.fault.message).toContain('If that is the one');
    expect(await folderOf(name)).toBe(old);
    laptop.requests.take();
    await appendFile(join(copied, 'three'), ' and more');
    expect(await move(name, copied)).toMatchObject({ isSame: false });
    expect(await sync(name)).toMatchObject({ held: 0, problems: [], files: 5 });
    expect(read.toSorted()).toEqual(Object.keys(files).toSorted());
    const { differences } = await laptop.engine.diff(name, undefined, undefined);
    expect(differences.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['changed three']);
    // It has arrived: what is deleted from now on is deleted.
    await unlink(join(copied, 'three'));
    expect(await sync(name)).toMatchObject({ held: 0, files: 4 });
  });

  it('that was cut short has deleted nothing, however little is missing, until the word is given', async () => {
    const { name, at, old } = await kept();
    copy(old, join(at, 'half'));
    await unlink(join(at, 'half/four'));
    await move(name, join(at, 'half'));
    for (let pass = 1; pass <= 2; pass++) expect(await sync(name), `pass ${pass}`).toMatchObject({ held: 1, files: 5 });
    expect(await laptop.engine.held()).toContainEqual(expect.objectContaining({ name, here: 1 }));
    // The copy goes on.
    copy(join(old, 'four'), join(at, 'half/four'));
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], files: 5 });
    await unlink(join(at, 'half/four'));
    expect(await sync(name)).toMatchObject({ held: 0, files: 4 });
  });

  it('lets go what is missing when that is meant, once and no more', async () => {
    const { name, at, old } = await kept();
    copy(old, join(at, 'thin'));
    await unlink(join(at, 'thin/four'));
    await move(name, join(at, 'thin'));
    expect(await sync(name)).toMatchObject({ held: 1 });
    await laptop.engine.release(name);
    await unlink(join(at, 'thin/three'));
    expect(await sync(name), 'more than was released').toMatchObject({ held: 2, files: 5 });
    await laptop.engine.release(name);
    expect(await sync(name)).toMatchObject({ held: 0, files: 3 });
    await unlink(join(at, 'thin/box/two'));
    expect(await sync(name), 'it has arrived').toMatchObject({ held: 0, files: 2 });
  });

  it('gets back what it lacks from the network', async () => {
    const { name, at, old } = await kept();
    copy(old, join(at, 'poor'));
    await rm(old, { recursive: true });
    await rm(join(at, 'poor/box'), { recursive: true });
    await move(name, join(at, 'poor'));
    expect(await sync(name)).toMatchObject({ held: 3 });
    const to = join(at, 'poor');
    await laptop.engine.restore({ space: name, to, paths: [], at: undefined, overwrite: 'never' }, never);
    expect(await readFile(join(to, 'box/one'), 'utf8')).toBe('first');
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], problems: [], files: 5 });
    expect((await laptop.engine.versions(name, 'box/one')).length, 'its history goes on').toBe(1);
  });

  it('of an archive lets nothing go that is missing', async () => {
    const { name, at, old } = await kept('archive');
    copy(old, join(at, 'half'));
    await rm(join(at, 'half/box'), { recursive: true });
    await move(name, join(at, 'half'));
    expect(await sync(name)).toMatchObject({ held: 3 });
    copy(join(old, 'box'), join(at, 'half/box'));
    expect(await sync(name)).toMatchObject({ held: 0, packs: [], problems: [] });
    expect((await laptop.engine.selection(name, '')).isEverything).toBe(true);
  });

  it('edge 77: that was put where the folder was, as from a backup, is held by the same rule', async () => {
    const { name, at, old } = await kept();
    copy(old, join(at, 'backup'));
    await rm(old, { recursive: true });
    await unlink(join(at, 'backup/four'));
    copy(join(at, 'backup'), old);
    expect(await sync(name)).toMatchObject({ held: 1, files: 5, problems: [] });
  });

  it('that stands beside others is proposed with them, and a hidden mark of another space is not', async () => {
    const { name, at, old } = await kept();
    const other = await kept();
    for (const each of ['b', 'a']) copy(old, join(at, each));
    await rename(other.old, join(at, 'stranger'));
    await rm(old, { recursive: true });
    const proposed = (await missing(name))?.proposed;
    expect(proposed?.map(({ isSame }) => isSame)).toEqual([false, false]);
    expect(proposed?.map(({ folder }) => folder).toSorted()).toEqual([join(at, 'a'), join(at, 'b')]);
  });
});

describe('a new place is refused', () => {
  const refusal = async (name: string, folder: string): Promise<string> => {
    const before = await folderOf(name);
    const message = await move(name, folder).then(
      () => 'nothing was refused',
      (error: unknown) =>
        error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error),
    );
    expect(await folderOf(name)).toBe(before);
    return message;
  };

  it('when it is the folder of another space, lies in one, or is one that holds one', async () => {
    const { name, at, old } = await kept();
    const other = await kept();
    await mkdir(join(other.old, 'box/within'));
    await rename(old, join(at, 'gone'));
    expect(await refusal(name, other.old)).toMatch(/^already-exists: .*lie within one another/);
    expect(await refusal(name, join(other.old, 'box/within'))).toMatch(/^already-exists/);
    expect(await refusal(name, other.at)).toMatch(/^already-exists/);
    // Left, it is nobody's here, but it carries its mark.
    const strange = join(at, 'strange');
    await mkdir(strange);
    await writeFile(join(strange, '.floe-space'), await readFile(join(other.old, '.floe-space')));
    expect(await refusal(name, strange)).toMatch(new RegExp(`^folder-unsure: .*the space '${other.name}'`));
    await writeFile(join(strange, '.floe-space'), `${'ab'.repeat(16)}\n`);
    expect(await refusal(name, strange)).toMatch(/^folder-unsure: .*this account does not have/);
  });

  it('when it carries no mark, and says what to do instead', async () => {
    const { name, at, old } = await kept();
    await mkdir(join(at, 'bare'));
    await writeFile(join(at, 'bare/report'), files.report);
    await rename(old, join(at, 'away'));
    expect(await refusal(name, join(at, 'bare'))).toMatch(/^folder-unsure: .*floe leave .*floe add/);
    await laptop.engine.leaveSpace(name, never);
    await laptop.engine.addSpace(
      { folder: join(at, 'bare'), name: undefined, mode: 'sync', leaseEpochs: undefined, space: name },
      never,
    );
    expect(await sync(name)).toMatchObject({ problems: [], packs: [], held: 0 });
    expect(await readFile(join(at, 'bare/box/one'), 'utf8')).toBe('first');
  });

  it('when there is nothing: with the folder at its place it is to be moved first, without it is a restore', async () => {
    const { name, at, old } = await kept();
    await mkdir(join(at, 'empty'));
    for (const folder of ['empty', 'nowhere'])
      expect(await refusal(name, join(at, folder))).toMatch(/^not-found: .*is still at .*Move the folder there first/);
    await rename(old, join(place, `${name}-away`));
    for (const folder of ['empty', 'nowhere'])
      expect(await refusal(name, join(at, folder))).toMatch(/^not-found: .*floe leave .*floe add/);
  });

  it('when it is a file, or may not be looked into', async () => {
    const { name, at, old } = await kept();
    await rename(old, join(at, 'away'));
    await writeFile(join(at, 'file'), 'file');
    expect(await refusal(name, join(at, 'file'))).toMatch(/^bad-input: That is no folder/);
    if (process.getuid?.() === 0) return;
    await chmod(join(at, 'away'), 0);
    expect(await refusal(name, join(at, 'away'))).toMatch(/^file-unreadable: .*permission was denied/);
    await chmod(join(at, 'away'), 0o755);
  });

  it('for a space without a folder', async () => {
    const { name, old } = await kept();
    await laptop.engine.leaveSpace(name, never);
    expect(await refusal(name, old)).toMatch(/^bad-input: .*floe add PATH/);
  });
});
