import { expect, test } from 'vitest';
import { chunkLimitsFor, sealOverheadBytes, usualChunkLimits } from './chunk.ts';

test('a large pack takes the usual limits', () => {
  expect(chunkLimitsFor(56 * 1024 * 1024)).toEqual(usualChunkLimits);
  expect(chunkLimitsFor(16 * 1024 * 1024)).toEqual(usualChunkLimits);
  expect(chunkLimitsFor(16 * 1024 * 1024 - 1)).not.toEqual(usualChunkLimits);
});

test('a chunk is at most a quarter of its pack down to 4 KiB, and the limits keep their proportions', () => {
  for (let packBytes = 1024; packBytes < 2 ** 27; packBytes = Math.ceil(packBytes * 1.37)) {
    const { min, normal, max } = chunkLimitsFor(packBytes);
    expect(max === 4096 || max * 4 <= packBytes, `${packBytes}`).toBe(true);
    expect([min * 16, normal * 4]).toEqual([max, max]);
    expect(Number.isInteger(Math.log2(normal))).toBe(true);
  }
});

test('a sealed chunk carries its codec byte, nonce and tag', () => {
  expect(sealOverheadBytes).toBe(29);
});
