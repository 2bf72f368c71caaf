/**
 * What a home remembers for its windows: settings, and that the phrase was written down. No secrets. A record that cannot be read as such counts as
 * none: nothing in it is worth refusing to start. Fields of an earlier Floe that have gone are let go.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../wire/account.ts';
import { flag, integer, oneOf, optional, record, text } from '../../wire/check.ts';
import { faultOf } from '../../domain/fault.ts';

export interface WindowRecord {
  readonly settings: Settings;
  readonly phraseConfirmedMs: number | undefined;
  /** Set by an earlier Floe; the engine takes it over when the account opens. */
  readonly pause: { readonly untilMs: number | undefined } | undefined;
}

const fileName = 'window.json';

const usual: WindowRecord = {
  settings: { theme: 'system', language: 'system', notifications: 'all' },
  phraseConfirmedMs: undefined,
  pause: undefined,
};

const time = integer(0, Number.MAX_SAFE_INTEGER);
const check = record({
  settings: record({
    theme: oneOf('system', 'light', 'dark'),
    language: text(35),
    notifications: oneOf('all', 'warnings', 'none'),
    pauseOnBattery: optional(flag),
    pauseOnMetered: optional(flag),
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
    const { settings, phraseConfirmedMs, pause } = check(JSON.parse(readFileSync(path, 'utf8')));
    const { theme, language, notifications } = settings;
    return { settings: { theme, language, notifications }, phraseConfirmedMs, pause };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing || error instanceof SyntaxError || faultOf(error)?.code === 'bad-input') return usual;
    throw error;
  }
}
