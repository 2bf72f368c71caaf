import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLinuxPower, openToldPower } from './power.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'floe-power-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function supply(name: string, facts: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, name), { recursive: true });
  for (const [fact, value] of Object.entries(facts)) writeFileSync(join(folder, name, fact), `${value}\n`);
}
const isOnBattery = async (): Promise<boolean | undefined> => (await openLinuxPower(folder).now()).isOnBattery;

test('a discharging battery without mains is battery', async () => {
  supply('AC', { type: 'Mains', online: '0' });
  supply('BAT0', { type: 'Battery', status: 'Discharging' });
  expect(await isOnBattery()).toBe(true);
});

test('with mains it is none, also while a full battery rests', async () => {
  supply('AC', { type: 'Mains', online: '1' });
  supply('BAT0', { type: 'Battery', status: 'Not charging' });
  expect(await isOnBattery()).toBe(false);
});

test("a mouse's battery says nothing about the computer", async () => {
  supply('hid', { type: 'Battery', status: 'Discharging', scope: 'Device' });
  expect(await isOnBattery()).toBe(false);
});

test('where nothing is told, nothing is known, nor of the line ever', async () => {
  expect(await openLinuxPower(join(folder, 'missing')).now()).toEqual({ isOnBattery: undefined, isMetered: undefined });
  expect(await isOnBattery()).toBeUndefined();
});

test('a shell has the last word once it has said one', async () => {
  supply('BAT0', { type: 'Battery', status: 'Discharging' });
  const power = openToldPower(openLinuxPower(folder));
  expect((await power.now()).isOnBattery).toBe(true);
  power.tell({ isOnBattery: false, isMetered: true });
  expect(await power.now()).toEqual({ isOnBattery: false, isMetered: true });
});
