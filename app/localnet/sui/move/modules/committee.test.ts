/** Shards by stake: what the apportionment promises for any stakes, and that as few shards move as can be. */
import { describe, expect, it } from 'vitest';
import { apportion, handOut, isSameHandOut, priceOfVotes, type ShardLists } from './committee.ts';
import { seededDice } from '../../../network/testing/fake-chain.ts';

const staked = (...stakes: bigint[]) => stakes.map((stake, i) => ({ nodeId: `n${String(i).padStart(3, '0')}`, stake }));

describe('apportionment', () => {
  it('gives shards in proportion, caps the rich, and leaves out who has too little', () => {
    expect([...(apportion(staked(3n, 3n, 2n, 2n), 10) ?? []).values()]).toEqual([3, 3, 2, 2]);
    expect(apportion(staked(1_000n, 3n, 3n, 2n, 2n), 10)?.get('n000')).toBe(4);
    expect(apportion(staked(50n, 50n, 50n, 1n), 12)?.has('n003')).toBe(false);
    expect(apportion(staked(0n, 5n, 5n, 5n), 9)?.has('n000')).toBe(false);
    expect(apportion(staked(0n, 0n), 9)).toBeUndefined();
  });

  it('hands out every shard once, whatever the stakes, and never more than the cap', () => {
    const dice = seededDice(5);
    for (let round = 0; round < 60; round++) {
      const nodes = 4 + Math.floor(dice.fraction() * 30);
      const shards = nodes + Math.floor(dice.fraction() * 150);
      const stakes = staked(...Array.from({ length: nodes }, () => BigInt(Math.floor(dice.fraction() * 1e9))));
      const counts = apportion(stakes, shards);
      if (counts === undefined) continue;
      const given = [...counts.values()];
      expect(given.reduce((sum, count) => sum + count, 0)).toBe(shards);
      const alive = stakes.filter(({ stake }) => stake > 0n).length;
      const cap = Math.max(1, alive >= 20 ? Math.floor(shards / 10) : Math.ceil((2 * shards) / alive));
      expect(Math.max(...given)).toBeLessThanOrEqual(cap);
    }
  });
});

describe('the hand-out', () => {
  it('moves no more shards than the numbers demand', () => {
    let lists: ShardLists = handOut(new Map(), apportion(staked(3n, 3n, 2n, 2n), 100) ?? new Map(), 100);
    const dice = seededDice(6);
    for (let round = 0; round < 30; round++) {
      const stakes = staked(...Array.from({ length: 5 }, () => BigInt(1 + Math.floor(dice.fraction() * 1000))));
      const counts = apportion(stakes, 100) ?? expect.fail();
      const next = handOut(lists, counts, 100);
      expect([...next.values()].flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      const moved = [...next].flatMap(([id, own]) => own.filter((shard) => !lists.get(id)?.includes(shard))).length;
      const demanded = [...counts].reduce((sum, [id, n]) => sum + Math.max(0, n - (lists.get(id)?.length ?? 0)), 0);
      expect(moved).toBe(demanded);
      lists = next;
    }
    const same = handOut(lists, new Map([...lists].map(([id, own]) => [id, own.length])), 100);
    expect(isSameHandOut(lists, same)).toBe(true);
  });
});

it('takes the lowest price that nodes with two thirds of the shards agree to', () => {
  const votes = [
    { price: 9n, weight: 3 },
    { price: 1n, weight: 3 },
    { price: 5n, weight: 4 },
  ];
  expect(priceOfVotes(votes, 10)).toBe(5n);
  expect(priceOfVotes([{ price: 2n, weight: 10 }], 10)).toBe(2n);
});
