/**
 * `npm run check`, which is also `npm test`: all gates, one line each with its seconds, then the quick tests. Stops at the first red one with
 * a non-zero exit. The last line is the tests' own count.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { deadCodeGate } from '../checks/dead-code-gate.ts';
import { formatGate } from '../checks/format-gate.ts';
import { problemsOf, type Gate, type GateAnswer } from '../checks/gate.ts';
import { houseRules } from '../checks/house-rules.ts';
import { lintGate } from '../checks/lint-gate.ts';
import { lockGate } from '../checks/lock-gate.ts';
import { typesGate } from '../checks/types-gate.ts';

const gates: readonly Gate[] = [lockGate, typesGate, lintGate, formatGate, houseRules, deadCodeGate];
/** Test projects that belong to every check; the slower ones run in .ci/run. */
const quickProjects = ['unit', 'conformance', 'scenarios'];
/** Fewer test files than this mean that the tests were not found. */
const testFilesMin = 80;
/** More problems than fit a screen help nobody. */
const problemsShownMax = 60;

const root = join(import.meta.dirname, '../..');

async function look(gate: Gate): Promise<GateAnswer & { readonly seconds: string }> {
  const started = performance.now();
  const answer = await problemsOf(gate, root);
  return { ...answer, seconds: ((performance.now() - started) / 1000).toFixed(1) };
}

async function isGreen(gate: Gate, looking: ReturnType<typeof look>): Promise<boolean> {
  const { files, problems, seconds } = await looking;
  const hasNone = problems.length === 0;
  const count = Number.isFinite(files) ? `${files} ${gate === lockGate ? 'packages' : 'files'}` : '';
  console.log(`${hasNone ? 'ok ' : 'RED'} ${gate.name.padEnd(12)} ${count.padStart(13)} ${seconds.padStart(6)} s`);
  for (const problem of problems.slice(0, problemsShownMax)) console.log(`    ${problem}`);
  if (problems.length > problemsShownMax) console.log(`    and ${problems.length - problemsShownMax} more`);
  return hasNone;
}

function runTests(): number {
  const projects = quickProjects.flatMap((name) => ['--project', name]);
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...projects], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, FLOE_TEST_FILES_MIN: String(testFilesMin) },
  });
  return status ?? 1;
}

// They look side by side, because most of them use one processor; each tells in its turn.
const looks = gates.map((gate) => ({ gate, looking: look(gate) }));
for (const { gate, looking } of looks) {
  if (await isGreen(gate, looking)) continue;
  process.exit(1);
}
process.exitCode = runTests();
