/** Money of the user's own: exact, rounded to the user's disadvantage, and never made up. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { frostFor, localText, parseWalPrice, priceText, readWalPrice, writeWalPrice } from './local-money.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'floe-price-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const setMs = Date.UTC(2026, 10, 21);

it('is kept in the home with its date, and taken away again', () => {
  expect(readWalPrice(home)).toBeUndefined();
  const price = parseWalPrice('0.08', 'EUR', setMs);
  writeWalPrice(home, price);
  expect(readWalPrice(home)).toEqual(price);
  expect(priceText(price)).toBe('0.08 EUR a WAL, as set on 2026-11-21');
  writeWalPrice(home, undefined);
  writeWalPrice(home, undefined);
  expect(readWalPrice(home)).toBeUndefined();
});

it('shows costs rounded up to the cent and caps rounded down to the FROST', () => {
  const price = parseWalPrice('0.08', 'EUR', setMs);
  expect(localText(100_000_000_000n, price)).toBe('8.00 EUR');
  expect(localText(1n, price)).toBe('0.01 EUR');
  expect(localText(0n, price)).toBe('0.00 EUR');
  expect(frostFor('2.50', price)).toBe(31_250_000_000n);
  expect(frostFor('1', parseWalPrice('0.3', 'EUR', setMs))).toBe(3_333_333_333n);
});

it('refuses what is no price', () => {
  for (const [wal, currency] of [
    ['0', 'EUR'],
    ['-1', 'EUR'],
    ['1e3', 'EUR'],
    ['0.0000001', 'EUR'],
    ['1', 'euro'],
    ['', 'EUR'],
  ] as const) {
    expect(() => parseWalPrice(wal, currency, setMs)).toThrow();
  }
});
