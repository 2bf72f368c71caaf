import { describe, expect, it } from 'vitest';
import { openIdleClock } from '../../test/world/idle-clock.ts';
import { seededDice } from '../../test/world/seeded-dice.ts';
import { openScope, within } from './deadline.ts';
import { Fault } from './fault.ts';
import { Flow } from './flow.ts';
import { Gate } from './gate.ts';
import { parseSuiId } from './ids.ts';
import { healthLimits, openNodeHealth } from './node-health.ts';

const never = new AbortController().signal;
const mebibyte = 1024 * 1024;

describe('a gate', () => {
  it('lets in as much as it has room for, in the order of arrival', async () => {
    const gate = new Gate(10);
    const leaveFirst = await gate.enter(6, never);
    const order: string[] = [];
    const large = gate.enter(8, never).then((leave) => (order.push('large'), leave));
    const small = gate.enter(2, never).then((leave) => (order.push('small'), leave));
    await Promise.resolve();
    expect(order, 'a small one does not overtake').toEqual([]);
    leaveFirst();
    leaveFirst();
    (await large)();
    (await small)();
    expect(order).toEqual(['large', 'small']);
    expect(gate.used).toBe(0);
  });

  it('lets what is larger than itself through alone', async () => {
    const gate = new Gate(10);
    const leave = await gate.enter(500, never);
    let isIn = false;
    const next = gate.enter(1, never).then((out) => ((isIn = true), out));
    await Promise.resolve();
    expect(isIn).toBe(false);
    leave();
    (await next)();
    expect(gate.used).toBe(0);
  });

  it('forgets who went away while waiting, and lets those behind in', async () => {
    const gate = new Gate(10);
    const leave = await gate.enter(5, never);
    const controller = new AbortController();
    const away = gate.enter(9, controller.signal);
    const behind = gate.enter(5, never);
    controller.abort(new Error('gone'));
    await expect(away).rejects.toThrow('gone');
    (await behind)();
    leave();
    expect(gate.used).toBe(0);
  });
});

describe('a flow', () => {
  it('hands on the place of work that stands still', async () => {
    const clock = openIdleClock();
    const flow = new Flow(clock, mebibyte, 500);
    const controller = new AbortController();
    let outrunAtMs = 0;
    const hung = flow.run(
      mebibyte,
      controller.signal,
      () => clock.sleep(1e9, controller.signal),
      () => (outrunAtMs = clock.steady()),
    );
    await flow.run(mebibyte, never, () => clock.sleep(10));
    expect(outrunAtMs).toBeGreaterThanOrEqual(500);
    expect(outrunAtMs).toBeLessThan(3_000);
    controller.abort(new Error('over'));
    await expect(hung).rejects.toThrow('over');
  });

  it('lets nobody give way on a line that is slow for all', async () => {
    const clock = openIdleClock();
    const flow = new Flow(clock, 8 * mebibyte, 500);
    let outrun = 0;
    // 256 bytes for each ms, one after another: each waits for those before it.
    let free = 0;
    const works = Array.from({ length: 24 }, () =>
      flow.run(
        mebibyte,
        never,
        () => {
          free = Math.max(free, clock.steady()) + mebibyte / 256;
          return clock.sleep(free - clock.steady());
        },
        () => outrun++,
      ),
    );
    await Promise.all(works);
    expect(outrun).toBe(0);
  });

  it('outruns one that is much slower than the others', async () => {
    const clock = openIdleClock();
    const flow = new Flow(clock, mebibyte, 500);
    let outrunAtMs = 0;
    const slow = flow.run(
      1000,
      never,
      () => clock.sleep(60_000),
      () => (outrunAtMs = clock.steady()),
    );
    for (let i = 0; i < 40; i++) await flow.run(mebibyte / 4, never, () => clock.sleep(100));
    await slow;
    expect(outrunAtMs).toBeGreaterThan(0);
    expect(outrunAtMs).toBeLessThan(5_000);
  });
});

describe('a deadline', () => {
  const late = (): Fault => new Fault('node-failed', 'now', 'late');

  it('ends work that ignores it, and tells the work why', async () => {
    const clock = openIdleClock();
    let reason: unknown;
    const ended = within(clock, 100, never, late, (signal) => {
      signal.addEventListener('abort', () => (reason = signal.reason));
      return new Promise(() => {});
    });
    await expect(ended).rejects.toThrow('late');
    expect(reason).toBeInstanceOf(Fault);
    expect(clock.steady()).toBe(100);
  });

  it("gives the parent's reason as soon as the parent ends, and leaves no alarm", async () => {
    const clock = openIdleClock();
    const parent = openScope(never);
    const ended = within(clock, 1e6, parent.signal, late, () => new Promise(() => {}));
    parent.abort(new Error('enough'));
    await expect(ended).rejects.toThrow('enough');
    expect(await within(clock, 1e6, never, late, () => Promise.resolve(5))).toBe(5);
    expect(clock.steady()).toBe(0);
  });
});

describe('node health', () => {
  const node = parseSuiId('0x1');

  it('leaves a node alone after failures in a row, longer each time, until it answers', async () => {
    const clock = openIdleClock();
    const health = openNodeHealth(clock, seededDice(1));
    for (let i = 0; i < healthLimits.failuresMax - 1; i++) health.failed(node);
    expect(health.restMs(node)).toBe(0);
    health.failed(node);
    const first = health.restMs(node);
    expect(first).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) health.failed(node);
    expect(health.restMs(node)).toBeGreaterThan(first);
    for (let i = 0; i < 100; i++) health.failed(node);
    expect(health.restMs(node)).toBeLessThanOrEqual(healthLimits.restLongestMs);
    health.succeeded(node, 5);
    expect(health.restMs(node)).toBe(0);
    await clock.sleep(1);
    expect(health.latencyMs(node)).toBeLessThan(healthLimits.unknownLatencyMs);
  });

  it('forgives a liar after a long time', async () => {
    const clock = openIdleClock();
    const health = openNodeHealth(clock, seededDice(1));
    health.lied(node);
    health.succeeded(node, 1);
    expect(health.isLiar(node)).toBe(true);
    await clock.sleep(healthLimits.liarMs + 1);
    expect(health.isLiar(node)).toBe(false);
  });
});
