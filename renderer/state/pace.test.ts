import { expect, test } from 'vitest';
import type { Steering } from '../../app/wire/steering.ts';
import {
  isOverNight,
  minuteFrom,
  paceSentence,
  rateField,
  rateFrom,
  shareField,
  shareFrom,
  timeField,
  wholeFrom,
} from './pace.ts';

test('a rate is typed in MB a second, with a point or a comma; an empty field is none', () => {
  expect(['', ' ', '2', '2,5', '0.000001'].map(rateFrom)).toEqual(['off', 'off', 2_000_000, 2_500_000, 1]);
  expect(['0', '-1', 'fast', '1e9', '1.2.3'].map(rateFrom)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  for (const rate of [1024, 500_000, 2_500_000]) expect(rateFrom(rateField(rate))).toBe(rate);
  expect(rateField(undefined)).toBe('');
});

test('counts are whole, shares are percent', () => {
  expect([wholeFrom('30', 30), wholeFrom('29', 30), wholeFrom('30.5', 30)]).toEqual([30, undefined, undefined]);
  expect([shareFrom('25'), shareFrom('0'), shareFrom('101')]).toEqual([0.25, undefined, undefined]);
  expect([shareField(0.25), shareField(0.29)]).toEqual(['25', '29']);
});

test('a time field has the minutes of a day, and the end of one is its midnight', () => {
  expect([timeField(0), timeField(1439), timeField(1440)]).toEqual(['00:00', '23:59', '00:00']);
  expect([minuteFrom('08:30'), minuteFrom('24:00'), minuteFrom('')]).toEqual([510, undefined, undefined]);
  const rule = { weekdays: [0], speed: 'full' } as const;
  expect([
    isOverNight({ ...rule, from: 600, to: 60 }),
    isOverNight({ ...rule, from: 600, to: 0 }),
    isOverNight({ ...rule, from: 60, to: 600 }),
  ]).toEqual([true, false, false]);
});

test('the first sentence says what holds now', () => {
  const steering: Steering = {
    limits: {},
    plan: [],
    speed: 'limited',
    policy: { battery: 'never', metered: 'all' },
    power: {},
    isBulkHeld: false,
    aggregators: [],
  };
  expect(paceSentence(steering)).toBe('pace.full');
  expect(paceSentence({ ...steering, limits: { down: 5_000 } })).toBe('pace.limited');
  expect(paceSentence({ ...steering, speed: 'nothing' })).toBe('pace.nothing');
  expect(paceSentence({ ...steering, pause: { reason: 'schedule' } })).toBe('pace.paused-schedule');
});
