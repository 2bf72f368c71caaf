/** Rules on a file as a whole: its name, its length, how it opens, what it exports, and that it says nothing about the machine it was written on. */
import { lineOf } from '../code-only.ts';
import type { Rule } from '../rule.ts';
import { isTest, isTypeScript } from '../source-files.ts';

const linesMax = 400;
const vagueWords = /(?:^|[/.-])(?:utils?|helpers?|commons?|managers?|misc)(?=[/.-]|$)/;
/** Names that tools fix. */
const fixedNames = /(?:^|\/)(?:README|LICENSE|CONTRIBUTING|NOTICE|TEMPLATE)(?:\.\w+)?$/;
const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

export const fileNames: Rule = {
  name: 'file-names',
  breaches({ path }, project) {
    const words: string[] = [];
    const parts = path.split('/');
    for (const part of fixedNames.test(path) ? parts.slice(0, -1) : parts) {
      const bare = part.replace(/^\./, '').split('.');
      if (!bare.every((piece) => kebab.test(piece))) words.push(`'${part}' is not kebab-case`);
    }
    if (vagueWords.test(path)) words.push('a name says what is inside; utils, helpers, common and manager say nothing');
    const twin = path.replace(/\.(?:c|m)?js$/, '.ts');
    if (twin !== path && project.paths.has(twin)) words.push('a stray .js beside its .ts: a compiler left it there');
    return words.map((each) => ({ line: 1, words: each }));
  },
};

export const fileLength: Rule = {
  name: 'file-length',
  breaches({ path, text }) {
    if (!/\.(?:tsx?|js|cc|h)$/.test(path)) return [];
    const lines = text.split('\n').length - 1;
    return lines > linesMax ? [{ line: linesMax, words: `${lines} lines; a file ends at ${linesMax}` }] : [];
  },
};

export const openingComment: Rule = {
  name: 'opening-comment',
  breaches({ path, text }) {
    if (!isTypeScript(path) || /\.test\.tsx?$/.test(path)) return [];
    const body = text.replace(/^#!.*\n/, '');
    if (/^\/\*\*?[^]*?\*\//.test(body) || body.startsWith('//')) return [];
    return [{ line: 1, words: 'a file opens with what it promises and what it refuses' }];
  },
};

/** Tools that load a file by its default export. */
const defaultWanted = new Set(['vitest.config.ts', 'test/closing-line.ts', 'build/checks/knip-count.ts']);

export const namedExports: Rule = {
  name: 'named-exports',
  breaches({ path, code }) {
    if (!isTypeScript(path) || defaultWanted.has(path)) return [];
    return [...code.matchAll(/\bexport\s+default\b|\bas\s+default\b/g)].map((match) => ({
      line: lineOf(code, match.index),
      words: 'exports have names',
    }));
  },
};

export const brandCasts: Rule = {
  name: 'brand-casts',
  breaches({ path, code }, { brands }) {
    if (!isTypeScript(path) || isTest(path)) return [];
    return [...code.matchAll(/\bas\s+(\w+)\b/g)].flatMap((match) => {
      const home = brands.get(match[1] ?? '');
      if (home === undefined || home === path) return [];
      return [
        {
          line: lineOf(code, match.index),
          words: `a ${match[1]} is made by its parse function in ${home}, never by a cast`,
        },
      ];
    });
  },
};

/** Where a folder is named as a whole path, not as the beginning of a longer name. */
function placeNamedAt(text: string, place: string): number {
  for (let at = text.indexOf(place); at >= 0; at = text.indexOf(place, at + 1)) {
    if (!/[\w.]/.test(text[at - 1] ?? ' ') && !/[\w-]/.test(text[at + place.length] ?? ' ')) return at;
  }
  return -1;
}

export const machineTraces: Rule = {
  name: 'machine-traces',
  breaches({ text }, { machinePlaces }) {
    return machinePlaces.flatMap((place) => {
      const at = placeNamedAt(text, place);
      return at < 0 ? [] : [{ line: lineOf(text, at), words: 'names a folder of the machine it was written on' }];
    });
  },
};
