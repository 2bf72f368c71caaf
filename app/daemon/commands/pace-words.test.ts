import { expect, test } from 'vitest';
import { rateFrom, rateText, spanMsFrom } from './pace-words.ts';

test.each([
  ['2MB/s', 2_000_000],
  ['500kB', 500_000],
  ['1.5 MiB/s', 1_572_864],
  ['2048', 2048],
  ['off', 'off'],
])('%s is a rate', (text, rate) => expect(rateFrom(text)).toBe(rate));
test.each(['fast', '2 parsec', '-1MB/s', ''])("'%s' is none", (text) =>
  expect(() => rateFrom(text)).toThrow('no rate'),
);
test('what is told can be read', () => expect(rateFrom(rateText(2_000_000))).toBe(2_000_000));
test.each([
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('%s is a span', (text, ms) => expect(spanMsFrom(text)).toBe(ms));
test.each(['2', 'h', '0m', '2 weeks'])("'%s' is none", (text) => expect(() => spanMsFrom(text)).toThrow('no span'));
