import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ignoreRulesMax, parseIgnoreRules, usualIgnoreRules } from './ignore-rules.ts';

describe('rules of a space', () => {
  it.each([
    ['a name anywhere', '*.log', 'deep/in/here.log', false, true],
    ['a name that only begins alike', '*.log', 'here.log.txt', false, false],
    ['a folder rule and a folder', 'build/', 'app/build', true, true],
    ['a folder rule and a file', 'build/', 'app/build', false, false],
    ['a rule tied to the root', '/todo', 'todo', false, true],
    ['a rule tied to the root, further down', '/todo', 'a/todo', false, false],
    ['a rule with a slash inside', 'a/*.c', 'a/x.c', false, true],
    ['a rule with a slash inside, further down', 'a/*.c', 'b/a/x.c', false, false],
    ['two stars first', '**/cache', 'x/y/cache', true, true],
    ['two stars last', 'logs/**', 'logs/a/b', false, true],
    ['two stars last and the folder itself', 'logs/**', 'logs', true, false],
    ['two stars between', 'a/**/z', 'a/z', false, true],
    ['two stars between, with folders', 'a/**/z', 'a/b/c/z', false, true],
    ['an exception after its rule', '*.log\n!keep.log', 'keep.log', false, false],
    ['an exception before its rule', '!keep.log\n*.log', 'keep.log', false, true],
    ['an escaped mark', '\\!odd', '!odd', false, true],
    ['an escaped space at the end', 'odd\\ ', 'odd ', false, true],
    ['spaces at the end', 'odd   ', 'odd', false, true],
    ['a comment', '#odd', '#odd', false, false],
    ['a bracket', '[a-c]?.t[!x]t', 'b1.tyt', false, true],
    ['a bracket that never closes', '[abc', '[abc', false, false],
    ['a name with a line break', '*', 'a\nb', false, true],
    ['a name of bytes that are no text', 'caf*', 'caf\udce9', false, true],
  ])('fit as git has them: %s', (_, rules, path, isFolder, expected) => {
    expect(parseIgnoreRules(rules).isLeftOut(path, isFolder)).toBe(expected);
  });

  it('begin with the litter of systems, which a space may keep all the same', () => {
    expect(parseIgnoreRules('').isLeftOut('Pictures/.DS_Store', false)).toBe(true);
    expect(parseIgnoreRules('').isLeftOut('Pictures/photo.jpg', false)).toBe(false);
    expect(parseIgnoreRules('!.DS_Store').isLeftOut('Pictures/.DS_Store', false)).toBe(false);
  });

  it('are refused when there are more than anybody writes', () => {
    expect(() => parseIgnoreRules('x\n'.repeat(ignoreRulesMax))).toThrow(
      expect.objectContaining({ code: 'bad-input' }),
    );
  });
});

const git = spawnSync('git', ['--version']).status === 0;
const seed = Math.floor(Math.random() * 2 ** 31);

/** Git strips the plain beginning of a rule before it looks for stars, so that `a**` and a slash begin anew there: its manual does not say so. */
const isOddInGit = (rule: string): boolean => /[^/*!]\*\*/.test(rule);

/** Texts over an alphabet that is all marks and few letters. */
function trial(random: (below: number) => number): { rules: string[]; paths: string[] } {
  const text = (alphabet: readonly string[], most: number): string =>
    Array.from({ length: 1 + random(most) }, () => alphabet[random(alphabet.length)] ?? '').join('');
  const rules = Array.from({ length: 4 }, () =>
    text(['a', 'b', '*', '**', '?', '/', '[ab]', '[!a]', '[a-b', '!', '\\', '.', '**/', '/**', ']', '#', ' '], 5),
  ).filter((rule) => !isOddInGit(rule));
  const paths = Array.from({ length: 40 }, () =>
    text(['a', 'b', 'ab', 'c', '.', '/', '!', '#'], 6)
      .split('/')
      .filter((name) => name !== '' && name !== '.' && name !== '..')
      .join('/'),
  ).filter((path) => path !== '');
  return { rules, paths };
}

/** What git says about files whose folders are not left out themselves: it is asked about each level, as a scan does. */
function askGit(folder: string, rules: readonly string[], paths: readonly string[]): ReadonlySet<string> {
  writeFileSync(join(folder, '.gitignore'), [...usualIgnoreRules, ...rules].join('\n'));
  const input = paths.join('\0');
  const { stdout } = spawnSync('git', ['check-ignore', '-z', '--stdin', '--no-index'], { cwd: folder, input });
  return new Set(stdout.toString().split('\0').filter(Boolean));
}

it.skipIf(!git)(`random rules fit what git says they fit (seed ${seed})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'floe-ignore-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  spawnSync('git', ['init', '-q'], { cwd: folder });
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let round = 0; round < 60; round++) {
    const { rules, paths } = trial(random);
    const ours = parseIgnoreRules(rules.join('\n'));
    const isIn = (path: string): boolean => {
      const names = path.split('/');
      return names.some((_, i) => ours.isLeftOut(names.slice(0, i + 1).join('/'), i < names.length - 1));
    };
    const theirs = askGit(folder, rules, paths);
    for (const path of paths)
      expect(isIn(path), `seed ${seed}, ${JSON.stringify(rules)}, ${path}`).toBe(theirs.has(path));
  }
});
