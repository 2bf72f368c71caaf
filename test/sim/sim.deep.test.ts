/** The simulation as its command line runs it, in processes of its own: what it plays is loaded with models, and sometimes with a planted bug. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { knownSeeds } from './known-seeds.ts';
import { mutants, planted } from './mutants/mutants.ts';

async function sim(...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./sim.ts', import.meta.url)), ...args]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, said };
}

const traceOf = (said: string): string | undefined => /^trace [0-9a-f]{64}$/m.exec(said)?.[0];

describe('a simulated history', () => {
  it.each([
    ['on the model of the network', '17'],
    ['on the embedded network', '20'],
  ])('%s has the same trace in any process', async (_, seed) => {
    const one = await sim(seed);
    const other = await sim(seed);
    expect(one.code, one.said).toBe(0);
    expect(traceOf(one.said)).toBeDefined();
    expect(traceOf(other.said)).toBe(traceOf(one.said));
  });

  it.runIf(knownSeeds.length > 0)('that once broke a promise keeps it now', async () => {
    const { code, said } = await sim('--known');
    expect(code, said).toBe(0);
  });
});

/** All of them take minutes: `npm run sim -- --mutants`. */
const triedAtOnce = 3;
const start = Date.now() % mutants.length;
const tried = Array.from({ length: triedAtOnce }, (_, i) => mutants[(start + 4 * i) % mutants.length]);

describe('a planted bug', () => {
  it.each(tried.flatMap((mutant) => (mutant ? [mutant] : [])))('is found: $name', async ({ name, seed }) => {
    const { code, said } = await sim('--mutant', name, '--from', String(seed));
    expect(said).toMatch(/^seed \d+, history \d+: /m);
    expect(code).toBe(1);
  });

  it.each([...mutants])('has its place in the source still: $name', (mutant) => {
    expect(planted(mutant)).toContain(mutant.to);
  });
});
