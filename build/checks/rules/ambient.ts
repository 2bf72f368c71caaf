/**
 * No ambient time and no ambient chance: logic takes a `Clock` and a `Dice` (app/domain/clock.ts), so that a test can run years in a moment and a
 * failure can be replayed. Adapters and hosts make the real ones; tests, scripts and measurements may look at the clock on the wall.
 */
import { lineOf } from '../code-only.ts';
import type { Breach, Rule, SourceFile } from '../rule.ts';
import { isTest } from '../source-files.ts';

const mayBeAmbient = [
  /^app\/adapters\//,
  /^app\/daemon\//,
  /^main\//,
  /^renderer\//,
  /^build\//,
  /^native-workers\/bench\//,
];

const time =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\.now\b|\bprocess\.hrtime\b|\bset(?:Timeout|Interval)\s*\(/g;
const chance = /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b/g;
/** From node:crypto; a test's own seeded function of the same name is not ambient. */
const cryptoChance =
  /import\s*\{[^}]*\brandom(?:Bytes|Fill|FillSync|Int|UUID)\b[^}]*\}\s*from\s*['"](?:node:)?crypto['"]/g;
const timerModule = /from\s*['"](?:node:)?timers(?:\/promises)?['"]/g;

function matches(
  file: SourceFile,
  where: string,
  pattern: RegExp,
  words: (found: string) => string,
): readonly Breach[] {
  return [...where.matchAll(pattern)].map((match) => ({
    line: lineOf(file.text, match.index),
    words: words(match[0].split('\n')[0] ?? ''),
  }));
}

export const ambient: Rule = {
  name: 'no-ambient-time-or-chance',
  breaches(file) {
    if (isTest(file.path) || mayBeAmbient.some((place) => place.test(file.path))) return [];
    return [
      ...matches(file, file.code, time, (found) => `${found} is ambient time; take a Clock`),
      ...matches(file, file.text, timerModule, () => 'node:timers is ambient time; take a Clock'),
      ...matches(file, file.code, chance, (found) => `${found} is ambient chance; take a Dice`),
      ...matches(file, file.text, cryptoChance, () => 'random bytes of node:crypto are ambient chance; take a Dice'),
    ];
  },
};

/** A test that waits for the wall clock is slow and fails on a busy machine. Deadlines that end a hung test are fine; pauses are not. */
export const noSleep: Rule = {
  name: 'no-sleeping-in-tests',
  breaches(file) {
    if (!/\.test\.tsx?$/.test(file.path)) return [];
    return [
      ...matches(
        file,
        file.code,
        /new Promise(?:<[^>]*>)?\(\s*(?:\(?\s*\w*\s*\)?)\s*=>\s*\{?\s*(?:void\s+)?setTimeout\s*\(/g,
        () => 'a test waits for what it needs (an event, a virtual clock, vi.waitFor), never for a while',
      ),
      ...matches(file, file.code, /(?<![.\w])(?:sleep|pause|delay)\s*\(/g, (found) => `${found}…) sleeps in a test`),
      ...matches(file, file.text, timerModule, () => 'node:timers sleeps in a test'),
    ];
  },
};
