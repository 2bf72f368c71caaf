import { expect, test } from 'vitest';
import { BufferShelf } from './buffer-shelf.ts';

test('a buffer that was given is taken again, whatever was asked for', () => {
  const shelf = new BufferShelf(100, 2);
  const first = shelf.take(7);
  expect(first.byteLength).toBe(100);
  shelf.give(first);
  expect(shelf.take(100)).toBe(first);
  expect(shelf.take(100)).not.toBe(first);
});

test('what is too large is made for its use only, and no more are kept than may be', () => {
  const shelf = new BufferShelf(100, 2);
  const large = shelf.take(101);
  expect(large.byteLength).toBe(101);
  const usual = [shelf.take(1), shelf.take(1), shelf.take(1)];
  for (const buffer of [large, new ArrayBuffer(50), ...usual]) shelf.give(buffer);
  expect(large.detached).toBe(true);
  expect(usual.map(({ detached }) => detached)).toEqual([false, false, true]);
  shelf.clear();
  expect(usual.every(({ detached }) => detached)).toBe(true);
});
