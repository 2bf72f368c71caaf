/**
 * The folder that the crash tests protect: the same bytes, modes and times in every home, several full packs on a network of four shards, content
 * that stands there twice, a file of many chunks, a link, an empty file and an empty folder. `editFolder` makes the second round.
 */
import {
  chmodSync,
  cpSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { seededDice } from '../world/seeded-dice.ts';

/** At most the smallest chunk of such a network: each such file is one chunk whatever the space's key, so all homes fill packs alike. */
const smallBytes = 4096;
const smallFiles = 220;
const longTimeAgoSeconds = 1_700_000_000;

function fill(folder: string, seed: number, files: number): void {
  mkdirSync(folder);
  const dice = seededDice(seed);
  for (let i = 0; i < files; i++) writeFileSync(join(folder, `${i}.bin`), dice.bytes(smallBytes));
}

/** Times that do not tell when the test ran. */
function settleTimes(folder: string, seconds: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) settleTimes(path, seconds);
    lutimesSync(path, seconds, seconds);
  }
}

export function makeFolder(folder: string): void {
  mkdirSync(folder);
  fill(join(folder, 'many'), 1, smallFiles);
  writeFileSync(join(folder, 'large.bin'), seededDice(2).bytes(100_000));
  writeFileSync(join(folder, 'twice.bin'), seededDice(2).bytes(100_000));
  writeFileSync(join(folder, 'Grüße 👋.txt'), 'hello\n'.repeat(2000));
  writeFileSync(join(folder, 'empty'), '');
  mkdirSync(join(folder, 'nothing in it'));
  symlinkSync('nowhere/at/all', join(folder, 'link'));
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(folder, 'run.sh'), 0o755);
  settleTimes(folder, longTimeAgoSeconds);
}

/** New files for more than a pack, a change, a move, a deletion, and content that is stored already. */
export function editFolder(folder: string): void {
  fill(join(folder, 'more'), 3, smallFiles / 2);
  cpSync(join(folder, 'many', '7.bin'), join(folder, 'more', 'known.bin'));
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\nexit 1\n');
  renameSync(join(folder, 'large.bin'), join(folder, 'nothing in it', 'moved.bin'));
  rmSync(join(folder, 'many', '0.bin'));
  settleTimes(join(folder, 'more'), longTimeAgoSeconds + 60);
  for (const path of ['more', 'many', 'nothing in it', 'run.sh'])
    lutimesSync(join(folder, path), longTimeAgoSeconds + 60, longTimeAgoSeconds + 60);
}
