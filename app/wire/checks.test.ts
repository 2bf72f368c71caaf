/** What a window sends is refused unless it has exactly the form of the contract. */
import { expect, test } from 'vitest';
import { checks, isCallName } from './checks.ts';

test('a call with the right fields goes through with its values', () => {
  const input = { space: 'Photos', path: '2024', offset: 0, limit: 100 };
  expect(checks['space.tree'](input)).toEqual({ ...input, at: undefined });
});

test.each([
  ['no record', 'space.tree', 'Photos'],
  ['a list', 'space.tree', []],
  ['a missing field', 'space.tree', { space: 'Photos', path: '', offset: 0 }],
  ['a field that does not exist', 'sync.now', { hurry: true }],
  ['a negative count', 'space.tree', { space: 'a', path: '', offset: -1, limit: 10 }],
  ['a fraction', 'space.tree', { space: 'a', path: '', offset: 0.5, limit: 10 }],
  ['a page too large', 'space.tree', { space: 'a', path: '', offset: 0, limit: 100_000 }],
  ['a text too long', 'account.open', { passphrase: 'x'.repeat(5_000) }],
  ['a word outside the choice', 'space.add', { folder: '/a', mode: 'mirror' }],
  ['too many items', 'account.confirm', { words: Array.from({ length: 25 }, () => ({ index: 0, word: 'a' })) }],
  ['a weekday beyond Sunday', 'steering.set', { plan: [{ weekdays: [7], from: 0, to: 60, speed: 'full' }] }],
  ['a rate in words', 'steering.set', { limits: { up: 'fast' } }],
  ['more folders than anybody ticks', 'choice.set', { space: 'a', without: Array.from({ length: 1_001 }, () => 'b') }],
  ['a share above all', 'brake.set', { space: 'a', share: 1.5 }],
  ['a budget that is no amount', 'retention.preview', { space: 'a', budgetFrost: '1.5' }],
  ['no byte at all', 'cost.more', { bytes: 0 }],
  ['a price without its currency', 'price.set', { price: { wal: '0.08' } }],
  ['a century of months', 'cost.months', { months: 1_200 }],
  ['a field of the prototype', 'sync.now', JSON.parse('{"__proto__":{"a":1}}')],
] as const)('%s is refused', (_, call, input) => {
  expect(() => checks[call](input)).toThrow(expect.objectContaining({ code: 'bad-input' }));
});

test('names of the prototype are no calls', () => {
  expect(isCallName('sync.now')).toBe(true);
  expect(['toString', 'constructor', '__proto__', 7, undefined].some(isCallName)).toBe(false);
});
