/** What nobody needs any more goes, what anybody needs stays: packs put together, doomed, answered and deleted. kills.deep.test.ts kills at every point of it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseDeviceId } from '../../app/domain/ids.ts';
import { isOutdated } from '../../app/engine/engine.ts';
import { openWorld, type Device, type World } from '../world/world.ts';
import { converge, devices, root } from './several-devices.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
let world: World;
beforeEach(async () => {
  // At a hundred shards a pack's metadata is most of what a small one costs, as it is on the real network.
  world = await openWorld({ seed: 21, shards: 100 });
});
afterEach(() => world.close());

const live = async (device: Device) =>
  (await device.catalog.packs(1, ['live'])).filter(({ pool }) => pool !== undefined);
const tidy = (device: Device, ...gone: Parameters<Device['engine']['tidy']>[0]['gone']) =>
  device.engine.tidy({ space: 'docs', gone }, never);
/** Longer than any list has to stand. */
const wait = () => world.clock.sleep(3 * 86_400_000);

/** So many small rounds. */
async function edit(device: Device, rounds: number): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    device.disk.user.write(`${root}/changing`, world.dice.bytes(3_000 + i));
    device.disk.user.write(`${root}/file ${i}`, world.dice.bytes(2_000));
    await device.sync('docs');
  }
}

/** Everything that was ever certified is what it was, read from the network alone on an empty machine too. */
async function allIsThere(device: Device): Promise<void> {
  const phone = await world.emptyHome('phone', { phrase: device.phrase });
  await phone.engine.recover(never);
  for (const reader of [device, phone]) {
    for (const { snapshot } of await reader.engine.log('docs')) await reader.restored('docs', { at: snapshot });
    expect(reader.disk.user.picture(await reader.restored('docs'))).toEqual(device.disk.user.picture(root));
  }
  const report = await device.engine.check({ share: 0.2, repairs: false }, never);
  expect(report.findings).toEqual([]);
}

describe('small packs of one device', () => {
  it('become few, the old ones are deleted after some days, and their room is used again', async () => {
    const [laptop] = await devices(world, { first: 'first' });
    if (!laptop) return;
    await edit(laptop, 9);
    const before = await live(laptop);
    const first = await tidy(laptop);
    expect(first.compacted.rewrites.length).toBeGreaterThan(0);
    expect(first.collected).toMatchObject({ deleted: { packs: 0 }, waitsFor: [] });
    expect(first.collected.doomed.packs).toBeGreaterThan(5);
    expect((await tidy(laptop)).collected.deleted.packs, 'not yet').toBe(0);
    await wait();
    const second = await tidy(laptop);
    expect(second.collected.deleted).toEqual(first.collected.doomed);
    expect((await live(laptop)).length).toBeLessThan(before.length / 2);
    const { leases } = await laptop.engine.leases(never);
    expect(leases[0]?.blobs).toBe((await live(laptop)).length);
    await allIsThere(laptop);
    const { capacity = 0 } = leases[0] ?? {};
    laptop.disk.user.write(`${root}/one more`, world.dice.bytes(2_000));
    await laptop.sync('docs');
    expect((await laptop.engine.leases(never)).leases[0]?.capacity, 'nothing had to be bought').toBe(capacity);
    const { unexplained, accounts } = await laptop.engine.budget(never);
    expect(unexplained).toEqual([]);
    for (const coin of ['WAL', 'SUI'])
      expect(accounts.reduce((sum, one) => (one.coin === coin ? sum + one.amount : sum), 0n)).toBe(0n);
  });
});

describe('several devices', () => {
  it('are all asked: one that sleeps holds a deletion up, and what it packs against meanwhile stays', async () => {
    const [laptop, desktop] = await devices(world, { first: 'first' }, 'desktop');
    if (!laptop || !desktop) return;
    await edit(laptop, 5);
    await converge(laptop, desktop);
    expect((await tidy(laptop)).collected.doomed.packs).toBeGreaterThan(3);
    await wait();
    const waiting = await tidy(laptop);
    expect(waiting.collected.deleted.packs).toBe(0);
    expect(waiting.collected.waitsFor).toEqual([(await desktop.engine.device())?.id]);
    await desktop.crashAt('garbage:answered', () => desktop.sync('docs'));
    await desktop.sync('docs');
    expect((await tidy(laptop)).collected.deleted.packs).toBeGreaterThan(3);
    // The desktop stores again what it had only there.
    desktop.disk.user.write(`${root}/copy`, laptop.disk.user.read(`${root}/file 1`));
    await converge(desktop, laptop);
    await allIsThere(laptop);
    await allIsThere(desktop);
  });

  it('that a round on its way leads to a listed pack say so, and it is kept', async () => {
    const [laptop, desktop] = await devices(world, { first: 'first', keep: 'k'.repeat(5_000) }, 'desktop');
    if (!laptop || !desktop) return;
    await edit(laptop, 5);
    await converge(laptop, desktop);
    // Sealed before the list was made, sent long after it.
    desktop.disk.user.write(`${root}/copy`, laptop.disk.user.read(`${root}/file 2`));
    await desktop.crashAt('round:sealed', () => desktop.sync('docs'));
    await tidy(laptop);
    await wait();
    expect((await tidy(laptop)).collected.waitsFor).toHaveLength(1);
    await desktop.sync('docs');
    await tidy(laptop);
    await converge(laptop, desktop);
    await allIsThere(desktop);
  });

  it('that are gone for good are waited for until a person says so', async () => {
    const [laptop, desktop] = await devices(world, { first: 'first' }, 'desktop');
    if (!laptop || !desktop) return;
    await converge(laptop, desktop);
    await edit(laptop, 5);
    await tidy(laptop);
    await wait();
    const { waitsFor } = (await tidy(laptop)).collected;
    expect(waitsFor).toHaveLength(1);
    const [gone] = waitsFor;
    if (gone === undefined) return;
    const own = (await laptop.engine.device())?.id ?? gone;
    await expect(laptop.engine.setGone(own, true, never)).rejects.toMatchObject({ code: 'bad-input' });
    const nobody = parseDeviceId('00'.repeat(16));
    await expect(laptop.engine.setGone(nobody, true, never)).rejects.toMatchObject({ code: 'not-found' });
    await laptop.engine.setGone(gone, true, never);
    expect([...(await laptop.engine.goneDevices())]).toEqual([gone]);
    expect((await tidy(laptop)).collected.deleted.packs).toBeGreaterThan(3);
    await allIsThere(laptop);

    // What it knows of the others' packs is no longer so: nothing may be counted on that is only in its catalog.
    await laptop.engine.setGone(gone, false, never);
    const before = desktop.engine.log('docs');
    for (let pass = 0; pass < 2; pass++)
      await expect(desktop.sync('docs')).rejects.toMatchObject({ code: 'catalog-damaged' });
    expect(await isOutdated(desktop.catalog)).toBe(true);
    expect(await desktop.engine.log('docs')).toEqual(await before);
  });
});
