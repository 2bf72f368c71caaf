/** The audit: what nodes lack is found, told for each node, and mended from what survives. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const everything = { share: 1, repairs: false };
let world: World;
let laptop: Device;
beforeEach(async () => {
  world = await openWorld({ seed: 21 });
  laptop = await world.device('laptop');
  laptop.disk.user.write('/home/docs/one', world.dice.bytes(500_000));
  await laptop.protect('/home/docs');
  await laptop.sync();
});
afterEach(() => world.close());

describe('a check', () => {
  it('of everything finds everything in place, pays nothing and leaves no doubt', async () => {
    const paid = await laptop.intents();
    const report = await laptop.engine.check(everything, never);
    expect(report).toMatchObject({ missing: 0, corrupt: 0, unreachable: 0, repaired: 0, doubtAll: 0, findings: [] });
    expect(report.slivers).toBe(report.packs * 20);
    expect(report.nodes.reduce((sum, { sampled }) => sum + sampled, 0)).toBe(report.slivers);
    expect(await laptop.intents()).toBe(paid);
  });

  it('of a share looks at that share of each pack', async () => {
    const report = await laptop.engine.check({ share: 0.3, repairs: false }, never);
    expect(report.slivers).toBe(report.packs * 6);
    expect(report.doubtWorst).toBeCloseTo(1 / 120, 12);
  });

  it('names the node that lost its disk, and a repair gives it back all it lacked, without the spool', async () => {
    await world.nodes[1]?.wipe();
    const found = await laptop.engine.check(everything, never);
    expect(found.missing).toBeGreaterThan(0);
    const poor = found.nodes.filter(({ missing }) => missing > 0).map(({ node }) => node);
    expect(poor).toEqual([world.nodes[1]?.nodeId]);
    expect(found.findings.length).toBe(found.packs);
    const mended = await laptop.engine.check({ share: 1, repairs: true }, never);
    expect(mended.repaired).toBe(found.missing);
    const after = await laptop.engine.check(everything, never);
    expect(after).toMatchObject({ missing: 0, corrupt: 0, findings: [] });
  });

  it('mends from a computer that recovered from the phrase alone', async () => {
    await world.nodes[2]?.wipe();
    const fresh = await world.emptyHome('fresh');
    await fresh.engine.recover(never);
    const mended = await fresh.engine.check({ share: 1, repairs: true }, never);
    expect(mended.repaired).toBe(mended.missing);
    expect(mended.repaired).toBeGreaterThan(0);
    expect(await fresh.intents()).toBe(0);
  });

  it('tells wrong slivers and silence from missing ones', async () => {
    world.nodes[0]?.setFault({ kind: 'corrupt', rate: 1 });
    world.nodes[3]?.stop();
    const report = await laptop.engine.check(everything, never);
    const lineOf = (index: number) => report.nodes.find(({ node }) => node === world.nodes[index]?.nodeId);
    const [first, last] = [lineOf(0), lineOf(3)];
    expect(first).toMatchObject({ missing: 0, unreachable: 0 });
    expect(first?.corrupt).toBe(first?.sampled);
    expect(last).toMatchObject({ missing: 0, corrupt: 0 });
    expect(last?.unreachable).toBe(last?.sampled);
    expect(report.missing).toBe(0);
  });

  it('says plainly when too little is left of a pack to mend it', async () => {
    for (const node of world.nodes) await node.wipe();
    const report = await laptop.engine.check({ share: 1, repairs: true }, never);
    expect(report.findings.every(({ problem }) => problem?.code === 'blob-unavailable')).toBe(true);
    expect(report).toMatchObject({ repaired: 0, doubtWorst: 1 });
  });

  it('of the day is made once a day, and every check is in the history with what it found', async () => {
    expect(await laptop.engine.checks()).toEqual([]);
    const first = await laptop.engine.dailyCheck(never);
    expect(first).toMatchObject({ missing: 0 });
    expect(await laptop.engine.dailyCheck(never)).toBeUndefined();
    await world.nodes[1]?.wipe();
    await laptop.engine.check(everything, never);
    await world.clock.sleep(86_400_000, never);
    await laptop.engine.dailyCheck(never);
    const lines = await laptop.engine.checks();
    expect(lines.map(({ isDaily }) => isDaily)).toEqual([true, false, true]);
    const [whole, asked] = lines;
    expect(whole).toMatchObject({ packs: first?.packs, slivers: first?.slivers, missing: 0, nodes: [] });
    expect(whole?.confidence).toBe(1 - (first?.doubtAll ?? 0));
    expect(asked?.nodes.map(({ name }) => name)).toEqual(['node-1']);
    expect(asked?.missing).toBe(asked?.nodes[0]?.missing);
    expect((lines[2]?.atMs ?? 0) - (whole?.atMs ?? 0)).toBeGreaterThanOrEqual(86_400_000);
    expect(await laptop.engine.check({ share: 1, repairs: false, packsMax: 1 }, never)).toMatchObject({
      packs: 1,
      ofPacks: asked?.ofPacks,
      slivers: 20,
    });
  });
});
