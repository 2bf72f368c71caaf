/**
 * Kills in every command that stores, pays or deletes, at each durable point that it passes and after each of its writes, one after another. The same
 * command again leads to the same disks, the same objects on chain and the same books as in a twin that nobody killed. Points and writes are those
 * that the twin passed, so what is new in the engine is killed at without being named here.
 */
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { ChainStep } from '../../app/ports/chain.ts';
import type { Device } from '../world/world.ts';
import { stories, type Scene, type Story } from './kill-stories.ts';
import { troubleOf, truthOf, type Truth } from './kill-truth.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

/** Calls of a catalog, a spool or a disk after which a row or a file is another. */
const isWrite = (call: string): boolean =>
  /^(set|add|settle|seal|certify|abandon|apply|join|adopt|drop|import|forget|allot|thin|place|remove|finish|write|make|move)/.test(
    call,
  );

/** Where a device may be killed: at its points, or right after its writes. */
type Places = (device: Device, tell: ((place: string) => void) | undefined) => void;
const atPoints: Places = (device, tell) => void (device.onPoint = tell);
const afterWrites: Places = (device, tell) =>
  void (device.onDone = tell && ((call) => (isWrite(call) ? tell(call) : undefined)));

async function lived(story: Story, command: (scene: Scene) => Promise<unknown>): Promise<Truth> {
  const scene = await story.open();
  try {
    await command(scene);
    await story.rest?.(scene);
    return await truthOf(scene.world, scene.devices);
  } finally {
    await scene.world.close();
  }
}

/** The truth of one that nobody kills, and the places that it passes. */
async function twinOf(
  story: Story,
): Promise<{ readonly truth: Truth; readonly points: Set<string>; readonly writes: Set<string> }> {
  const points = new Set<string>();
  const writes = new Set<string>();
  const truth = await lived(story, async (scene) => {
    const [device] = scene.devices;
    atPoints(device, (place) => void points.add(place));
    afterWrites(device, (place) => void writes.add(place));
    await story.command(device, scene);
    atPoints(device, undefined);
    afterWrites(device, undefined);
  });
  return { truth, points, writes };
}

/**
 * Lives in which the device dies at the first place that none died at yet, until one comes through. What is finished when a device starts again passes
 * no point, so it takes some lives to come by all of them; each life begins anew when the one before got no further.
 */
async function killEverywhere(story: Story, twin: Truth, places: ReadonlySet<string>, at: Places): Promise<void> {
  const left = new Set(places);
  while (left.size > 0) {
    const died: string[] = [];
    const truth = await lived(story, async (scene) => {
      const [device] = scene.devices;
      for (let outcome = 'crashed'; outcome === 'crashed';) {
        let isDead = false;
        at(device, (place) => {
          if (isDead || !left.delete(place)) return;
          isDead = true;
          died.push(place);
          device.crash();
        });
        outcome = await device.untilCrash(() => story.command(device, scene));
      }
      at(device, undefined);
    });
    expect
      .soft(story.comparable(truth, died), `${story.name}, killed at ${died.join(', ')}`)
      .toEqual(story.comparable(twin, died));
    expect.soft(troubleOf(truth, story.isCopied), `${story.name}, killed at ${died.join(', ')}`).toEqual([]);
    if (died.length === 0) break;
  }
  expect.soft([...left], `${story.name}: never came there again`).toEqual([]);
}

const killedAt = new Set<string>();

describe('a command that is killed again and again', () => {
  it.each(stories.map((story) => [story.name, story] as const))('%s: ends as if nothing had been', async (_, story) => {
    const started = process.cpuUsage().user;
    const { truth, points, writes } = await twinOf(story);
    expect(troubleOf(truth, story.isCopied)).toEqual([]);
    await killEverywhere(story, truth, points, atPoints);
    await killEverywhere(story, truth, writes, afterWrites);
    for (const point of points) killedAt.add(point);
    if (process.env['FLOE_KILLS'] === 'told')
      process.stderr.write(
        `${story.name}: ${points.size} points, ${writes.size} writes, ${(process.cpuUsage().user - started) / 1e6} s\n`,
      );
  });

  /** Spent by other hands than the engine's spender. */
  type Unspent = 'extend-later';
  const kinds: Readonly<Record<Exclude<ChainStep['kind'], Unspent>, true>> = {
    'make-bag': true,
    'put-entry': true,
    register: true,
    certify: true,
    'extend-pool': true,
    'delete-blobs': true,
    exchange: true,
  };

  it('was killed at every durable point that the sources of the engine have', () => {
    const texts = globSync(resolve(import.meta.dirname, '../../app/engine/*.ts')).map((file) =>
      readFileSync(file, 'utf8'),
    );
    const named = texts.flatMap((text) =>
      [...text.matchAll(/\b(?:onP|p)oint\(\s*(?:'([^']+)'|`\$\{step\.kind\}:([^`$]+)`|([^)]*))/g)].flatMap(
        ([call, plain, end, other]) =>
          plain !== undefined
            ? [plain]
            : end !== undefined
              ? Object.keys(kinds).map((kind) => `${kind}:${end}`)
              : other === 'name: string' || other === ''
                ? []
                : [`unreadable: ${call}`],
      ),
    );
    expect(named.length).toBeGreaterThan(40);
    const repair = readFileSync(resolve(import.meta.dirname, 'repair.deep.test.ts'), 'utf8');
    const isKilledAt = (point: string): boolean =>
      killedAt.has(point) || (point.startsWith('remake:') && repair.includes(`'${point}'`));
    expect(named.filter((point) => !isKilledAt(point))).toEqual([]);
  });
});
