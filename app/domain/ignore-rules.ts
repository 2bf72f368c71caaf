/**
 * What a space leaves out: rules in gitignore's own syntax (git-scm.com/docs/gitignore), from a `.floeignore` in the root, after a few of Floe's own that
 * such a file can take back with `!`. A rule is asked about one entry; what lies in a left-out folder is never asked about, because nobody goes in.
 */
import { displayName, type SpacePath } from './path-name.ts';
import { Fault } from './fault.ts';

/** The file that holds a space's rules, in its root; kept and synced like any other. */
export const ignoreFileName = '.floeignore';
/** Larger than any that a person writes; bounds what is read and compiled. */
export const ignoreFileBytesMax = 256 * 1024;
export const ignoreRulesMax = 5000;

/** Litter that systems and programs leave behind: made again by itself, different on every computer, or only there while something is open. */
export const usualIgnoreRules: readonly string[] = [
  '.DS_Store',
  '._*',
  '.Spotlight-V100/',
  '.Trashes/',
  '.fseventsd/',
  '.TemporaryItems/',
  'Thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '$RECYCLE.BIN/',
  'System Volume Information/',
  '.Trash-*/',
  '.nfs????????????????*',
  '.fuse_hidden*',
  '~$*',
  '.~lock.*#',
];

export interface IgnoreRules {
  /** Whether this entry is left out, its folder not being so. */
  isLeftOut(path: SpacePath, isFolder: boolean): boolean;
}

interface Rule {
  readonly isNegated: boolean;
  readonly foldersOnly: boolean;
  /** Matches a whole path without slashes at its ends. */
  readonly source: string;
  /** True when only the last name counts, which is the common case and the fast one. */
  readonly isOfName: boolean;
}

/** Rules of one sign that follow one another, as one expression each for names and for paths. */
interface Group {
  readonly isNegated: boolean;
  readonly name: RegExp | undefined;
  readonly folderName: RegExp | undefined;
  readonly path: RegExp | undefined;
  readonly folderPath: RegExp | undefined;
}

/** `text` is the content of an ignore file; '' when there is none. Throws Fault 'bad-input' for too many rules. */
export function parseIgnoreRules(text: string): IgnoreRules {
  const lines = [...usualIgnoreRules, ...text.replace(/^\ufeff/, '').split(/\r?\n/)];
  const rules = lines.flatMap((line) => parseRule(line) ?? []);
  if (rules.length > ignoreRulesMax)
    throw new Fault('bad-input', 'after-user', `A ${displayName(ignoreFileName)} may hold ${ignoreRulesMax} rules.`);
  // The last rule that fits decides.
  const groups = groupsOf(rules).reverse();
  return {
    isLeftOut(path, isFolder) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      for (const group of groups) if (fits(group, path, name, isFolder)) return !group.isNegated;
      return false;
    },
  };
}

function fits(group: Group, path: SpacePath, name: string, isFolder: boolean): boolean {
  if (group.name?.test(name) === true || group.path?.test(path) === true) return true;
  return isFolder && (group.folderName?.test(name) === true || group.folderPath?.test(path) === true);
}

function groupsOf(rules: readonly Rule[]): Group[] {
  const runs: Rule[][] = [];
  for (const rule of rules) {
    const run = runs.at(-1);
    if (run?.[0]?.isNegated === rule.isNegated) run.push(rule);
    else runs.push([rule]);
  }
  return runs.map((run) => {
    const compiled = (isOfName: boolean, foldersOnly: boolean): RegExp | undefined => {
      const sources = run.filter((rule) => rule.isOfName === isOfName && rule.foldersOnly === foldersOnly);
      return sources.length === 0
        ? undefined
        : new RegExp(`^(?:${sources.map(({ source }) => source).join('|')})$`, 's');
    };
    return {
      isNegated: run[0]?.isNegated ?? false,
      name: compiled(true, false),
      folderName: compiled(true, true),
      path: compiled(false, false),
      folderPath: compiled(false, true),
    };
  });
}

/** Undefined for empty lines, comments, and what can fit nothing. */
function parseRule(line: string): Rule | undefined {
  // Spaces at the end do not count unless the last is escaped.
  let text = line.replace(/(?<!\\)((?:\\\\)*) +$/, '$1');
  if (text === '' || text.startsWith('#')) return undefined;
  const isNegated = text.startsWith('!');
  if (isNegated) text = text.slice(1);
  const foldersOnly = text.endsWith('/');
  if (foldersOnly) text = text.slice(0, -1);
  // A slash anywhere else ties the rule to the root.
  const isOfName = !text.includes('/');
  if (text.startsWith('/')) text = text.slice(1);
  if (text === '') return undefined;
  const source = globSource(text);
  return source === undefined ? undefined : { isNegated, foldersOnly, isOfName, source };
}

const escaped = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');

/** A glob as an expression over a path; undefined when it can fit nothing (a bracket that never closes, a backslash at the end). */
function globSource(glob: string): string | undefined {
  let source = '';
  for (let at = 0; at < glob.length;) {
    const char = glob.charAt(at);
    if (char === '*') {
      const stars = /^\*+/.exec(glob.slice(at))?.[0].length ?? 1;
      const atStart = at === 0 || glob.charAt(at - 1) === '/';
      const next = glob.charAt(at + stars);
      at += stars;
      // Two stars or more between slashes are any number of folders; elsewhere they are one.
      if (stars >= 2 && atStart && next === '/') {
        source += '(?:[^/]+/)*';
        at++;
      } else if (stars >= 2 && atStart && next === '') source += glob.length === stars ? '[^]*' : '[^]+';
      else source += '[^/]*';
    } else if (char === '?') {
      source += '[^/]';
      at++;
    } else if (char === '[') {
      const bracket = bracketSource(glob, at);
      if (bracket === undefined) return undefined;
      source += bracket.source;
      at = bracket.end;
    } else if (char === '\\') {
      if (at + 1 >= glob.length) return undefined;
      source += escaped(glob.charAt(at + 1));
      at += 2;
    } else {
      source += escaped(char);
      at++;
    }
  }
  return source;
}

const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: 'A-Fa-f0-9',
};

/** A bracket expression that opens at `from` (fnmatch): never fits a slash. */
function bracketSource(glob: string, from: number): { source: string; end: number } | undefined {
  let at = from + 1;
  const isNegated = glob.charAt(at) === '!' || glob.charAt(at) === '^';
  if (isNegated) at++;
  let body = '';
  for (let isFirst = true; ; isFirst = false) {
    const char = glob.charAt(at);
    if (char === '') return undefined;
    if (char === ']' && !isFirst) break;
    const named = /^\[:([a-z]+):\]/.exec(glob.slice(at));
    if (named) {
      const inside = classes[named[1] ?? ''];
      if (inside === undefined) return undefined;
      body += inside;
      at += named[0].length;
      continue;
    }
    const low = takeChar(glob, at);
    if (low === undefined) return undefined;
    at = low.end;
    if (glob.charAt(at) === '-' && glob.charAt(at + 1) !== ']' && glob.charAt(at + 1) !== '') {
      const high = takeChar(glob, at + 1);
      if (high === undefined) return undefined;
      at = high.end;
      // A range that runs backwards holds nothing.
      if (low.char <= high.char) body += `${escaped(low.char)}-${escaped(high.char)}`;
    } else body += escaped(low.char);
  }
  const inside = body === '' ? (isNegated ? '[^]' : '[^\\s\\S]') : `[${isNegated ? '^' : ''}${body}]`;
  return { source: `(?!/)${inside}`, end: at + 1 };
}

function takeChar(glob: string, at: number): { char: string; end: number } | undefined {
  if (glob.charAt(at) !== '\\') return { char: glob.charAt(at), end: at + 1 };
  return at + 1 < glob.length ? { char: glob.charAt(at + 1), end: at + 2 } : undefined;
}
