import { describe, expect, it } from 'vitest';
import { seededDice } from '../formats/testing/seeded-dice.ts';
import { answerTo, deletable, nextList, noGarbage, standingOf, unanswered } from './garbage.ts';
import { GarbageWorld, mistakes } from './testing/garbage-world.ts';

const acts = 400;
const schedules = 300;
/** Schedules in which a planted mistake must show. */
const mutantSchedules = 3_000;

const list = { number: 3, timeMs: 20, packs: ['p', 'q', 'r'] };
const participant = (device: string, needs: readonly number[] | undefined, number = 3) => ({
  device,
  record: { ...noGarbage(), answers: new Map(needs === undefined ? [] : [['own', { number, needs }]]) },
});
const now = { chainMs: 22, graceMs: 2, gone: new Set<string>() };
const judged = (participants: Parameters<typeof standingOf>[2], at = now): readonly string[] | undefined =>
  deletable<string, string>(list, standingOf('own', list, participants, at), (pack) => pack === 'r');

describe('a doom list', () => {
  it('is settled when everybody has answered it and its time is over; what somebody needs stays', () => {
    expect(judged([participant('a', []), participant('b', [0])])).toEqual(['q']);
    expect(judged([participant('a', [])], { ...now, chainMs: 21 })).toBeUndefined();
    expect(judged([])).toEqual(['p', 'q']);
  });

  it('waits for whoever has not answered this very list, unless a person called it gone', () => {
    expect(judged([participant('a', undefined)])).toBeUndefined();
    expect(judged([participant('a', [], 2)])).toBeUndefined();
    expect(judged([{ device: 'a', record: undefined }])).toBeUndefined();
    expect(judged([participant('a', undefined)], { ...now, gone: new Set(['a']) })).toEqual(['p', 'q']);
    expect(judged([{ device: 'own', record: undefined }])).toEqual(['p', 'q']);
  });

  it('is answered once, by places', () => {
    const answer = answerTo(list, (pack) => pack === 'q');
    expect(answer).toEqual({ number: 3, needs: [1] });
    const others = [{ device: 'a', record: { list, answers: new Map() } }];
    expect(unanswered({ device: 'own', record: undefined }, others)).toEqual([{ device: 'a', list }]);
    const own = { device: 'own', record: { ...noGarbage(), answers: new Map([['a', answer]]) } };
    expect(unanswered(own, others)).toEqual([]);
    expect(nextList(list, [], 30)).toEqual({ number: 4, timeMs: 30, packs: [] });
  });
});

describe('devices that collect while others write', () => {
  it(`never delete what anybody published and keeps, in ${schedules} schedules`, () => {
    let deleted = 0;
    let kept = 0;
    for (let seed = 1; seed <= schedules; seed++) {
      const played = new GarbageWorld(seededDice(seed)).play(acts);
      expect({ seed, lost: played.lost }).toEqual({ seed, lost: undefined });
      deleted += played.deleted;
      kept += played.kept;
    }
    expect(deleted, 'garbage goes').toBeGreaterThan(schedules);
    expect(kept, 'something is saved in time').toBeGreaterThan(10);
  });

  it.each(mistakes)('would be caught by these schedules if one of them %s', (mistake) => {
    for (let seed = 1; seed <= mutantSchedules; seed++)
      if (new GarbageWorld(seededDice(seed), mistake).play(acts).lost !== undefined) return;
    expect.fail(`${mutantSchedules} schedules did not show it`);
  });
});
