/** Aggregators from the outside: nobody asks one that was not allowed, whatever it does is no harm, and who tests storage nodes does without. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { concatBytes } from '../../app/domain/bytes.ts';
import type { AggregatorFault } from '../../app/localnet/localnet.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
let world: World;
let laptop: Device;
let large: Uint8Array;

beforeAll(async () => {
  world = await openWorld({ seed: 951, nodes: 10, shards: 10 });
  laptop = await world.device('laptop');
  const dice = seededDice(951);
  for (let file = 0; file < 20; file++)
    laptop.disk.user.write(`/home/docs/box ${file % 3}/${file}`, dice.bytes(Math.floor(dice.fraction() * 30_000)));
  large = dice.bytes(600_000);
  laptop.disk.user.write('/home/docs/large', large);
  await laptop.protect('/home/docs');
  await laptop.sync();
});
afterAll(() => world.close());

/** An engine that remembers nothing of what it read, nor of who lied; what was set stays. */
function startAnew(): void {
  laptop.crash();
  laptop.start();
}

async function restoresAll(): Promise<{ readonly aggregator: number; readonly slivers: number }> {
  laptop.requests.take();
  const folder = await laptop.restored('docs');
  expect(laptop.disk.user.picture(folder)).toEqual(laptop.disk.user.picture('/home/docs'));
  const [aggregator, slivers] = ['GET aggregator', 'slivers'].map((name) => laptop.requests.count(name));
  return { aggregator: aggregator ?? 0, slivers: slivers ?? 0 };
}

describe('an aggregator', () => {
  it('is not asked before somebody allowed it, and then gives all that storage nodes would', async () => {
    expect((await laptop.engine.steering.state()).aggregators).toEqual([]);
    startAnew();
    expect((await restoresAll()).aggregator).toBe(0);
    await laptop.engine.steering.setAggregators([world.aggregatorUrl]);
    startAnew();
    const asked = await restoresAll();
    expect(asked.slivers).toBe(0);
    expect(asked.aggregator).toBeGreaterThan(0);
    expect(await laptop.engine.aggregators(never)).toMatchObject([
      { url: world.aggregatorUrl, lies: 0, trouble: undefined, pingMs: expect.any(Number) as number },
    ]);
    await laptop.engine.steering.setAggregators([]);
    startAnew();
    expect((await restoresAll()).aggregator).toBe(0);
    await laptop.engine.steering.setAggregators([world.aggregatorUrl]);
  });

  it('serves single files of the past too', async () => {
    startAnew();
    laptop.requests.take();
    const file = await laptop.engine.openFile({ space: 'docs', path: 'large', at: undefined });
    const pieces: Uint8Array[] = [];
    for await (const piece of file.read(400_000, 400_100, never)) pieces.push(piece);
    expect(concatBytes(...pieces)).toEqual(large.subarray(400_000, 400_100));
    expect(laptop.requests.count('GET aggregator')).toBeGreaterThan(0);
    expect(laptop.requests.count('slivers')).toBe(0);
  });

  const faults: readonly AggregatorFault[] = [
    { kind: 'silent' },
    { kind: 'slow', ms: 60_000 },
    { kind: 'refuse', rate: 1 },
    { kind: 'short' },
    { kind: 'corrupt', rate: 1 },
    { kind: 'corrupt', rate: 0.3 },
  ];
  it.each(faults)('edge 95: that is bad is dropped for storage nodes, and told of: %o', async (fault) => {
    startAnew();
    world.aggregator.setFault(fault);
    const before = world.clock.steady();
    const asked = await restoresAll();
    world.aggregator.setFault(undefined);
    expect(asked.slivers).toBeGreaterThan(0);
    expect(asked.aggregator).toBeLessThanOrEqual(8);
    expect(world.clock.steady() - before).toBeLessThan(10_000);
    const [line] = await laptop.engine.aggregators(never);
    expect(line).toMatchObject({ lies: fault.kind === 'corrupt' ? 1 : 0, trouble: expect.any(String) as string });
    // Left alone for now.
    laptop.requests.take();
    await restoresAll();
    expect(laptop.requests.count('GET aggregator')).toBe(0);
  });

  it('that is gone is told of, and costs nothing but a look', async () => {
    startAnew();
    world.aggregator.stop();
    expect((await restoresAll()).aggregator).toBeLessThanOrEqual(4);
    expect(await laptop.engine.aggregators(never)).toMatchObject([{ pingMs: undefined }]);
    world.aggregator.start();
  });

  it('is not asked by a drill, which would learn nothing of the shards that it does without', async () => {
    startAnew();
    laptop.requests.take();
    laptop.disk.user.makeFolder('/drill');
    const drill = (refuse: number) => laptop.engine.drill({ space: 'docs', to: '/drill', refuse, files: 100 }, never);
    expect((await drill(0.8)).failed).toBeGreaterThan(0);
    laptop.disk.user.remove('/drill');
    laptop.disk.user.makeFolder('/drill');
    expect(await drill(0.33)).toMatchObject({ refusedShards: 3, failed: 0 });
    expect(laptop.requests.count('aggregator')).toBe(0);
  });

  it('is not asked by a check', async () => {
    startAnew();
    laptop.requests.take();
    await laptop.engine.check({ share: 1, repairs: false }, never);
    expect(laptop.requests.count('aggregator')).toBe(0);
    expect(laptop.requests.count('slivers')).toBeGreaterThan(0);
  });
});
