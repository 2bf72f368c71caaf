import { describe, expect, it } from 'vitest';
import { encodedBytes, redStuff, storageUnits, unitBytes } from '../domain/redstuff.ts';
import { apartBytes, encodedPacks, roomCost } from './more-room.ts';
import { noPool } from './pool-size.ts';

const prices = { storagePrice: 10n, writePrice: 3n };

describe('what more files would cost', () => {
  it('fills packs, and pads the last one', () => {
    const packs = encodedPacks(2_500_000, 100, 1_000_000);
    expect(packs).toHaveLength(3);
    expect(packs[0]).toBe(encodedBytes(redStuff(100), 1_000_000));
    expect(packs[2]).toBeLessThan(packs[0] ?? 0);
    expect(encodedPacks(1, 100, 1_000_000)).toHaveLength(1);
  });

  it('uses the room that is there before more is bought; writing is paid in any case', () => {
    const packs = [5 * unitBytes];
    expect(roomCost(packs, noPool, 4, prices)).toMatchObject({
      boughtBytes: 5 * unitBytes,
      frost: 215n,
      frostPerEpoch: 50n,
    });
    const half = { capacityBytes: 10 * unitBytes, usedBytes: 7 * unitBytes };
    expect(roomCost(packs, half, 4, prices)).toMatchObject({
      boughtBytes: 2 * unitBytes,
      frost: 95n,
      frostPerEpoch: 20n,
    });
    const roomy = { capacityBytes: 10 * unitBytes, usedBytes: 0 };
    expect(roomCost(packs, roomy, 4, prices)).toMatchObject({ boughtBytes: 0, frost: 15n, frostPerEpoch: 0n });
  });

  it('never says that files apart would take more than they would', () => {
    const code = redStuff(1_000);
    const sizes = [1, 20, 300_000, 5_000_000, 800_000_000];
    const exact = sizes.reduce((sum, size) => sum + encodedBytes(code, size), 0);
    const least = apartBytes(
      sizes.length,
      sizes.reduce((sum, size) => sum + size, 0),
      1_000,
    );
    expect(least).toBeLessThanOrEqual(exact);
    expect(least).toBeGreaterThan(0.9 * exact);
    expect(storageUnits(apartBytes(1, 1, 1_000))).toBe(storageUnits(encodedBytes(code, 1)));
    expect(apartBytes(0, 0, 1_000)).toBe(0);
  });
});
