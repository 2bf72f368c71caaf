import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { natureOf } from './disk-nature.ts';
import { makeRoom } from './test-room.ts';

test('edge 3, 36: a usual disk of Linux keeps every name apart and all permissions, and its times step with the clock of the system', () => {
  const root = makeRoom(onTestFinished);
  const usual = { foldsCase: false, foldsForms: false, hasWindowsNames: false, keepsModes: true, timeStepMs: 10 };
  expect(natureOf(root, 'linux')).toEqual(usual);
  writeFileSync(`${root}/.floe-space`, 'mark');
  expect(natureOf(root, 'linux')).toEqual(usual);
});

test('where no mark can be tried, other systems are taken for what they usually are', () => {
  const root = makeRoom(onTestFinished);
  expect(natureOf(root, 'win32')).toMatchObject({ foldsCase: true, hasWindowsNames: true, keepsModes: false });
  expect(natureOf(root, 'darwin')).toMatchObject({ foldsCase: true, foldsForms: true, hasWindowsNames: false });
  writeFileSync(`${root}/.floe-space`, 'mark');
  expect(natureOf(root, 'darwin'), 'a disk of macOS that keeps case apart').toMatchObject({ foldsCase: false });
});
