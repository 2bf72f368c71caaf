import { describe, expect, it } from 'vitest';
import { addressFrom, standingWord } from './aggregators.ts';

describe('what is shown of aggregators', () => {
  it('is an address in one form, or none', () => {
    expect(addressFrom(' https://Aggregator.example.org/ ')).toBe('https://aggregator.example.org');
    expect(addressFrom('http://aggregator.example.org')).toBeUndefined();
    expect(addressFrom('')).toBeUndefined();
  });

  it('is the worst that is known', () => {
    const line = { url: 'https://a.org', bytes: 5, lies: 0, pingMs: 3 };
    expect(standingWord(undefined)).toBe('part.loading');
    expect(standingWord(line)).toBe('aggregators.answers');
    expect(standingWord({ ...line, trouble: 'x' })).toBe('aggregators.trouble');
    expect(standingWord({ ...line, trouble: 'x', pingMs: undefined })).toBe('aggregators.silent');
    expect(standingWord({ ...line, lies: 1 })).toBe('aggregators.lied');
  });
});
