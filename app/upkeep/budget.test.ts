import { describe, expect, it } from 'vitest';
import type { Payment } from '../ports/intents.ts';
import { leftFrost, monthStartMs, spentFrost } from './budget.ts';

const payment = (kind: string, frost: bigint, paidFrost: bigint | undefined): Payment => ({
  digest: 'd',
  kind,
  space: undefined,
  chainMs: 0,
  state: paidFrost === undefined ? 'prepared' : 'succeeded',
  frost,
  mist: 1n,
  writeFrost: 0n,
  postings: [],
  paidFrost,
  paidMist: undefined,
  failure: undefined,
});

describe('the budget', () => {
  it('goes by calendar months in UTC', () => {
    expect(monthStartMs(Date.parse('2026-11-01T00:00:00Z'))).toBe(Date.parse('2026-11-01T00:00:00Z'));
    expect(monthStartMs(Date.parse('2026-11-30T23:59:59.999Z'))).toBe(Date.parse('2026-11-01T00:00:00Z'));
    expect(monthStartMs(Date.parse('2028-02-29T12:00:00Z'))).toBe(Date.parse('2028-02-01T00:00:00Z'));
  });

  it('counts what is on its way as quoted, what is settled as paid, and no exchange', () => {
    const payments = [
      payment('register', 10n, 7n),
      payment('extend-pool', 5n, undefined),
      payment('exchange', 0n, -99n),
    ];
    expect(spentFrost(payments)).toBe(12n);
  });

  it('leaves nothing rather than less than nothing', () => {
    expect(leftFrost(undefined, 5n)).toBeUndefined();
    expect(leftFrost(10n, 4n)).toBe(6n);
    expect(leftFrost(10n, 11n)).toBe(0n);
  });
});
