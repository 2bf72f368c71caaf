import { describe, expect, it } from 'vitest';
import { growthFor, noPool, surplusOf } from './pool-size.ts';

const mib = 1024 * 1024;

describe('a pool', () => {
  it('grows by what a blob lacks, in whole units, and not at all while there is room', () => {
    expect(growthFor(noPool, 5 * mib + 1)).toBe(6 * mib);
    expect(growthFor({ capacityBytes: 10 * mib, usedBytes: 9 * mib }, mib)).toBe(0);
    expect(growthFor({ capacityBytes: 10 * mib, usedBytes: 9 * mib }, mib + 1)).toBe(mib);
  });

  it('is not paid on for what nobody will use, but keeps what is likely to be wanted', () => {
    const pool = { capacityBytes: 100 * mib, usedBytes: 40 * mib };
    expect(surplusOf(pool, 0)).toBe(60 * mib);
    expect(surplusOf(pool, 20 * mib + 1)).toBe(39 * mib);
    expect(surplusOf(pool, 90 * mib)).toBe(0);
    expect(surplusOf({ capacityBytes: 3 * mib, usedBytes: 0 }, 0), 'one unit stays').toBe(2 * mib);
  });
});
