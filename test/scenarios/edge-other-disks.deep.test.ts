/** A device whose disk is not like Linux's own, beside one whose disk is: names that are one, names that cannot be, no permissions, coarse times. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncReport } from '../../app/engine/engine.ts';
import type { MemoryNature } from '../world/memory-tree.ts';
import { openWorld, type Device, type World } from '../world/world.ts';
import { converge, root, tree } from './several-devices.ts';

const never = new AbortController().signal;
let world: World;

beforeEach(async () => {
  world = await openWorld({ seed: 47 });
});
afterEach(() => world.close());

async function beside(nature: MemoryNature, files: Readonly<Record<string, string>>): Promise<[Device, Device]> {
  const linux = await world.device('linux');
  linux.disk.user.makeFolder(root);
  for (const [path, text] of Object.entries(files)) linux.disk.user.write(`${root}/${path}`, text);
  await linux.protect(root);
  await linux.sync('docs');
  const other = await world.device('other', { phrase: linux.phrase, nature });
  other.disk.user.makeFolder(root);
  await other.engine.recover(never);
  await other.protect(root, { join: 'docs' });
  return [linux, other];
}

const told = ({ problems }: SyncReport) => problems.map(({ path, fault }) => [path, fault.code]).toSorted();
const names = (device: Device): readonly string[] => Object.keys(tree(device)).toSorted();

/** The space as the network has it is the Linux disk; nothing was lost by what the other could not hold. */
async function keepsAll(linux: Device, other: Device, before: ReturnType<typeof tree>): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    await other.sync('docs');
    await linux.sync('docs');
  }
  expect(tree(linux)).toEqual(before);
}

describe('a disk that folds case', () => {
  const nature = { foldsCase: true };

  it('edge 4: keeps one of two names that are one to it; the other stays in the space and is told, file or folder', async () => {
    const files = { 'A.txt': 'large', 'a.txt': 'small', 'Box/in': 'in Box', 'box/in': 'in box', 'box/deep/x': 'x' };
    const [linux, other] = await beside(nature, files);
    const before = tree(linux);
    const report = await other.sync('docs');
    expect(told(report).map(([path]) => path?.toLowerCase())).toEqual(['a.txt', 'box']);
    expect(told(report).every(([, code]) => code === 'name-unsafe')).toBe(true);
    expect(names(other).filter((name) => /^a/i.test(name))).toHaveLength(1);
    await keepsAll(linux, other, before);
    // The one in its way goes: the other comes.
    const kept = names(other).find((name) => /^a/i.test(name)) ?? '';
    linux.disk.user.rename(`${root}/${kept}`, `${root}/elsewhere`);
    await linux.sync('docs');
    await other.sync('docs');
    await other.sync('docs');
    expect(names(other)).toContain(kept === 'A.txt' ? 'a.txt' : 'A.txt');
  });

  it('edge 4: a name that comes later and is taken here stays in the space, too', async () => {
    const [linux, other] = await beside(nature, { 'A.txt': 'first' });
    await other.sync('docs');
    linux.disk.user.write(`${root}/a.txt`, 'second');
    await linux.sync('docs');
    expect(told(await other.sync('docs'))).toEqual([['a.txt', 'name-unsafe']]);
    expect(other.disk.user.text(`${root}/A.txt`)).toBe('first');
    await keepsAll(linux, other, tree(linux));
  });

  it('edge 3: a rename of case alone arrives, and one made here is seen', async () => {
    const [linux, other] = await beside(nature, { readme: 'text', 'box/in': 'x' });
    await other.sync('docs');
    linux.disk.user.rename(`${root}/readme`, `${root}/README`);
    linux.disk.user.rename(`${root}/box`, `${root}/Box`);
    await linux.sync('docs');
    expect((await other.sync('docs')).problems).toEqual([]);
    expect(names(other)).toEqual(['Box', 'Box/in', 'README']);
    other.disk.user.rename(`${root}/README`, `${root}/Readme`);
    await converge(other, linux);
    expect(names(linux)).toEqual(['Box', 'Box/in', 'Readme']);
  });
});

describe('a disk that folds forms', () => {
  it('edge 5: lists a name decomposed that was composed, and nothing is renamed anywhere', async () => {
    const [linux, other] = await beside({ foldsForms: true }, { 'caf\u00e9/men\u00fc': 'soup' });
    const before = tree(linux);
    await other.sync('docs');
    expect(names(other)).toEqual(['cafe\u0301', 'cafe\u0301/menu\u0308']);
    await keepsAll(linux, other, before);
    other.disk.user.write(`${root}/cafe\u0301/menu\u0308`, 'soup and bread');
    await other.sync('docs');
    await linux.sync('docs');
    expect(linux.disk.user.text(`${root}/caf\u00e9/men\u00fc`)).toBe('soup and bread');
    expect(names(linux)).toEqual(Object.keys(before));
  });

  it('edge 6: of two names that differ by their form alone one comes, and the other is told', async () => {
    const [linux, other] = await beside({ foldsForms: true }, { 'caf\u00e9': 'one', 'cafe\u0301': 'two' });
    const before = tree(linux);
    expect(Object.keys(before)).toHaveLength(2);
    expect(told(await other.sync('docs')).map(([, code]) => code)).toEqual(['name-unsafe']);
    expect(names(other)).toHaveLength(1);
    await keepsAll(linux, other, before);
  });
});

describe('a disk with the names of Windows', () => {
  const nature = { foldsCase: true, hasWindowsNames: true, keepsModes: false };

  it('edge 8, 9: reserved words, forbidden characters and endings stay in the space and are told; a rename brings them', async () => {
    const odd = ['aux.txt', 'CON', 'what?', 'a:b', 'dot.', 'space ', 'nul/inside', 'lpt\u00b9'];
    const files = Object.fromEntries([...odd, 'fine', 'console', 'aux-files/x'].map((name) => [name, name]));
    const [linux, other] = await beside(nature, files);
    const before = tree(linux);
    const report = await other.sync('docs');
    expect(told(report).map(([path]) => path)).toEqual([...odd.map((name) => name.replace(/\/.*/, ''))].toSorted());
    expect(names(other)).toEqual(['aux-files', 'aux-files/x', 'console', 'fine']);
    await keepsAll(linux, other, before);
    linux.disk.user.rename(`${root}/what?`, `${root}/what`);
    await linux.sync('docs');
    await other.sync('docs');
    await other.sync('docs');
    expect(other.disk.user.text(`${root}/what`)).toBe('what?');
  });

  it('edge 25: permissions that this disk cannot keep stay as the other has them, through edits and renames here', async () => {
    const [linux, other] = await beside(nature, { tool: 'v1', notes: 'n' });
    linux.disk.user.chmod(`${root}/tool`, 0o755);
    linux.disk.user.chmod(`${root}/notes`, 0o600);
    await linux.sync('docs');
    await other.sync('docs');
    other.disk.user.write(`${root}/notes`, 'edited');
    other.disk.user.rename(`${root}/tool`, `${root}/the tool`);
    other.disk.user.write(`${root}/made here`, 'x');
    await other.sync('docs');
    await linux.sync('docs');
    const modes = await Promise.all(
      ['the tool', 'notes', 'made here'].map(async (path) => (await linux.disk.look(root, path))?.mode),
    );
    expect(modes).toEqual([0o755, 0o600, 0o644]);
    await converge(other, linux);
  });
});

describe('a disk that counts in two seconds', () => {
  it('edge 36: a file of the same size, changed in the same step as it was read, is read again and found', async () => {
    const [linux, other] = await beside({ timeStepMs: 2000 }, { a: 'first' });
    await other.sync('docs');
    await world.clock.sleep(10_000);
    other.disk.user.write(`${root}/a`, 'one..');
    let changed = false;
    other.disk.duringRead = () => undefined;
    const { read } = other.disk;
    other.disk.read = async (...args) => {
      const batch = await read(...args);
      // Right after it was read, and with nothing to see of it.
      if (!changed && args[1][0]?.path === 'a') {
        changed = true;
        other.disk.user.write(`${root}/a`, 'two..');
      }
      return batch;
    };
    await other.sync('docs');
    expect(changed).toBe(true);
    await world.clock.sleep(10_000);
    await converge(other, linux);
    expect(linux.disk.user.text(`${root}/a`)).toBe('two..');
    const before = other.disk.readBytes;
    await other.sync('docs');
    expect(other.disk.readBytes - before, 'what is known is not read again').toBe(0);
  });
});
