/** A link from anywhere can show a place, and nothing else. */
import { expect, test } from 'vitest';
import { placeIn, placeOf } from './deep-link.ts';

const space = '0123456789abcdef0123456789abcdef';

test.each([
  ['floe:needs', { screen: 'needs' }],
  ['floe://network', { screen: 'network' }],
  ['floe:settings/', { screen: 'settings' }],
  [`floe:space/${space}`, { screen: 'space', space }],
])('%s shows its place', (link, place) => {
  expect(placeOf(link)).toEqual(place);
});

test.each([
  'floe:',
  'floe:restore',
  'floe:space',
  'floe:space/../../etc',
  `floe:needs/${space}`,
  'floe:needs?then=delete',
  'floe:needs#x',
  'https://floe/needs',
  'floe:NEEDS',
])('%s is no link of ours', (link) => {
  expect(placeOf(link)).toBeUndefined();
});

test('a command line has at most one link that counts', () => {
  expect(placeIn(['/usr/bin/floe', '--flag', 'floe:needs', 'floe:network'])).toEqual({ screen: 'needs' });
  expect(placeIn(['/usr/bin/floe', '/a/floe:needs'])).toBeUndefined();
});
