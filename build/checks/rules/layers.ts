/**
 * Who may import whom. The compiler's project references hold the same borders from outside; this rule says them in one table, with the two that
 * references cannot say: stages never import each other, and a folder is entered only by the file that has its name.
 */
import { posix } from 'node:path';
import { lineOf, withoutComments } from '../code-only.ts';
import type { Breach, Project, Rule, SourceFile } from '../rule.ts';
import { isTest } from '../source-files.ts';

/** Areas by folder, the longest that fits counts. Each may import itself and what stands here. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'app/domain': [],
  'app/wire': ['app/domain'],
  'app/ports': ['app/domain'],
  'app/formats': ['app/domain', 'app/ports'],
  'app/stages': ['app/domain', 'app/ports', 'app/formats'],
  'app/restore': ['app/domain', 'app/ports', 'app/formats'],
  'app/upkeep': ['app/domain', 'app/ports', 'app/formats'],
  'app/sharing': ['app/domain', 'app/ports', 'app/formats'],
  'app/engine': [
    'app/domain',
    'app/wire',
    'app/ports',
    'app/formats',
    'app/stages',
    'app/restore',
    'app/upkeep',
    'app/sharing',
  ],
  'app/link': ['app/domain', 'app/wire'],
  'app/adapters': ['app/domain', 'app/ports', 'native-workers/pool', 'native-workers/codec'],
  'app/localnet': ['app/domain', 'app/ports', 'native-workers'],
  'native-workers': ['app/domain'],
  renderer: ['app/domain', 'app/wire', 'app/link'],
  // Hosts put everything together; nobody but the scripts imports a host.
  'app/daemon': ['app', 'native-workers'],
  main: ['app', 'native-workers'],
  build: ['app/daemon/cli.ts', 'app/daemon/window-link.ts', 'app/domain'],
  test: ['app', 'native-workers', 'build', 'main'],
};

/** Each step's folder is on its own. */
const apart = ['app/stages'];

/** Flat layers: every file is one noun or one port and may be imported by its own name. */
const openFolders = new Set(['app/domain', 'app/ports', 'app/wire', 'app/link', 'app/formats']);

/** Files beside a door that outsiders may import all the same, and why. */
const sideDoors: ReadonlyMap<string, string> = new Map([
  ['app/adapters/chain/profiles.ts', 'which networks exist is asked before there is a chain to open'],
  ['app/daemon/cli.ts', 'the door of the headless host, by the name of what it is'],
  ['native-workers/codec/encode-parts.ts', 'the shape of a shared encode, without loading the addon'],
  ['native-workers/codec/gear.ts', 'cutting is a second face of the same addon'],
  ['native-workers/tasks/task.ts', 'the types of all tasks, without their code'],
  ['native-workers/tasks/encode-part.ts', 'the pool answers for its memory before it starts the task'],
  ['native-workers/tasks/padded-blob.ts', 'the pool answers for its memory before it starts the task'],
]);

const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

function areaOf(path: string): string | undefined {
  return Object.keys(mayImport)
    .filter((area) => inside(path, area))
    .toSorted((a, b) => b.length - a.length)[0];
}

/**
 * The first folder on the way to `to` that `from` is outside of and that has a door other than `to`. Doors stand at areas and at the subjects in
 * them (`app/stages/pack`); folders within a subject only sort its files.
 */
function closedDoor(from: string, to: string, project: Project): string | undefined {
  const names = to.split('/');
  const deepest = Math.min(names.length - 1, (areaOf(to)?.split('/').length ?? 0) + 1);
  for (let depth = 1; depth <= deepest; depth++) {
    const folder = names.slice(0, depth).join('/');
    if (inside(from, folder) || openFolders.has(folder)) continue;
    const door = `${folder}/${names[depth - 1]}.ts`;
    if (project.paths.has(door) && door !== to) return door;
  }
  return undefined;
}

function problemWith(from: string, to: string, project: Project): string | undefined {
  const area = areaOf(from);
  const target = areaOf(to);
  if (area === undefined) return 'this folder has no line in the table of layers (build/checks/rules/layers.ts)';
  const allowed = [area, ...(mayImport[area] ?? [])];
  if (!allowed.some((place) => inside(to, place))) return `${area} may not import ${target ?? to}`;
  if (apart.includes(area) && target === area) {
    const part = from
      .split('/')
      .slice(0, area.split('/').length + 1)
      .join('/');
    if (!inside(to, part)) return `parts of ${area} never import each other`;
  }
  const door = closedDoor(from, to, project);
  if (door !== undefined && !sideDoors.has(to)) return `${to} is private; import ${door}`;
  return undefined;
}

export interface ImportLine {
  readonly to: string;
  readonly line: number;
}

/** Where a file's relative imports lead, static, re-exported, dynamic and as worker addresses. */
export function importsOf(file: SourceFile): readonly ImportLine[] {
  const text = withoutComments(file.text);
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)['"](\.[^'"]+\.tsx?)['"]/g;
  return [...text.matchAll(pattern)].map((match) => ({
    to: posix.join(posix.dirname(file.path), match[1] ?? ''),
    line: lineOf(text, match.index),
  }));
}

export const layers: Rule = {
  name: 'layers',
  breaches(file, project) {
    // A test builds its world from whatever it needs; the compiler's references still hold for what it tests.
    if (isTest(file.path) || !file.path.includes('/')) return [];
    return importsOf(file).flatMap(({ to, line }): readonly Breach[] => {
      const words = problemWith(file.path, to, project);
      return words === undefined ? [] : [{ line, words }];
    });
  },
};

/** Electron is the shell's business: everything else must run without it. */
export const electronOnlyInMain: Rule = {
  name: 'electron-only-in-main',
  breaches(file) {
    if (inside(file.path, 'main') || inside(file.path, 'test/electron-double')) return [];
    const text = withoutComments(file.text);
    return [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)['"]electron(?:\/[^'"]*)?['"]/g)].map(
      (match) => ({
        line: lineOf(text, match.index),
        words: 'only main/ may know Electron',
      }),
    );
  },
};
