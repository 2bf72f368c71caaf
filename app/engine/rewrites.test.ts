import { describe, expect, test } from 'vitest';
import { sealOverheadBytes } from '../domain/chunk.ts';
import { rewriteWindowMs } from '../domain/limits.ts';
import { alarmOf, clearAlarm, formerOf, isFlat, noteRewrites, suspiciousOf, type Verdict } from './rewrites.ts';

const chunk = (plainBytes: number, share: number) => ({
  plainBytes,
  bytes: Math.floor(plainBytes * share) + sealOverheadBytes,
});
const verdict = (
  name: string,
  formerName: string,
  wasFlat: boolean | undefined,
  now: boolean | undefined = true,
): Verdict => ({
  name,
  formerName,
  wasFlat,
  isFlat: now,
});

describe('how chunks are sealed tells', () => {
  test('flat, not flat, or nothing', () => {
    expect(isFlat([chunk(5000, 1), chunk(9000, 1)])).toBe(true);
    expect(isFlat([chunk(5000, 1), chunk(9000, 0.4)])).toBe(false);
    expect(isFlat([chunk(500, 1)])).toBeUndefined();
    expect(isFlat([chunk(5000, 1), undefined])).toBeUndefined();
    expect(isFlat([])).toBeUndefined();
  });
});

describe('suspicious', () => {
  test('is what was compressible and is not any more', () => {
    const some = [
      verdict('a', 'a', false),
      verdict('b', 'b', true),
      verdict('c', 'c', false, false),
      verdict('d', 'd', undefined),
    ];
    expect(suspiciousOf(some).map(({ name }) => name)).toEqual(['a']);
  });

  test('is what got one new ending, whatever it was; other endings are not added up', () => {
    const some = [
      verdict('a.doc.locked', 'a.doc', false),
      verdict('b.jpg.locked', 'b.jpg', true),
      verdict('c.zip', 'c.doc', false),
      verdict('new name.jpg', 'd.jpg', true),
    ];
    expect(suspiciousOf(some).map(({ name }) => name)).toEqual(['a.doc.locked', 'b.jpg.locked']);
  });

  test('pairs by folder and by stem', () => {
    const former = formerOf([
      { folder: 1, name: 'a.doc' },
      { folder: 1, name: 'plain' },
    ]);
    expect(former(1, 'a.doc.locked')?.name).toBe('a.doc');
    expect(former(1, 'a.locked')?.name).toBe('a.doc');
    expect(former(1, 'plain.locked')?.name).toBe('plain');
    expect(former(2, 'a.doc.locked')).toBeUndefined();
    expect(former(1, 'b.locked')).toBeUndefined();
  });
});

test('passes that follow one another add up; old ones are forgotten; a raised alarm stands until it is cleared', async () => {
  const records = new Map<string, string>();
  const catalog = {
    record: (key: string) => Promise.resolve(records.get(key)),
    setRecord: (key: string, value: string) => Promise.resolve(void records.set(key, value)),
  };
  expect(await noteRewrites(catalog, 1, 20, 25, 0)).toBeUndefined();
  expect(await noteRewrites(catalog, 1, 20, 25, rewriteWindowMs)).toBeUndefined();
  expect(await noteRewrites(catalog, 1, 6, 25, rewriteWindowMs + 1)).toMatchObject({ rewrites: 26 });
  expect(await noteRewrites(catalog, 1, 0, 25, 9 * rewriteWindowMs)).toMatchObject({ rewrites: 26 });
  expect(await noteRewrites(catalog, 1, 3, 25, 9 * rewriteWindowMs)).toMatchObject({ rewrites: 29 });
  await clearAlarm(catalog, 1);
  expect(await alarmOf(catalog, 1)).toBeUndefined();
  expect(await noteRewrites(catalog, 1, 3, 25, 9 * rewriteWindowMs)).toBeUndefined();
});
