/** The house rules that no bought linter knows. Reads every text file of the project once and asks each rule about it. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { codeOnly } from './code-only.ts';
import type { Gate } from './gate.ts';
import type { Project, Rule } from './rule.ts';
import { ambient, noSleep } from './rules/ambient.ts';
import { brandCasts, fileLength, fileNames, machineTraces, namedExports, openingComment } from './rules/files.ts';
import { electronOnlyInMain, layers } from './rules/layers.ts';
import { isTypeScript, projectFiles } from './source-files.ts';

/** Rules that read code. */
const codeRules: readonly Rule[] = [
  layers,
  electronOnlyInMain,
  ambient,
  noSleep,
  brandCasts,
  namedExports,
  openingComment,
];
/** Rules for every file, whatever is in it. */
const fileRules: readonly Rule[] = [fileNames, fileLength, machineTraces];

/** Branded types of the domain, by the way all of them are declared: `& { readonly [brand]: … }`. */
function brandsIn(root: string, paths: readonly string[]): ReadonlyMap<string, string> {
  const brands = new Map<string, string>();
  for (const path of paths.filter((each) => each.startsWith('app/domain/'))) {
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, name] of text.matchAll(/export type (\w+) =[^;]*\{\s*readonly \[\w*[bB]rand\]/g))
      brands.set(name ?? '', path);
  }
  return brands;
}

/** Folders of this machine that a text could name by mistake. A bare top folder (a home in `/root`, say) is an ordinary word and no trace. */
const machinePlaces = (root: string): readonly string[] =>
  [root, homedir()].filter((place) => place.split(/[\\/]/).filter((part) => part !== '').length > 1);

export const houseRules: Gate = {
  name: 'house rules',
  filesMin: 400,
  async look(root) {
    const paths = projectFiles(root).filter((path) => path !== 'package-lock.json');
    const project: Project = {
      paths: new Set(paths),
      brands: brandsIn(root, paths),
      machinePlaces: machinePlaces(root),
    };
    const problems = paths.flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const isCode = isTypeScript(path);
      const file = { path, text, code: isCode ? codeOnly(text) : '' };
      return (isCode ? [...codeRules, ...fileRules] : fileRules).flatMap((rule) =>
        rule.breaches(file, project).map(({ line, words }) => `${path}:${line} ${rule.name}: ${words}`),
      );
    });
    return { files: paths.length, problems };
  },
};
