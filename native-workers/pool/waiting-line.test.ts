import { expect, test } from 'vitest';
import { WaitingLine } from './waiting-line.ts';

const always = (): boolean => true;

test('interactive passes bulk, and each urgency is served in the order of arrival', () => {
  const line = new WaitingLine<string>();
  line.join('b1', 'bulk');
  line.join('i1', 'interactive');
  line.join('b2', 'bulk');
  line.join('i2', 'interactive');
  expect(line.length).toBe(4);
  expect([1, 2, 3, 4, 5].map(() => line.next(always))).toEqual(['i1', 'i2', 'b1', 'b2', undefined]);
  expect(line.length).toBe(0);
});

test('a head that does not fit holds up everything behind it, even what would fit', () => {
  const line = new WaitingLine<number>();
  line.join(1, 'bulk');
  line.join(100, 'interactive');
  line.join(2, 'interactive');
  expect(line.next((size) => size < 50)).toBeUndefined();
  expect(line.next(always)).toBe(100);
  expect(line.next((size) => size < 50)).toBe(2);
});

test('whoever leaves is not served; leaving twice or after service changes nothing', () => {
  const line = new WaitingLine<string>();
  const leave = line.join('a', 'bulk');
  const leaveB = line.join('b', 'bulk');
  leave();
  leave();
  expect(line.length).toBe(1);
  expect(line.next(always)).toBe('b');
  leaveB();
  expect(line.length).toBe(0);
  line.join('c', 'bulk');
  line.join('d', 'interactive');
  expect(line.drain()).toEqual(['d', 'c']);
  expect(line.length).toBe(0);
});
