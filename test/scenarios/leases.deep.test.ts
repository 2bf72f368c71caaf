/** Leases, the autopilot's hands and the monthly cap, on a network whose epochs and prices move. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const points = ['intent-written', 'transaction-sent', 'effects-applied', 'intent-settled'];
let world: World;
let laptop: Device;
beforeEach(async () => {
  world = await openWorld({ seed: 11 });
  laptop = await world.device('laptop');
  laptop.disk.user.write('/home/docs/one', world.dice.bytes(300_000));
  await laptop.protect('/home/docs');
  await laptop.sync();
});
afterEach(() => world.close());

const leaseOf = async (device: Device) => {
  const { leases } = await device.engine.leases(never);
  return leases[0] ?? expect.fail('there is a lease');
};
const extensions = async (device: Device) =>
  (await device.catalog.intents(1000)).filter(({ kind }) => kind === 'extend-pool');
const balance = async (device: Device) =>
  (await device.engine.status(never)).chain?.balances.frost ?? expect.fail('a balance');

describe('leases', () => {
  it('are extended as epochs go by, one transaction for all blobs of a pool, and nothing is paid twice', async () => {
    const before = await leaseOf(laptop);
    expect(before).toMatchObject({ name: 'docs', isOwn: true, aheadEpochs: 13 });
    expect(before.blobs).toBeGreaterThan(1);
    expect(before.endEpoch - (await laptop.engine.leases(never)).epoch).toBe(13);
    expect((await laptop.engine.upkeep(true, never)).report).toMatchObject({ renewed: [], unpaid: [], warnings: [] });
    world.ledger.advanceEpoch();
    world.ledger.advanceEpoch();
    const { report } = await laptop.engine.upkeep(false, never);
    expect(report?.renewed).toMatchObject([{ epochs: 2, endEpoch: before.endEpoch + 2 }]);
    expect((await leaseOf(laptop)).endEpoch).toBe(before.endEpoch + 2);
    expect((await laptop.engine.upkeep(false, never)).report, 'not due again').toBeUndefined();
    expect((await laptop.engine.upkeep(true, never)).report?.renewed).toEqual([]);
    expect(await extensions(laptop)).toHaveLength(1);
  });

  it('pays what it quoted, and a dry run pays nothing', async () => {
    const held = await balance(laptop);
    const request = { space: 'docs', epochs: 4, isDry: true };
    const dry = await laptop.engine.renew(request, never);
    expect(await balance(laptop)).toBe(held);
    const real = await laptop.engine.renew({ ...request, isDry: false }, never);
    expect(real).toEqual(dry);
    expect(held - (await balance(laptop))).toBe(real.renewed[0]?.frost);
    const beyond = await laptop.engine.renew({ ...request, epochs: 1000, isDry: false }, never);
    expect(beyond.renewed[0]?.endEpoch).toBe((await laptop.engine.leases(never)).epoch + 53);
  });

  it('are paid once wherever the engine is killed', async () => {
    for (const point of points) {
      const { endEpoch } = await leaseOf(laptop);
      world.ledger.advanceEpoch();
      const held = await balance(laptop);
      await laptop.crashAt(`extend-pool:${point}`, () => laptop.engine.upkeep(true, never));
      await laptop.engine.upkeep(true, never);
      const lease = await leaseOf(laptop);
      expect([point, lease.endEpoch]).toEqual([point, endEpoch + 1]);
      expect(held - (await balance(laptop))).toBe(lease.frostPerEpoch);
    }
    expect((await extensions(laptop)).map(({ state }) => state)).toEqual(points.map(() => 'succeeded'));
    expect((await laptop.engine.budget(never)).unexplained).toEqual([]);
  });

  it('that a person extends by some epochs are extended by no more when that was killed and is asked for again', async () => {
    const request = { space: 'docs', epochs: 2, isDry: false };
    for (const point of points) {
      const { endEpoch } = await leaseOf(laptop);
      await laptop.crashAt(`extend-pool:${point}`, () => laptop.engine.renew(request, never));
      await laptop.engine.renew(request, never);
      expect([point, (await leaseOf(laptop)).endEpoch]).toEqual([point, endEpoch + 2]);
    }
    const { endEpoch } = await leaseOf(laptop);
    await laptop.engine.renew(request, never);
    expect((await leaseOf(laptop)).endEpoch, 'a new request adds').toBe(endEpoch + 2);
  });

  it('that nobody may renew are warned about, and are extended once the autopilot is on again', async () => {
    await laptop.engine.setAutopilot(false);
    for (let i = 0; i < 12; i++) world.ledger.advanceEpoch();
    const { report } = await laptop.engine.upkeep(true, never);
    expect(report).toMatchObject({ renewed: [], warnings: [{ because: 'off' }] });
    await laptop.engine.setAutopilot(true);
    expect((await laptop.engine.upkeep(true, never)).report?.renewed).toHaveLength(1);
  });

  it('of a device that sleeps are kept alive by another one, from the sleeper’s own address', async () => {
    const desk = await world.emptyHome('desk');
    await desk.engine.recover(never);
    await desk.engine.chooseDevice('desk', never);
    const before = (await desk.engine.leases(never)).leases[0];
    expect(before).toMatchObject({ isOwn: false, device: 'laptop' });
    world.ledger.advanceEpoch();
    expect((await desk.engine.upkeep(true, never)).report?.renewed, 'its owner still has time').toEqual([]);
    for (let i = 0; i < 11; i++) world.ledger.advanceEpoch();
    expect(await balance(desk), 'nothing of its own').toBe(0n);
    expect((await desk.engine.upkeep(true, never)).report).toMatchObject({ renewed: [{}], unpaid: [] });
    expect((await laptop.engine.leases(never)).leases[0]?.endEpoch).toBeGreaterThan(before?.endEpoch ?? 0);
  });
});

describe('the monthly cap', () => {
  it('stops the step that would pass it before anything is written, and lets it through when raised', async () => {
    const { spentFrost } = await laptop.engine.budget(never);
    expect(spentFrost).toBeGreaterThan(0n);
    await laptop.engine.setBudget(spentFrost);
    laptop.disk.user.write('/home/docs/two', world.dice.bytes(200_000));
    const intents = await laptop.intents();
    await expect(laptop.sync()).rejects.toMatchObject({ code: 'budget-reached', retry: 'after-user' });
    expect(await laptop.intents()).toBe(intents);
    expect(await laptop.engine.budget(never)).toMatchObject({ leftFrost: 0n, monthFrost: spentFrost });
    await laptop.engine.setBudget(undefined);
    expect(await laptop.sync()).toMatchObject({ problems: [] });
  });

  it('stands over months that add up to all that was spent, and a quote of more time is what a renewal would cost', async () => {
    const [report, budget] = [await laptop.engine.costs.months(3, never), await laptop.engine.budget(never)];
    const told = report.months.reduce((sum, { spentFrost }) => sum + spentFrost, 0n);
    expect(told + report.elsewhereFrost).toBe(report.spentFrost);
    expect(report.months.at(-1)).toMatchObject({ spentFrost: budget.spentFrost, gasMist: budget.gasMist });
    const dry = await laptop.engine.renew({ space: 'docs', epochs: 1, isDry: true }, never);
    const { frost, spaces } = await laptop.engine.costs.ahead('docs', 1, never);
    expect([frost, spaces[0]?.endEpoch]).toEqual([
      dry.renewed[0]?.frost ?? 0n,
      dry.renewed[0]?.endEpoch ?? spaces[0]?.endEpoch,
    ]);
  });

  it('lets a quote of more bytes cover what they then cost', async () => {
    const bytes = 300_000;
    const { frost, boughtBytes } = await laptop.engine.costs.more('docs', bytes, never);
    const before = await laptop.engine.costs.stored(never);
    const { spentFrost } = await laptop.engine.budget(never);
    laptop.disk.user.write('/home/docs/three', world.dice.bytes(bytes - 20_000));
    await laptop.sync();
    const cost = (await laptop.engine.budget(never)).spentFrost - spentFrost;
    expect(cost).toBeGreaterThan(0n);
    expect(cost).toBeLessThanOrEqual(frost);
    expect(boughtBytes).toBeGreaterThan(0);
    const after = await laptop.engine.costs.stored(never);
    expect(after.filesBytes - before.filesBytes).toBe(bytes - 20_000);
    expect(after.onceBytes - before.onceBytes).toBe(bytes - 20_000);
    expect(after.encodedBytes).toBe((await leaseOf(laptop)).used);
  });

  it('counts to the FROST what left the address, and the chain says the same of every payment', async () => {
    const start = await balance(laptop);
    const { spentFrost: before } = await laptop.engine.budget(never);
    laptop.disk.user.write('/home/docs/two', world.dice.bytes(200_000));
    await laptop.sync();
    world.ledger.advanceEpoch();
    await laptop.engine.upkeep(true, never);
    const report = await laptop.engine.budget(never);
    expect(report.spentFrost - before).toBe(start - (await balance(laptop)));
    expect(report.unexplained).toEqual([]);
    expect(report.payments.every(({ state }) => state === 'succeeded')).toBe(true);
  });

  it('edge 98: holds for renewals: what does not fit is said, and new data waits until what exists is paid', async () => {
    for (let i = 0; i < 12; i++) world.ledger.advanceEpoch();
    await laptop.engine.setBudget((await laptop.engine.budget(never)).spentFrost);
    const { report } = await laptop.engine.upkeep(true, never);
    expect(report).toMatchObject({ renewed: [], unpaid: [{ because: 'budget', isUrgent: true }] });
    expect(report?.warnings).toMatchObject([{ because: 'budget' }]);
    await laptop.engine.setBudget(undefined);
    laptop.disk.user.write('/home/docs/two', world.dice.bytes(200_000));
    await expect(laptop.sync()).rejects.toMatchObject({ code: 'money-short' });
    expect((await laptop.engine.upkeep(true, never)).report).toMatchObject({ renewed: [{}], unpaid: [] });
    expect(await laptop.sync()).toMatchObject({ problems: [] });
  });
});

describe('a registration whose pack was lost', () => {
  it('edge 92: is deleted by the autopilot, and its room is used again', async () => {
    laptop.disk.user.write('/home/docs/two', world.dice.bytes(200_000));
    await laptop.crashAt('pack:registered', () => laptop.sync());
    for (const name of await laptop.spool.names()) await laptop.spool.remove(name);
    await laptop.sync();
    const before = await leaseOf(laptop);
    const live = (await laptop.catalog.packs(1, ['live'])).length;
    expect(before.blobs).toBe(live + 1);
    expect((await laptop.engine.upkeep(true, never)).sweptBlobs).toBe(1);
    const after = await leaseOf(laptop);
    expect(after.blobs).toBe(live);
    expect(after.used).toBeLessThan(before.used);
    laptop.disk.user.write('/home/docs/three', world.dice.bytes(60_000));
    await laptop.sync();
    expect((await leaseOf(laptop)).capacity, 'nothing had to be bought').toBe(after.capacity);
    expect((await laptop.engine.check({ share: 1, repairs: false }, never)).findings).toEqual([]);
  });

  it('edge 92: that still has its pack is resumed and not deleted', async () => {
    laptop.disk.user.write('/home/docs/two', world.dice.bytes(200_000));
    await laptop.crashAt('pack:registered', () => laptop.sync());
    expect((await laptop.engine.upkeep(true, never)).sweptBlobs).toBe(0);
    expect(await laptop.sync()).toMatchObject({ problems: [] });
    expect((await laptop.engine.upkeep(true, never)).sweptBlobs).toBe(0);
  });
});
