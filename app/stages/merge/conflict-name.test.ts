import { expect, test } from 'vitest';
import { nameBytesFromText, parsePathName, textFromNameBytes } from '../../domain/path-name.ts';
import { conflictName } from './conflict-name.ts';

const mtimeNs = BigInt(Date.UTC(2026, 10, 20, 14, 3, 59)) * 1_000_000n;
const named = (name: string, device = 'Studio', turn = 1, time = mtimeNs): string =>
  conflictName(parsePathName(name), device, time, turn);

test('the mark stands before the ending and says who and when, in UTC', () => {
  expect(named('report.txt')).toBe('report (conflict, Studio, 2026-11-20 14.03).txt');
  expect(named('README')).toBe('README (conflict, Studio, 2026-11-20 14.03)');
});

test('double endings stay whole, names that begin with a dot have none', () => {
  expect(named('photos.tar.gz')).toBe('photos (conflict, Studio, 2026-11-20 14.03).tar.gz');
  expect(named('.profile')).toBe('.profile (conflict, Studio, 2026-11-20 14.03)');
  expect(named('.tar.gz')).toBe('.tar (conflict, Studio, 2026-11-20 14.03).gz');
});

test('a second of the same name is counted, a mark is never put upon a mark', () => {
  const once = named('report.txt');
  expect(named('report.txt', 'Studio', 2)).toBe('report (conflict, Studio, 2026-11-20 14.03) 2.txt');
  expect(named(once, 'Laptop')).toBe('report (conflict, Laptop, 2026-11-20 14.03).txt');
  expect(named(named('report.txt', 'Studio', 2))).toBe(once);
});

test('edge 10: names stay within 255 bytes and are cut between characters', () => {
  for (const name of ['é'.repeat(125) + '.txt', '😀'.repeat(63), 'x'.repeat(255), `a.${'y'.repeat(250)}`]) {
    for (const turn of [1, 2, 100_000]) {
      const cut = named(name, '長い名前の機械'.repeat(20), turn);
      expect(nameBytesFromText(cut).length).toBeLessThanOrEqual(255);
      expect(cut.isWellFormed()).toBe(true);
    }
  }
});

test('bytes that are no text stay what they are', () => {
  const name = textFromNameBytes(Uint8Array.of(0xff, 0x61, 0x2e, 0x74));
  const marked = nameBytesFromText(named(name));
  expect([marked[0], marked[1]]).toEqual([0xff, 0x61]);
});

test('a device cannot leave the folder by its name, nor have none', () => {
  expect(named('a.txt', '../../etc/\0\u202e(x)')).toBe('a (conflict, .. .. etc x, 2026-11-20 14.03).txt');
  expect(named('a.txt', '///')).toBe('a (conflict, device, 2026-11-20 14.03).txt');
});

test('edge 37: times beyond four-digit years are the nearest that can be said', () => {
  expect(named('a', 'D', 1, -(10n ** 30n))).toBe('a (conflict, D, 0000-01-01 00.00)');
  expect(named('a', 'D', 1, 10n ** 30n)).toBe('a (conflict, D, 9999-12-31 23.59)');
});
