import { expect, test } from 'vitest';
import { missingFromLock } from './check-lock.ts';

test('a lock that holds every optional dependency lacks nothing', () => {
  const packages = {
    '': { optionalDependencies: { a: '1' } },
    'node_modules/a': { optionalDependencies: { 'a-linux': '1' } },
    'node_modules/a-linux': {},
  };
  expect(missingFromLock({ packages })).toEqual([]);
});

test('a nested package finds its dependency beside itself, and in every folder above', () => {
  const packages = {
    'node_modules/a/node_modules/b': { optionalDependencies: { near: '1', above: '1', top: '1' } },
    'node_modules/a/node_modules/b/node_modules/near': {},
    'node_modules/a/node_modules/above': {},
    'node_modules/top': {},
  };
  expect(missingFromLock({ packages })).toEqual([]);
});

test('an optional dependency that only another package has is missing', () => {
  const packages = {
    'node_modules/@scope/a': { optionalDependencies: { '@scope/a-mac': '1' } },
    'node_modules/b/node_modules/@scope/a-mac': {},
  };
  expect(missingFromLock({ packages })).toEqual(['node_modules/@scope/a -> @scope/a-mac']);
});

test('what the root itself names is looked for too', () => {
  expect(missingFromLock({ packages: { '': { optionalDependencies: { gone: '1' } } } })).toEqual(['. -> gone']);
});
