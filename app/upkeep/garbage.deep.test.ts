import { expect, it } from 'vitest';
import { seededDice } from '../formats/testing/seeded-dice.ts';
import { GarbageWorld } from './testing/garbage-world.ts';

const schedules = 10_000;
const acts = 500;

it('devices that collect while others write never delete what anybody published and keeps', () => {
  let deleted = 0;
  for (let seed = 1; seed <= schedules; seed++) {
    const played = new GarbageWorld(seededDice(seed)).play(acts);
    expect({ seed, lost: played.lost }).toEqual({ seed, lost: undefined });
    deleted += played.deleted;
  }
  expect(deleted).toBeGreaterThan(schedules);
});
