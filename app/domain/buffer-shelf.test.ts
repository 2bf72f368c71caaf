import { expect, test } from 'vitest';
import { BufferShelf, ownBuffers } from './buffer-shelf.ts';

test('a buffer that was given is taken again, whatever was asked for', () => {
  const shelf = new BufferShelf(100, 2, ownBuffers);
  const first = shelf.take(7);
  expect(first.byteLength).toBe(100);
  shelf.give(first);
  expect(shelf.take(100)).toBe(first);
  expect(shelf.take(100)).not.toBe(first);
});

test('what is too large is made for its use only, and no more are kept than may be', () => {
  const shelf = new BufferShelf(100, 2, ownBuffers);
  const large = shelf.take(101);
  expect(large.byteLength).toBe(101);
  const usual = [shelf.take(1), shelf.take(1), shelf.take(1)];
  for (const buffer of [large, new ArrayBuffer(50), ...usual]) shelf.give(buffer);
  expect(large.byteLength).toBe(0);
  expect(usual.map(({ byteLength }) => byteLength)).toEqual([100, 100, 0]);
  shelf.clear();
  expect(usual.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0]);
  expect(shelf.take(1).byteLength).toBe(100);
});

test('shared memory is emptied where it lies and serves again', () => {
  const emptied: ArrayBufferLike[] = [];
  const shelf = new BufferShelf(100, 1, {
    make: (bytes) => new SharedArrayBuffer(bytes),
    empty: (buffer) => void emptied.push(buffer),
  });
  const kept = shelf.take(1);
  const surplus = shelf.take(1);
  shelf.give(kept);
  shelf.give(surplus);
  expect(emptied).toEqual([surplus]);
  shelf.clear();
  expect(emptied).toEqual([surplus, kept]);
  expect(shelf.take(1)).toBe(kept);
});
