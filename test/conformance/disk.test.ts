/** Both disks keep the promises of the port; and a disk that breaks one is found out. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { openDisk } from '../../app/adapters/disk/disk.ts';
import { openIdleClock } from '../world/idle-clock.ts';
import { openMemoryDisk } from '../world/memory-disk.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { diskPromises, type DiskRoom } from './disk-promises.ts';

async function realRoom(): Promise<DiskRoom> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'floe-disk-')));
  const disk = openDisk({ threads: 1 });
  onTestFinished(async () => {
    await disk.close();
    rmSync(root, { recursive: true, force: true });
  });
  const at = (path: string): string => join(root, path);
  return {
    disk,
    root,
    hand: {
      write(path, content) {
        mkdirSync(dirname(at(path)), { recursive: true });
        writeFileSync(at(path), content);
      },
      read: (path) => readFileSync(at(path), 'utf8'),
      symlink: (path, target) => symlinkSync(target, at(path)),
      remove: (path) => rmSync(at(path), { recursive: true }),
      exists: (path) => existsSync(at(path)),
    },
  };
}

async function memoryRoom(): Promise<DiskRoom> {
  const disk = openMemoryDisk(openIdleClock(), seededDice(Math.floor(Math.random() * 2 ** 31)));
  const root = '/root';
  disk.user.makeFolder(root);
  const at = (path: string): string => `${root}/${path}`;
  return {
    disk,
    root,
    hand: {
      write: (path, content) => disk.user.write(at(path), content),
      read: (path) => disk.user.text(at(path)),
      symlink: (path, target) => disk.user.symlink(at(path), target),
      remove: (path) => disk.user.remove(at(path)),
      exists: (path) => disk.user.exists(at(path)),
    },
  };
}

describe('the real disk', () => {
  diskPromises(realRoom);
});
describe('the disk in memory', () => {
  diskPromises(memoryRoom);
});
