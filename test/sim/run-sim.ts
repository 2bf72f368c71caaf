/** What the command line of the simulation does. Loaded once models and planted bugs are in their places. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { History } from './history.ts';
import { knownHistory, knownSeeds } from './known-seeds.ts';
import { mutants } from './mutants/mutants.ts';
import { historyOf, play, type Played } from './play.ts';
import { shrink } from './shrink.ts';

export interface SimRequest {
  readonly seconds?: string | undefined;
  readonly from?: string | undefined;
  readonly mutant?: string | undefined;
  readonly mutants: boolean;
  readonly known: boolean;
  readonly seeds: readonly number[];
}

const usualSeconds = 60;
const shrinkSeconds = 60;
const linesShown = 60;
const seedMax = 2 ** 31;
const nowMs = (): number => performance.now();

export async function runSim(request: SimRequest): Promise<number> {
  if (request.mutants) return showMutants(Number(request.seconds ?? usualSeconds));
  if (request.known) return playKnown();
  const [seed] = request.seeds;
  if (seed !== undefined) return playAgain(seed);
  // Never the same twice, and printed: with it all of them come again.
  const base = request.from === undefined ? Date.now() % seedMax : Number(request.from);
  return playFresh(base, Number(request.seconds ?? usualSeconds), request.mutant !== undefined);
}

/** One history, told step by step. */
async function playAgain(seed: number): Promise<number> {
  const played = await play(historyOf(seed));
  console.log(played.trace.join('\n'));
  console.log(`trace ${played.hash}`);
  if (played.broken === undefined) return 0;
  console.log(`seed ${seed} breaks a promise: ${played.broken.words}`);
  return 1;
}

async function playFresh(base: number, seconds: number, isMutant: boolean): Promise<number> {
  console.log(`seeds from ${base} on, for ${seconds} s`);
  const startMs = nowMs();
  const counts = new Map<string, number>();
  let histories = 0;
  for (let seed = base; nowMs() - startMs < seconds * 1000; seed++) {
    const played = await play(historyOf(seed));
    histories++;
    for (const [what, times] of played.counts) counts.set(what, (counts.get(what) ?? 0) + times);
    if (played.broken === undefined) continue;
    if (isMutant) console.log(`seed ${seed}, history ${histories}: ${played.broken.words.split('\n')[0] ?? ''}`);
    else await tell(seed, played);
    return 1;
  }
  const took = (nowMs() - startMs) / 1000;
  console.log(`${histories} histories, ${(histories / took).toFixed(1)} a second; every promise was kept`);
  for (const [what, times] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    if (!what.startsWith('point ')) console.log(`  ${String(times).padStart(7)}  ${what}`);
  return 0;
}

async function tell(seed: number, played: Played): Promise<void> {
  console.log(`seed ${seed} breaks a promise: ${played.broken?.words ?? ''}`);
  const untilMs = nowMs() + shrinkSeconds * 1000;
  const again = (history: History): Promise<Played> => play(history);
  const small = await shrink(played, again, () => nowMs() < untilMs);
  console.log(`of ${played.history.steps.length} steps ${small.history.steps.length} are enough:`);
  console.log(small.trace.slice(-linesShown).join('\n'));
  console.log(`its steps, for test/sim/known: ${JSON.stringify(small.history)}`);
  console.log(`npm run sim -- ${seed} plays it whole, with trace ${played.hash}`);
}

async function playKnown(): Promise<number> {
  let failures = 0;
  for (const known of knownSeeds) {
    const { broken } = await play(knownHistory(known));
    if (broken === undefined) continue;
    failures++;
    const { seed, bug } = known;
    console.log(`seed ${seed} fails again (${bug}): ${broken.words}`);
  }
  console.log(`${knownSeeds.length} known seeds, ${failures} fail`);
  return failures > 0 ? 1 : 0;
}

interface Search {
  readonly line: string | undefined;
  readonly tookSeconds: number;
}

/** Far more histories than a search plays. */
const seedsApart = 1_000_000;

/** Looks for a planted bug on all processors at once, each from seeds of its own; the first that finds it ends the search. */
async function find(name: string, base: number, seconds: number): Promise<Search> {
  const startMs = nowMs();
  const searchers = Array.from({ length: availableParallelism() }, (_, i) => {
    const from = (base + i * seedsApart) % seedMax;
    const args = ['--mutant', name, '--seconds', String(seconds), '--from', String(from)];
    return spawn(process.execPath, [fileURLToPath(new URL('./sim.ts', import.meta.url)), ...args]);
  });
  const lines = searchers.map(async (searcher) => {
    let said = '';
    for await (const text of searcher.stdout) said += String(text);
    const line = /^seed .*$/m.exec(said)?.[0];
    // Whoever found nothing has no say while others look.
    if (line === undefined) throw new Error('not found');
    return line;
  });
  const line = await Promise.any(lines).catch(() => undefined);
  for (const searcher of searchers) searcher.kill('SIGKILL');
  return { line, tookSeconds: (nowMs() - startMs) / 1000 };
}

/** Every planted bug from fresh seeds. */
async function showMutants(seconds: number): Promise<number> {
  const base = Date.now() % seedMax;
  let missed = 0;
  for (const { name } of mutants) {
    const { line, tookSeconds } = await find(name, base, seconds);
    if (line === undefined) missed++;
    console.log(`${name.padEnd(48)} ${tookSeconds.toFixed(1).padStart(5)} s  ${(line ?? 'NOT FOUND').slice(0, 150)}`);
  }
  console.log(`${mutants.length - missed} of ${mutants.length} planted bugs were found`);
  return missed > 0 ? 1 : 0;
}
