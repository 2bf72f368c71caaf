/** A scratch folder for a benchmark, on the disk that `FLOE_BENCH_DIR` names or the system's usual one, and what to measure on. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sample } from '../../native-workers/bench/measure.ts';

/** Runs something in a fresh folder that is gone afterwards. */
export async function inRoom(work: (room: string) => Promise<void>): Promise<void> {
  const room = mkdtempSync(join(process.env['FLOE_BENCH_DIR'] ?? tmpdir(), 'floe-bench-'));
  try {
    await work(room);
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

/** Files of random bytes. */
export function writeRandomFiles(folder: string, files: number, bytesEach: number): void {
  mkdirSync(folder, { recursive: true });
  for (let file = 0; file < files; file++)
    writeFileSync(join(folder, `file-${file}`), sample(bytesEach, 0x9e3779b9 ^ (file * 0x01000193)));
}

/** Small files, a hundred in each folder. */
export function writeSmallFiles(folder: string, files: number): void {
  for (let file = 0; file < files; file++) {
    const place = join(folder, `folder-${Math.floor(file / 100)}`);
    if (file % 100 === 0) mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `file-${file % 100}`), `small file ${file}`);
  }
}

/** Bytes of all files below a folder. */
export function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
