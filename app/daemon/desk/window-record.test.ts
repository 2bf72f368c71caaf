/** What a home remembers for its windows, also when an earlier or a broken Floe wrote it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWindowRecord } from './window-record.ts';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'floe-record-'))));
afterEach(() => rmSync(home, { recursive: true }));
const write = (value: unknown): void => writeFileSync(join(home, 'window.json'), JSON.stringify(value));

test('what an earlier Floe wrote is read: its own pause is handed on once, its switches are let go', () => {
  const settings = { theme: 'dark', language: 'de', notifications: 'warnings' } as const;
  write({
    settings: { ...settings, pauseOnBattery: true, pauseOnMetered: false },
    phraseConfirmedMs: 5,
    pause: { untilMs: 7 },
  });
  const record = openWindowRecord(home);
  expect(record.read()).toEqual({ settings, phraseConfirmedMs: 5, pause: { untilMs: 7 } });
  record.write({ pause: undefined });
  expect(openWindowRecord(home).read()).toEqual({ settings, phraseConfirmedMs: 5, pause: undefined });
  expect(JSON.parse(readFileSync(join(home, 'window.json'), 'utf8'))).toEqual({ settings, phraseConfirmedMs: 5 });
});

test('what cannot be read counts as nothing', () => {
  for (const broken of ['', '{', [], { settings: { theme: 'pink' } }]) {
    write(broken);
    expect(openWindowRecord(home).read().settings.theme).toBe('system');
  }
});
