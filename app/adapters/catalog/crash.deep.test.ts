import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from './store.ts';
import { catalogFile } from './testing/room.ts';
import { chunkId } from './testing/samples.ts';

const perRound = 400;

/** Runs the writer, kills it without warning a moment after some step, and returns the last step that it had said. */
async function killedWriter(file: string, steps: number, spin: number): Promise<readonly [string, number]> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'testing', 'writer.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let isKilled = false;
  writer.stdout.on('data', (data: Buffer) => {
    said += data.toString();
    if (isKilled || said.split('\n').length <= steps) return;
    isKilled = true;
    // Busy turns instead of a timer: the kill lands inside the step that follows.
    for (let turn = 0; turn < spin * 100_000; turn++) if (turn < 0) said = '';
    writer.kill('SIGKILL');
  });
  await once(writer, 'close');
  const [step = '', sequence = '0'] = said.trim().split('\n').at(-1)?.split(' ') ?? [];
  return [step, Number(sequence)];
}

describe('a catalog whose process was killed', () => {
  it('holds every step whole or not at all, and all that was said to be done', async () => {
    const file = catalogFile();
    for (let turn = 0; turn < 12; turn++) {
      const [step, said] = await killedWriter(file, 1 + (turn % 4), turn % 7);
      const { operations: catalog, close } = openStore(file);
      expect(catalog.integrity()).toBeUndefined();
      const [row] = catalog.spaces();
      if (row === undefined) throw new Error('the writer had made its space');
      const pending = catalog.pendingRound(row.num);
      const newest = pending?.sequence ?? row.sequence;
      if (step === 'certified') expect(row.sequence).toBeGreaterThanOrEqual(said);
      if (step === 'sealed') expect(newest).toBeGreaterThanOrEqual(said);
      expect(newest - row.sequence).toBe(pending ? 1 : 0);
      const names = catalog.children([row.root])[0]?.map((entry) => entry.name) ?? [];
      expect(names).toHaveLength(newest === 0 ? 0 : perRound);
      expect(names.every((name) => name.startsWith(`r${newest}-`))).toBe(true);
      expect(catalog.totals(row.num).files).toBe(names.length);
      for (let sequence = 1; sequence <= newest; sequence++) {
        expect(catalog.listAt(row.num, '', sequence)?.every(({ name }) => name.startsWith(`r${sequence}-`))).toBe(true);
      }
      const base = (newest + 1) * 10_000;
      const known = catalog.knownChunks(Array.from({ length: perRound }, (_, i) => chunkId(base + i)));
      expect(new Set(known).size).toBe(1);
      close();
    }
  }, 120_000);
});
