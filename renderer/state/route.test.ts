import { expect, test } from 'vitest';
import { firstStep, nextStep, wordsToAsk } from './onboarding.ts';
import { firstWay, nextWay } from './route.ts';

test('the way back leads over the screens that were seen, and going where one is changes nothing', () => {
  let way = nextWay(firstWay, { kind: 'go', to: { screen: 'network' } });
  way = nextWay(way, { kind: 'go', to: { screen: 'network' } });
  way = nextWay(way, { kind: 'go', to: { screen: 'settings', group: 'security' } });
  way = nextWay(way, { kind: 'back' });
  expect(way.now).toEqual({ screen: 'network' });
  expect(nextWay(nextWay(way, { kind: 'back' }), { kind: 'back' }).now).toEqual({ screen: 'overview' });
});

test('an account that was made is never offered to be made again', () => {
  let step = nextStep(firstStep, { kind: 'start-new' });
  expect(nextStep(step, { kind: 'back' })).toEqual(firstStep);
  step = nextStep(step, { kind: 'made', phrase: 'words' });
  step = nextStep(nextStep(step, { kind: 'written' }), { kind: 'confirmed' });
  expect(nextStep(step, { kind: 'back' })).toEqual({ kind: 'folders', folders: [] });
  step = nextStep(step, { kind: 'chosen', folders: ['/a'] });
  expect(nextStep(step, { kind: 'back' })).toEqual({ kind: 'folders', folders: ['/a'] });
});

test('two different words are asked for, in order', () => {
  for (const first of [0, 0.3, 0.999])
    for (const second of [0, 0.3, 0.999]) {
      const [a, b] = wordsToAsk(24, [first, second]);
      expect(a).toBeLessThan(b);
      expect(b).toBeLessThan(24);
    }
});
