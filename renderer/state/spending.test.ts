import { describe, expect, test } from 'vitest';
import type { SpendMonth, Stored } from '../../app/wire/cost.ts';
import { countFrom, fallOf, localAmount, monthChart, priceDigits, priceFrom } from './spending.ts';

const month = (startMs: number, storage: number, write: number): SpendMonth => ({
  startMs,
  storageFrost: String(storage),
  writeFrost: String(write),
  openFrost: '0',
  spentFrost: String(storage + write),
  gasMist: '0',
  rebateMist: '0',
});

describe('the chart of months', () => {
  const months = [month(1, 0, 0), month(2, 60, 20), month(3, 10, 0)];

  test('is as high as the dearest month, or the cap above it', () => {
    expect(monthChart({ months, capFrost: undefined })).toMatchObject({
      bars: [{ storage: 0 }, { storage: 0.75, write: 0.25 }, { storage: 0.125 }],
      cap: undefined,
      most: { startMs: 2 },
    });
    expect(monthChart({ months, capFrost: '160' })).toMatchObject({ bars: [{}, { storage: 0.375 }, {}], cap: 1 });
    expect(monthChart({ months, capFrost: '40' }).cap).toBe(0.5);
  });

  test('draws no cap that would press the bars flat, and none without a payment', () => {
    expect(monthChart({ months, capFrost: '8000' })).toMatchObject({
      cap: undefined,
      bars: [{}, { storage: 0.75 }, {}],
    });
    expect(monthChart({ months: [month(1, 0, 0)], capFrost: '5' })).toMatchObject({ cap: undefined, most: undefined });
  });
});

describe('from files to what is stored', () => {
  const stored: Stored = {
    files: 2,
    filesBytes: 800,
    olderVersions: 1,
    olderBytes: 200,
    onceBytes: 600,
    sealedBytes: 300,
    packBytes: 320,
    packs: 1,
    encodedBytes: 2_000,
    apartBytes: undefined,
  };

  test('each step begins where the one before ended', () => {
    expect(fallOf(stored).map(({ name, bytes, from, to }) => [name, bytes, from, to])).toEqual([
      ['files', 800, 0, 0.8],
      ['older', 200, 0.8, 1],
      ['twice', 400, 0.6, 1],
      ['compressed', 300, 0.3, 0.6],
      ['around', 20, 0.3, 0.32],
      ['stored', 320, 0, 0.32],
    ]);
  });

  test('what nobody needs and what does not compress are said as what they are, and nothing is left out', () => {
    const steps = fallOf({ ...stored, olderBytes: 0, onceBytes: 900, sealedBytes: 910, packBytes: 910 });
    expect(steps.map(({ name }) => name)).toEqual(['files', 'unneeded', 'sealing', 'stored']);
    expect(
      fallOf({ ...stored, filesBytes: 0, olderBytes: 0, onceBytes: 0, sealedBytes: 0, packBytes: 0 }),
    ).toHaveLength(2);
  });
});

describe('the user’s own money', () => {
  const price = { micros: '80000', currency: 'EUR' };

  test('has the price that was set, and small amounts are not nothing', () => {
    expect(localAmount('31000000000', price, 'en')).toBe('€2.48');
    expect(localAmount('1000000', price, 'en')).toBe('€0.00008');
    expect(localAmount('0', price, 'en')).toBe('€0.00');
  });

  test('is read as people write it', () => {
    expect(priceFrom('0,08', 'eur')).toEqual({ wal: '0.08', currency: 'EUR' });
    expect(priceDigits(price)).toBe('0.08');
    expect(priceDigits({ micros: '12000000' })).toBe('12');
    for (const [wal, currency] of [
      ['', 'EUR'],
      ['0', 'EUR'],
      ['1', 'EU'],
      ['-1', 'EUR'],
      ['0.0000001', 'EUR'],
    ] as const)
      expect(priceFrom(wal, currency)).toBeUndefined();
  });
});

test('a count that was typed is a whole number within its bounds', () => {
  expect([
    countFrom(' 12 ', 100),
    countFrom('0', 100),
    countFrom('101', 100),
    countFrom('1.5', 100),
    countFrom('', 9),
  ]).toEqual([12, undefined, undefined, undefined, undefined]);
});
