import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makePath } from './make-path.ts';
import { makeRoom } from './test-room.ts';

const room = (): string => makeRoom(onTestFinished);

it('makes what is missing with the mode asked for, and leaves what is there', () => {
  const root = room();
  makePath(join(root, 'a/b/c'), 0o700);
  makePath(join(root, 'a/b/c'), 0o755);
  expect(statSync(join(root, 'a/b/c')).mode & 0o777).toBe(0o700);
  makePath(resolve('/'), 0o700);
});

it('refuses a place that a file holds, or that lies below one', () => {
  const root = room();
  writeFileSync(join(root, 'file'), '');
  expect(() => makePath(join(root, 'file'), 0o700)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(() => makePath(join(root, 'file/below'), 0o700)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
});

it.skipIf(!existsSync('/proc/self'))('comes back where a file system makes no folders', () => {
  expect(() => makePath('/proc/floe/below', 0o700)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});
