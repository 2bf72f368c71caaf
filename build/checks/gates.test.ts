/** Every gate is run on planted violations and must name each of them, and nothing else. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { deadCodeGate } from './dead-code-gate.ts';
import { formatGate } from './format-gate.ts';
import { problemsOf, type Gate } from './gate.ts';
import { houseRules } from './house-rules.ts';
import { lintGate } from './lint-gate.ts';
import { lockGate } from './lock-gate.ts';
import { openPlantedRoom } from './planted-room.ts';
import { typesGate } from './types-gate.ts';

const rooms: string[] = [];
afterEach(() => {
  for (const room of rooms.splice(0)) rmSync(room, { recursive: true, force: true });
});

function room(name: string): string {
  const made = openPlantedRoom(name);
  rooms.push(made);
  return made;
}

/** `path rule` of each problem, without line and words. */
const namesOf = (problems: readonly string[]): readonly string[] =>
  problems
    .map((line) => line.replace(/^([^:(]+)(?::\d+|\([\d,]+\):)? (?:error )?([\w-]+(?:\([\w-]+\))?).*$/s, '$1 $2'))
    .toSorted();

test('the house rules name every planted breach and no clean file', async () => {
  const root = room('house');
  writeFileSync(
    join(root, 'app/domain/too-long.ts'),
    `/** Breaks: a file ends at 400 lines. */\n${'// line\n'.repeat(400)}`,
  );
  writeFileSync(join(root, 'app/domain/says-where.ts'), `/** Breaks: was written in ${root}/app. */\n`);
  const { problems } = await houseRules.look(root);
  expect(namesOf(problems)).toEqual(
    [
      'app/domain/CamelCase.ts file-names',
      'app/domain/asks-the-time.ts no-ambient-time-or-chance',
      'app/domain/default-export.ts named-exports',
      'app/domain/hash-utils.ts file-names',
      'app/domain/no-opening.ts opening-comment',
      'app/domain/rolls-dice.ts no-ambient-time-or-chance',
      'app/domain/says-where.ts machine-traces',
      'app/domain/sleeps.test.ts no-sleeping-in-tests',
      'app/domain/stray.js file-names',
      'app/domain/too-long.ts file-length',
      'app/domain/waits.ts no-ambient-time-or-chance',
      'app/engine/casts-a-brand.ts brand-casts',
      'app/engine/knows-electron.ts electron-only-in-main',
      'app/engine/passes-by-the-door.ts layers',
      'app/ports/imports-an-adapter.ts layers',
      'app/stages/pack/random-nonce.ts no-ambient-time-or-chance',
      'app/stages/scan/imports-a-stage.ts layers',
    ].toSorted(),
  );
});

test('the compiler refuses an import without a project reference, a host in a neutral layer, and a wrong type', async () => {
  const { problems } = await typesGate.look(room('types'));
  for (const file of ['reaches-adapters', 'knows-node', 'wrong-type'])
    expect(problems.filter((line) => line.includes(`app/stages/${file}.ts`))).not.toEqual([]);
  expect(problems.filter((line) => line.startsWith('app/domain/'))).toEqual([]);
});

test('a source file that no TypeScript project lists is a problem, though the compiler is content', async () => {
  const { problems } = await typesGate.look(room('stray-source'));
  expect(problems).toEqual(['app/upkeep/forgotten.ts: no TypeScript project lists this file']);
});

test('the linter names every planted breach and no clean file', async () => {
  const { problems } = await lintGate.look(room('lint'));
  expect([...new Set(namesOf(problems))]).toEqual(
    [
      'app/engine/cycle-left.ts import(no-cycle)',
      'app/engine/cycle-right.ts import(no-cycle)',
      'app/engine/floats.ts typescript(no-floating-promises)',
      'app/engine/forgets-a-case.ts typescript(switch-exhaustiveness-check)',
      'app/engine/knows-electron.ts eslint(no-restricted-imports)',
      'app/engine/says-any.ts typescript(no-explicit-any)',
      'app/engine/unused.ts eslint(no-unused-vars)',
      'app/stages/scan/knows-node.ts eslint(no-restricted-imports)',
      'app/stages/scan/reaches-adapters.ts eslint(no-restricted-imports)',
    ].toSorted(),
  );
});

test('an untidy file is named, a tidy one is not', async () => {
  const { problems } = await formatGate.look(room('format'));
  expect(problems.filter((line) => line.startsWith('app/'))).toEqual(['app/domain/untidy.ts: run npm run format']);
});

test('a file, an export and a package that nobody uses are named', async () => {
  const { problems } = await deadCodeGate.look(room('dead-code'));
  expect(problems.toSorted()).toEqual([
    'app/engine/engine.ts:3 exports: unusedExport',
    'app/engine/orphan.ts: nobody imports this file',
    expect.stringMatching(/^package\.json:\d+ dependencies: commander$/),
  ]);
});

test('a lock that is torn, tells an address, or lacks a seal is refused', async () => {
  const { problems } = await lockGate.look(room('lock'));
  expect(problems).toEqual([
    'node_modules/torn -> torn-mac: named in the lock, but not locked; npm ci will refuse it',
    'node_modules/addressed: names a download address (https://example.invalid/addressed.tgz)',
    'node_modules/unsealed: has no integrity',
  ]);
});

test.for<[string, Gate]>([
  ['house', houseRules],
  ['stray-source', typesGate],
  ['lint', lintGate],
  ['format', formatGate],
  ['dead-code', deadCodeGate],
  ['lock', lockGate],
])('a gate that saw too few files fails for that alone (%s)', async ([name, gate]) => {
  const { problems } = await problemsOf(gate, room(name));
  expect(problems.at(-1)).toMatch(/looked at \d+ files; it must see at least \d+$/);
});
