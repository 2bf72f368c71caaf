/** Places that are refused when somebody says that a root is there now; each with what to do instead, and nothing is changed. */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { files, openMovedRoom, type MovedRoom } from './moved-room.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
let room: MovedRoom;
beforeAll(async () => {
  room = await openMovedRoom(80);
});
afterAll(() => room.close());

describe('edge 79: a new place is refused', () => {
  const refusal = async (name: string, folder: string): Promise<string> => {
    const before = await room.folderOf(name);
    const message = await room.move(name, folder).then(
      () => 'nothing was refused',
      (error: unknown) =>
        error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error),
    );
    expect(await room.folderOf(name)).toBe(before);
    return message;
  };

  it('when it is the folder of another space, lies in one, or is one that holds one', async () => {
    const { name, at, old } = await room.kept();
    const other = await room.kept();
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
    const { name, at, old } = await room.kept();
    await mkdir(join(at, 'bare'));
    await writeFile(join(at, 'bare/report'), files.report);
    await rename(old, join(at, 'away'));
    expect(await refusal(name, join(at, 'bare'))).toMatch(/^folder-unsure: .*floe leave .*floe add/);
    await room.laptop.engine.leaveSpace(name, never);
    await room.laptop.engine.addSpace(
      { folder: join(at, 'bare'), name: undefined, mode: 'sync', leaseEpochs: undefined, space: name },
      never,
    );
    expect(await room.sync(name)).toMatchObject({ problems: [], packs: [], held: 0 });
    expect(await readFile(join(at, 'bare/box/one'), 'utf8')).toBe('first');
  });

  it('when there is nothing: with the folder at its place it is to be moved first, without it is a restore', async () => {
    const { name, at, old } = await room.kept();
    await mkdir(join(at, 'empty'));
    for (const folder of ['empty', 'nowhere'])
      expect(await refusal(name, join(at, folder))).toMatch(/^not-found: .*is still at .*Move the folder there first/);
    await rename(old, join(room.place, `${name}-away`));
    for (const folder of ['empty', 'nowhere'])
      expect(await refusal(name, join(at, folder))).toMatch(/^not-found: .*floe leave .*floe add/);
  });

  it('when it is a file, or may not be looked into', async () => {
    const { name, at, old } = await room.kept();
    await rename(old, join(at, 'away'));
    await writeFile(join(at, 'file'), 'file');
    expect(await refusal(name, join(at, 'file'))).toMatch(/^bad-input: That is no folder/);
    const { disk: other, engine, protect, sync: syncOther } = await room.world.device('desk');
    other.user.write('/home/own/file', 'file');
    await protect('/home/own');
    await syncOther('own');
    other.user.rename('/home/own', '/home/away');
    other.user.chmod('/home/away', 0);
    const asked = engine.moveSpace({ space: 'own', folder: '/home/away', isDry: false }, never);
    await expect(asked).rejects.toMatchObject({ code: 'file-unreadable', retry: 'after-user' });
    expect((await engine.spaces())[0]?.folder).toBe('/home/own');
  });

  it('as another space, or by joining, while its own is missed: it was moved', async () => {
    const { name, at, old } = await room.kept();
    const add = (folder: string, space?: string) =>
      room.laptop.engine.addSpace({ folder, name: `new-${name}`, mode: 'sync', leaseEpochs: undefined, space }, never);
    await rename(old, join(at, 'papers'));
    const said = {
      code: 'already-exists',
      message: expect.stringContaining(`floe move '${name}' '${at}/papers'`) as string,
    };
    await expect(add(join(at, 'papers'))).rejects.toMatchObject(said);
    await expect(add(join(at, 'papers'), name)).rejects.toMatchObject(said);
    await room.move(name, join(at, 'papers'));
    // A copy may become a space of its own, when that is said.
    execFileSync('cp', ['-a', join(at, 'papers'), join(at, 'copy')]);
    await add(join(at, 'copy'));
    await expect(room.sync(`new-${name}`)).rejects.toMatchObject({ code: 'folder-unsure' });
    expect(await room.laptop.engine.release(`new-${name}`)).toBe(true);
    expect(await room.sync(`new-${name}`)).toMatchObject({ files: 5, problems: [] });
    expect(await room.sync(name)).toMatchObject({ files: 5, problems: [], held: 0 });
  });

  it('for a space without a folder', async () => {
    const { name, old } = await room.kept();
    await room.laptop.engine.leaveSpace(name, never);
    expect(await refusal(name, old)).toMatch(/^bad-input: .*floe add PATH/);
  });
});
