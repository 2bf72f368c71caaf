/**
 * Types and the compiler's half of the layers: `tsc -b` over all project references. Besides being free of errors, every TypeScript file of the
 * project must belong to one of the projects; a file that no project lists would be checked by nobody.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import type { Gate } from './gate.ts';
import { linesOf, runTool } from './run-tool.ts';
import { isTypeScript, projectFiles } from './source-files.ts';

const buildInfoFolder = '.tsbuild';

/** Project files that the last build looked at, by the compiler's own records. */
function filesSeen(root: string): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const name of readdirSync(join(root, buildInfoFolder)).filter((each) => each.endsWith('.tsbuildinfo'))) {
    const path = join(root, buildInfoFolder, name);
    const { fileNames = [] } = JSON.parse(readFileSync(path, 'utf8')) as { fileNames?: readonly string[] };
    for (const file of fileNames) {
      const at = relative(root, resolve(dirname(path), file)).replaceAll('\\', '/');
      if (!at.startsWith('..') && !at.includes('node_modules/') && !at.startsWith(buildInfoFolder))
        seen.add(posix.normalize(at));
    }
  }
  return seen;
}

export const typesGate: Gate = {
  name: 'types',
  filesMin: 350,
  async look(root) {
    const { exitCode, said } = await runTool('typescript', 'tsc', ['-b', '--pretty', 'false'], root);
    if (exitCode !== 0) {
      const errors = linesOf(said).filter((line) => /error TS\d+/.test(line));
      return {
        files: Infinity,
        problems: errors.length > 0 ? errors : [`tsc -b ended with ${exitCode}`, ...linesOf(said)],
      };
    }
    const seen = filesSeen(root);
    const unseen = projectFiles(root).filter((path) => isTypeScript(path) && !seen.has(path));
    return { files: seen.size, problems: unseen.map((path) => `${path}: no TypeScript project lists this file`) };
  },
};
