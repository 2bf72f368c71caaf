/**
 * What a home remembers for its windows: settings, a pause, and that the phrase was written down. No secrets. A record that cannot be read as such
 * counts as none: nothing in it is worth refusing to start.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../wire/account.ts';
import { flag, integer, oneOf, optional, record, text } from '../../wire/check.ts';
import { faultOf } from '../../domain/fault.ts';

export interface WindowRecord {
  readonly settings: Settings;
  readonly phraseConfirmedMs: number | undefined;
  readonly pause: { readonly untilMs: number | undefined } | undefined;
}

const fileName = 'window.json';

const usual: WindowRecord = {
  settings: { theme: 'system', language: 'system', notifications: 'all', pauseOnBattery: false, pauseOnMetered: true },
  phraseConfirmedMs: undefined,
  pause: undefined,
};

const time = integer(0, Number.MAX_SAFE_INTEGER);
const check = record({
  settings: record({
    theme: oneOf('system', 'light', 'dark'),
    language: text(35),
    notifications: oneOf('all', 'warnings', 'none'),
    pauseOnBattery: flag,
    pauseOnMetered: flag,
  }),
  phraseConfirmedMs: optional(time),
  pause: optional(record({ untilMs: optional(time) })),
});

export interface WindowRecordFile {
  read(): WindowRecord;
  write(change: Partial<WindowRecord>): WindowRecord;
}

export function openWindowRecord(home: string): WindowRecordFile {
  const path = join(home, fileName);
  let current = readFrom(path);
  return {
    read: () => current,
    write(change) {
      current = { ...current, ...change };
      mkdirSync(home, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, `${JSON.stringify(current, undefined, 2)}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      return current;
    },
  };
}

function readFrom(path: string): WindowRecord {
  try {
    return check(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing || error instanceof SyntaxError || faultOf(error)?.code === 'bad-input') return usual;
    throw error;
  }
}
