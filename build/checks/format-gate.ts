/**
 * Every source and settings file is as Prettier writes it. Uses Prettier's own interface, because its command does not say how many files it read.
 * Files that were tidy before and have not changed since are not formatted again; what counts is content, never a date.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { check, getFileInfo, resolveConfig, version } from 'prettier';
import type { Gate } from './gate.ts';
import { projectFiles } from './source-files.ts';

const formatted = /\.(?:tsx?|js|json|yml)$/;
const memoryFile = '.tsbuild/tidy.json';

/** Hashes of files that were tidy. A lost or damaged memory only costs time. */
function recall(root: string): ReadonlySet<string> {
  try {
    const known: unknown = JSON.parse(readFileSync(join(root, memoryFile), 'utf8'));
    return new Set(Array.isArray(known) ? known.map(String) : []);
  } catch {
    return new Set();
  }
}

function remember(root: string, tidy: readonly string[]): void {
  const path = join(root, memoryFile);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(tidy));
}

export const formatGate: Gate = {
  name: 'format',
  filesMin: 350,
  async look(root) {
    const known = recall(root);
    const tidy: string[] = [];
    const problems: string[] = [];
    let files = 0;
    for (const path of projectFiles(root).filter((each) => formatted.test(each))) {
      const filepath = join(root, path);
      const { ignored, inferredParser } = await getFileInfo(filepath, { ignorePath: join(root, '.prettierignore') });
      if (ignored || inferredParser === null) continue;
      files++;
      const options = { ...(await resolveConfig(filepath)), parser: inferredParser };
      const text = await readFile(filepath, 'utf8');
      const hash = createHash('sha256')
        .update(JSON.stringify([version, options, text]))
        .digest('base64');
      try {
        if (known.has(hash) || (await check(text, { ...options, filepath }))) tidy.push(hash);
        else problems.push(`${path}: run npm run format`);
      } catch (error) {
        problems.push(`${path}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
      }
    }
    remember(root, tidy);
    return { files, problems };
  },
};
