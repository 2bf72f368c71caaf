/** Disks that refuse, vanish, fill up, change under the reader or lose what was written: nothing is taken for deleted, nothing torn is kept. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SyncReport } from '../../app/engine/engine.ts';
import type { UserHand } from '../world/memory-user.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const { bytes } = seededDice(43);
let world: World;
let laptop: Device;
let user: UserHand;
beforeAll(async () => {
  world = await openWorld({ seed: 3 });
  laptop = await world.device('laptop');
  user = laptop.disk.user;
});
afterAll(() => world.close());

async function protectedFolder(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = `/home/${name}`;
  user.makeFolder(root);
  for (const [path, content] of Object.entries(files)) user.write(`${root}/${path}`, content);
  await laptop.protect(root);
  return root;
}

const problemsOf = (report: SyncReport) => report.problems.map(({ path, fault }) => [path, fault.code]);
const paths = async (space: string, path = '') =>
  (await laptop.engine.list(space, path, undefined)).entries.map((entry) => entry.path);

describe('what cannot be read', () => {
  it('edge 47, 76: is named, nothing of it is deleted, and the rest goes on', async () => {
    const root = await protectedFolder('locked', { file: 'v1', 'folder/inner': 'v1', 'half/inner': 'v1', other: 'v1' });
    await laptop.sync('locked');
    user.write(`${root}/file`, 'v2');
    user.write(`${root}/other`, 'v2');
    user.write(`${root}/folder/inner`, 'v2');
    user.chmod(`${root}/file`, 0o200);
    user.chmod(`${root}/folder`, 0o300);
    user.chmod(`${root}/half`, 0o600);
    const report = await laptop.sync('locked');
    expect(problemsOf(report).toSorted()).toEqual([
      ['file', 'file-unreadable'],
      ['folder', 'file-unreadable'],
      ['half/inner', 'file-unreadable'],
    ]);
    expect(await paths('locked')).toEqual(['file', 'folder', 'half', 'other']);
    expect(await paths('locked', 'folder')).toEqual(['folder/inner']);
    expect(await paths('locked', 'half')).toEqual(['half/inner']);
    const to = await laptop.restored('locked');
    expect([user.text(`${to}/file`), user.text(`${to}/other`)]).toEqual(['v1', 'v2']);
    for (const path of ['file', 'folder', 'half']) user.chmod(`${root}/${path}`, path === 'file' ? 0o644 : 0o755);
    expect(problemsOf(await laptop.sync('locked'))).toEqual([]);
    const whole = await laptop.restored('locked');
    expect(user.picture(whole)).toEqual(user.picture(root));
  });

  it('in a first pass, leaves the rest protected', async () => {
    const root = await protectedFolder('part', { good: 'good', bad: 'bad' });
    user.chmod(`${root}/bad`, 0);
    const report = await laptop.sync('part');
    expect(report).toMatchObject({ files: 1 });
    expect(problemsOf(report)).toEqual([['bad', 'file-unreadable']]);
    expect(await paths('part')).toEqual(['good']);
  });
});

describe('a folder that is not there', () => {
  it('edge 77: is a problem and no deletion, and goes on when it is back', async () => {
    const root = await protectedFolder('stick', { a: 'a', 'b/c': 'c' });
    await laptop.sync('stick');
    const before = await laptop.engine.log('stick');
    const plugIn = user.unplug(root);
    const report = await laptop.sync('stick');
    expect(problemsOf(report)).toEqual([['', 'not-found']]);
    expect(report).toMatchObject({ held: 0, packs: [], files: 2 });
    expect(await laptop.engine.log('stick')).toEqual(before);
    plugIn();
    expect(await laptop.sync('stick')).toMatchObject({ problems: [], packs: [], newChunks: 0 });
  });

  it('before its first pass, is a clear fault', async () => {
    const root = await protectedFolder('gone', { a: 'a' });
    user.unplug(root);
    await expect(laptop.sync('gone')).rejects.toMatchObject({ code: 'not-found', retry: 'after-user' });
    expect(await laptop.engine.log('gone')).toEqual([]);
  });
});

describe('many deletions at once', () => {
  it('edge 88: are held while uploads go on, until the user says that they are meant', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`shelf/${i}`, `file ${i}`]));
    const root = await protectedFolder('brake', { ...files, keep: 'keep' });
    await laptop.sync('brake');
    user.remove(`${root}/shelf`);
    user.write(`${root}/new`, 'new');
    const held = await laptop.sync('brake');
    expect(held.held).toBe(41);
    expect(await paths('brake')).toEqual(['keep', 'new', 'shelf']);
    expect(await paths('brake', 'shelf')).toHaveLength(40);
    expect(await laptop.sync('brake'), 'still').toMatchObject({ held: 41, packs: [] });
    // What takes a held folder's place waits with it.
    user.write(`${root}/shelf`, 'now a file');
    expect((await laptop.sync('brake')).held).toBe(41);
    expect(await paths('brake', 'shelf')).toHaveLength(40);
    await laptop.engine.release('brake');
    expect(await laptop.sync('brake')).toMatchObject({ held: 0, files: 3 });
    expect(user.picture(await laptop.restored('brake'))).toEqual(user.picture(root));
    // The word was given once, not for ever.
    for (let i = 0; i < 30; i++) user.write(`${root}/again/${i}`, `${i}`);
    await laptop.sync('brake');
    user.remove(`${root}/again`);
    expect((await laptop.sync('brake')).held).toBe(31);
  });

  it('are moves when the files are elsewhere, and nothing is held', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`shelf/${i}`, `file ${i}`]));
    const root = await protectedFolder('moving', files);
    await laptop.sync('moving');
    user.makeFolder(`${root}/cellar`);
    for (let i = 0; i < 40; i++) user.rename(`${root}/shelf/${i}`, `${root}/cellar/${i}`);
    user.remove(`${root}/shelf`);
    expect(await laptop.sync('moving')).toMatchObject({ held: 0 });
    expect(user.picture(await laptop.restored('moving'))).toEqual(user.picture(root));
  });
});

describe('a word that deletions are meant', () => {
  it('is about what waited when it was given, and about nothing that came after', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`shelf/${i}`, `file ${i}`]));
    const root = await protectedFolder('word', { ...files, keep: 'keep' });
    await laptop.sync('word');
    expect(await laptop.engine.release('word'), 'nothing waits').toBe(false);
    for (let i = 0; i < 30; i++) user.remove(`${root}/shelf/${i}`);
    expect((await laptop.sync('word')).held).toBe(30);
    expect(await laptop.engine.release('word')).toBe(true);
    user.remove(`${root}/shelf`);
    user.remove(`${root}/keep`);
    expect((await laptop.sync('word')).held).toBe(42);
    expect(await paths('word')).toEqual(['keep', 'shelf']);
    await laptop.engine.release('word');
    expect(await laptop.sync('word')).toMatchObject({ held: 0, files: 0 });
  });

  it('that was given to a folder without its mark is none for what is missing in it', async () => {
    const root = await protectedFolder('unsure', { a: 'a', b: 'b' });
    await laptop.sync('unsure');
    user.remove(root);
    user.makeFolder(root);
    expect((await laptop.sync('unsure')).problems).toMatchObject([{ fault: { code: 'folder-unsure' } }]);
    await laptop.engine.release('unsure');
    expect(await laptop.sync('unsure')).toMatchObject({ held: 2, problems: [] });
    await laptop.engine.release('unsure');
    expect(await laptop.sync('unsure')).toMatchObject({ held: 0, files: 0 });
  });
});

describe('a root that was emptied', () => {
  it('is held however few files there were: it may be a disk that is not mounted', async () => {
    const root = await protectedFolder('small', { a: 'a', b: 'b' });
    await laptop.sync('small');
    user.remove(`${root}/a`);
    user.remove(`${root}/b`);
    expect(await laptop.sync('small')).toMatchObject({ held: 2, packs: [] });
    expect(await paths('small')).toEqual(['a', 'b']);
    await laptop.engine.release('small');
    expect(await laptop.sync('small')).toMatchObject({ held: 0, files: 0 });
  });
});

describe('a file that changes while it is read', () => {
  it('edge 30: is read again, and what is kept is one moment of it', async () => {
    const root = await protectedFolder('busy', { small: 'A'.repeat(1000), large: new Uint8Array(300_000).fill(65) });
    let changes = 0;
    laptop.disk.duringRead = (path) => {
      if (changes++ < 2) user.write(path, new Uint8Array(user.read(path).length).fill(66));
    };
    const report = await laptop.sync('busy');
    laptop.disk.duringRead = undefined;
    expect(problemsOf(report)).toEqual([]);
    const to = await laptop.restored('busy');
    expect(user.picture(to)).toEqual(user.picture(root));
    for (const name of ['small', 'large']) expect(new Set(user.read(`${to}/${name}`)).size, name).toBe(1);
  });

  it('edge 30: again and again, is reported, keeps its old version, and is taken when it is quiet', async () => {
    const root = await protectedFolder('log', { log: 'start\n', other: '1' });
    await laptop.sync('log');
    user.write(`${root}/log`, 'start\nmore\n');
    user.write(`${root}/other`, '2');
    laptop.disk.duringRead = (path) => {
      if (path.endsWith('/log')) user.write(path, `${user.text(path)}line\n`);
    };
    const report = await laptop.sync('log');
    laptop.disk.duringRead = undefined;
    expect(problemsOf(report)).toEqual([['log', 'file-changing']]);
    const to = await laptop.restored('log');
    expect([user.text(`${to}/log`), user.text(`${to}/other`)]).toEqual(['start\n', '2']);
    expect(problemsOf(await laptop.sync('log'))).toEqual([]);
    expect(user.picture(await laptop.restored('log'))).toEqual(user.picture(root));
  });

  it('and then goes away, is no more than a problem of that pass', async () => {
    const root = await protectedFolder('fleeting', { 'tmp.part': bytes(5_000), stays: 'stays' });
    laptop.disk.duringRead = (path) => {
      if (path.endsWith('stays') && user.exists(`${root}/tmp.part`)) user.remove(`${root}/tmp.part`);
    };
    const report = await laptop.sync('fleeting');
    laptop.disk.duringRead = undefined;
    expect(
      problemsOf(report)
        .flat()
        .every((part) => /tmp.part|not-found|file-changing/.test(part)),
    ).toBe(true);
    await laptop.sync('fleeting');
    expect(await paths('fleeting')).toEqual(['stays']);
  });
});

describe('a full disk', () => {
  it('edge 75: under the spool stops the pass with a clear fault, and the next one goes on', async () => {
    const root = await protectedFolder('spooled', { a: bytes(400_000), b: 'b' });
    laptop.spool.roomBytes = 100_000;
    await expect(laptop.sync('spooled')).rejects.toMatchObject({ code: 'disk-full', retry: 'later' });
    laptop.spool.roomBytes = Number.POSITIVE_INFINITY;
    expect(await laptop.sync('spooled')).toMatchObject({ files: 2, problems: [] });
    expect(user.picture(await laptop.restored('spooled'))).toEqual(user.picture(root));
    expect(await laptop.spool.names(), 'nothing is left behind').toEqual([]);
  });

  it('edge 74: under a restore leaves nothing half written, and the same restore goes on with more room', async () => {
    const root = await protectedFolder('back', { a: bytes(100_000), b: bytes(100_000), c: 'c' });
    await laptop.sync('back');
    user.makeFolder('/target');
    laptop.disk.tree.roomBytes = 120_000;
    const request = { space: 'back', to: '/target', paths: [], at: undefined, overwrite: 'never' } as const;
    await expect(laptop.engine.restore(request, never)).rejects.toMatchObject({ code: 'disk-full' });
    const whole = user.picture(root);
    for (const line of user.picture('/target')) expect(whole).toContain(line);
    laptop.disk.tree.roomBytes = Number.POSITIVE_INFINITY;
    const done = await laptop.engine.restore(request, never);
    expect(done.problems).toEqual([]);
    expect(done.unchanged).toBeGreaterThan(0);
    expect(user.picture('/target')).toEqual(whole);
  });
});

describe('a pack that the spool lost or damaged', () => {
  const harms: readonly [string, (pack: Uint8Array) => Uint8Array | undefined][] = [
    ['cut short', (pack) => pack.subarray(0, 1000)],
    ['changed in one bit', (pack) => pack.map((byte, i) => (i === 5000 ? byte ^ 1 : byte))],
    ['gone', () => undefined],
  ];
  it('is never certified with wrong bytes, even when it was damaged before it was registered', async () => {
    const root = await protectedFolder('early harm', { a: bytes(30_000), b: 'b' });
    await laptop.crashAt('round:sealed', () => laptop.sync('early harm'));
    for (const [pack, content] of laptop.spool.packs)
      laptop.spool.packs.set(
        pack,
        content.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
      );
    await laptop.sync('early harm');
    expect(user.picture(await laptop.restored('early harm'))).toEqual(user.picture(root));
  });

  it.each(harms)('%s after it was registered is made again from the files', async (name, harm) => {
    const space = `harm ${name}`;
    const root = await protectedFolder(space, { a: bytes(30_000), b: 'b' });
    await laptop.crashAt('pack:registered', () => laptop.sync(space));
    for (const [pack, content] of laptop.spool.packs) {
      const harmed = harm(content);
      if (harmed) laptop.spool.packs.set(pack, harmed);
      else laptop.spool.packs.delete(pack);
    }
    laptop.events.length = 0;
    expect(await laptop.sync(space)).toMatchObject({ files: 2, problems: [] });
    expect(laptop.events).toContainEqual(expect.objectContaining({ kind: 'problem', code: 'pack-damaged' }));
    expect(user.picture(await laptop.restored(space))).toEqual(user.picture(root));
    expect(await laptop.spool.names()).toEqual([]);
  });
});
