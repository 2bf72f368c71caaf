import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type Device, type World } from '../../test/world/world.ts';

const never = new AbortController().signal;
let world: World;
let laptop: Device;
beforeAll(async () => {
  world = await openWorld({ seed: 71 });
  laptop = await world.device('laptop');
  for (const path of ['/home/one/file', '/home/one/inner/file', '/home/two/file'])
    laptop.disk.user.write(path, 'content');
  await laptop.protect('/home/one');
});
afterAll(() => world.close());

describe('adding a folder', () => {
  it('edge 69: within or around one that is kept already is refused, as is the same one again', async () => {
    const refused = { code: 'already-exists', retry: 'after-user' };
    for (const folder of ['/home/one', '/home/one/inner', '/home'])
      await expect(laptop.protect(folder, { name: 'another' }), folder).rejects.toMatchObject(refused);
    expect(await laptop.engine.spaces()).toHaveLength(1);
  });

  it('needs a name of its own and a folder that is there', async () => {
    await expect(laptop.protect('/home/two', { name: 'one' })).rejects.toMatchObject({ code: 'already-exists' });
    await expect(laptop.protect('/home/nothing')).rejects.toMatchObject({ code: 'not-found' });
    await expect(laptop.protect('/home/two/file')).rejects.toMatchObject({ code: 'bad-input' });
    await expect(laptop.protect('/home/two', { join: 'nothing' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('spends nothing until it is synced', async () => {
    const before = await laptop.intents();
    await laptop.protect('/home/two');
    expect(await laptop.intents()).toBe(before);
  });
});

describe('questions', () => {
  it('about what is not there are answered as faults', async () => {
    await laptop.sync('one');
    const { engine } = laptop;
    const gone = { code: 'not-found' };
    await expect(engine.log('nothing')).rejects.toMatchObject(gone);
    await expect(engine.versions('one', 'nothing')).rejects.toMatchObject(gone);
    await expect(engine.list('one', 'nothing', undefined)).rejects.toMatchObject(gone);
    await expect(engine.list('two', '', undefined), 'nothing is certified yet').rejects.toMatchObject(gone);
    await expect(engine.list('one', '', '1999-01-01T00:00:00Z')).rejects.toMatchObject(gone);
    await expect(engine.list('one', '', 'yesterday, perhaps')).rejects.toMatchObject({ code: 'bad-input' });
    await expect(engine.list('one', '../one', undefined)).rejects.toMatchObject({ code: 'name-unsafe' });
  });

  it('about a price are answered without spending, and are an upper bound of what is paid', async () => {
    const { engine } = laptop;
    const quote = await engine.quote('/home/two', undefined, never);
    expect(quote).toMatchObject({ files: 1, bytes: 7, packs: 1 });
    const before = (await engine.status(never)).spent;
    await laptop.sync('two');
    const after = (await engine.status(never)).spent;
    expect(after.frost - before.frost).toBeLessThanOrEqual(quote.frost);
    expect(after.mist - before.mist).toBeLessThanOrEqual(quote.mist);
  });
});

describe('a home without a device', () => {
  it('says what to do before it spends or syncs', async () => {
    const home = await world.emptyHome('new');
    home.disk.user.write('/home/docs/file', 'content');
    await home.protect('/home/docs');
    await expect(home.sync()).rejects.toMatchObject({ code: 'no-account', retry: 'after-user' });
    await expect(home.engine.fund(never)).rejects.toMatchObject({ code: 'no-account' });
  });
});
