/** Money as a window gets it: epochs become dates and months, amounts decimal texts, and what is typed into the price is checked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../../engine/engine.ts';
import type { Host } from '../host.ts';
import type { DeskState } from './desk.ts';
import { costHandlers } from './cost-handlers.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
const nowMs = 20_000 * dayMs;

function open(parts: object): ReturnType<typeof costHandlers> {
  const home = mkdtempSync(join(tmpdir(), 'floe-cost-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const network = { epoch: 10, nextEpochAtMs: nowMs + dayMs, epochDurationMs: 14 * dayMs };
  const engine = { network: () => Promise.resolve(network), ...parts } as unknown as Engine;
  const desk = { options: { home }, clock: { now: () => nowMs } } as unknown as DeskState;
  return costHandlers(desk, () => Promise.resolve({ engine } as unknown as Host));
}

test('a longer lease is told by its dates, and spaces that cannot be longer are not counted', async () => {
  const ahead = (_: undefined, epochs: number) =>
    Promise.resolve({
      frost: 7n,
      spaces: [
        { epochs, endEpoch: 12 },
        { epochs: 0, endEpoch: 63 },
        { epochs, endEpoch: 11 },
      ],
    });
  const { 'cost.ahead': ask } = open({ costs: { ahead } });
  expect(await ask({ epochs: 2 }, never)).toEqual({
    frost: '7',
    spaces: 2,
    endsAtMs: nowMs + dayMs,
    endsLastMs: nowMs + 15 * dayMs,
  });
});

test('what an epoch costs is told for 30 days', async () => {
  const more = () =>
    Promise.resolve({ packs: 1, encodedBytes: 5, boughtBytes: 5, frost: 2n ** 60n, frostPerEpoch: 1_400n, epochs: 2 });
  const { 'cost.more': ask } = open({ costs: { more } });
  expect(await ask({ bytes: 1 }, never)).toMatchObject({
    frost: String(2n ** 60n),
    monthFrost: '3000',
    paidMs: 28 * dayMs,
  });
});

test('thinning is asked of every space that may be thinned, and added up', async () => {
  const asked: string[] = [];
  const spaces = () =>
    Promise.resolve([
      { space: 'a', mode: 'sync', sequence: 3 },
      { space: 'b', mode: 'archive', sequence: 3 },
      { space: 'c', mode: 'sync', sequence: 0 },
      { space: 'd', mode: 'sync', sequence: 1 },
    ]);
  const previewRetention = (space: string) => {
    asked.push(space);
    return Promise.resolve({ snapshots: 5, snapshotsGone: 2, bytes: 10, frostPerEpoch: 14n });
  };
  const { 'cost.thin': ask } = open({ spaces, previewRetention });
  const rules = { allDays: 30, dailyDays: 90, weeklyDays: 365 };
  expect(await ask(rules, never)).toEqual({ snapshots: 10, snapshotsGone: 4, bytes: 20, monthFrost: '60' });
  expect(asked).toEqual(['a', 'd']);
});

test('a price is kept with its day, refused when it is none, and taken away', async () => {
  const { 'price.read': read, 'price.set': set } = open({});
  expect(await read({}, never)).toEqual({ price: undefined });
  const price = { micros: '80000', currency: 'EUR', setMs: nowMs };
  expect(await set({ price: { wal: '0.08', currency: 'EUR' } }, never)).toEqual({ price });
  const refused = { code: 'bad-input' };
  for (const wal of ['0', '-1', '1e3', '']) {
    const given = { price: { wal, currency: 'EUR' } };
    await expect(set(given, never), wal).rejects.toMatchObject(refused);
  }
  await expect(set({ price: { wal: '1', currency: 'eur' } }, never)).rejects.toMatchObject(refused);
  expect(await read({}, never)).toEqual({ price });
  expect(await set({}, never)).toEqual({ price: undefined });
});

test('a voucher is written to a whole path only', async () => {
  const { 'voucher.issue': issue } = open({});
  await expect(issue({ folder: 'here' }, never)).rejects.toMatchObject({ code: 'bad-input' });
});
