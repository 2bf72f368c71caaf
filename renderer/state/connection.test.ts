import { expect, test } from 'vitest';
import type { WireFault } from '../../app/wire/fault-form.ts';
import { nextView, nothingYet, retryDelayMs } from './connection.ts';

const fault = (code: WireFault['code']): WireFault => ({ code, retry: 'now', detail: '' });

test('the last values stay while the engine is gone, and the pauses between tries grow to a bound', () => {
  let view = nextView(nothingYet, { kind: 'admitted' });
  view = nextView(view, { kind: 'news', topic: 'needs', value: [], nowMs: 5 });
  view = nextView(view, { kind: 'ended', fault: fault('link-lost'), nowMs: 1000 });
  expect(view.topics.needs).toEqual([]);
  expect(view.link).toMatchObject({ kind: 'gone', sinceMs: 1000, tries: 0 });
  view = nextView(view, { kind: 'ended', fault: fault('link-lost'), nowMs: 2000 });
  expect(view.link).toMatchObject({ sinceMs: 1000, tries: 1, retryAtMs: 2000 + retryDelayMs(1) });
  expect(retryDelayMs(50)).toBe(retryDelayMs(60));
  expect(nextView(view, { kind: 'admitted' }).link).toEqual({ kind: 'live' });
});

test('another version and a wrong key are not tried again and again', () => {
  const ended = (code: WireFault['code']) =>
    nextView(nothingYet, { kind: 'ended', fault: fault(code), nowMs: 1 }).link.kind;
  expect([ended('contract-changed'), ended('link-refused'), ended('link-lost')]).toEqual([
    'changed',
    'refused',
    'gone',
  ]);
});
