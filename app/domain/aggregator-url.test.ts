import { describe, expect, it } from 'vitest';
import { aggregatorsMax, parseAggregatorUrl, parseAggregatorUrls } from './aggregator-url.ts';

describe("an aggregator's address", () => {
  it.each([
    ['https://aggregator.example.org', 'https://aggregator.example.org'],
    [' HTTPS://Aggregator.Example.org:8443/walrus/ ', 'https://aggregator.example.org:8443/walrus'],
    ['https://[2001:db8::1]:443/a/b', 'https://[2001:db8::1]:443/a/b'],
    ['http://127.0.0.1:31415', 'http://127.0.0.1:31415'],
    ['http://localhost:1/', 'http://localhost:1'],
    ['http://[::1]', 'http://[::1]'],
  ])('is taken and put into one form: %s', (typed, url) => {
    expect(parseAggregatorUrl(typed)).toBe(url);
    expect(parseAggregatorUrl(url)).toBe(url);
  });

  it.each([
    '',
    'aggregator.example.org',
    'http://aggregator.example.org',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'ftp://aggregator.example.org',
    'https://user:word@example.org',
    'https://user@example.org',
    'https://example.org?x=1',
    'https://example.org/#x',
    'https://example.org/a/../b',
    'https://example.org/./b',
    'https://example.org//b',
    'https://example.org:0',
    'https://example.org:70000',
    'https://exa mple.org',
    'https://example.org\n.evil.org',
    'https://example.org/%2e%2e',
    `https://example.org/${'a'.repeat(200)}`,
    'https://',
    'https://-',
  ])('is refused in words: %s', (typed) => {
    expect(() => parseAggregatorUrl(typed)).toThrow(/no aggregator's address/);
  });

  it('counts once, and there are not too many', () => {
    expect(parseAggregatorUrls(['https://a.org', 'https://a.org/', 'https://b.org'])).toEqual([
      'https://a.org',
      'https://b.org',
    ]);
    const many = Array.from({ length: aggregatorsMax + 1 }, (_, i) => `https://a${i}.org`);
    expect(() => parseAggregatorUrls(many)).toThrow(`${aggregatorsMax} aggregators`);
    expect(parseAggregatorUrls(many.slice(1))).toHaveLength(aggregatorsMax);
  });
});
