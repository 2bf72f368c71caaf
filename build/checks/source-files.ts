/**
 * Lists the project's own files, from the top folders that hold source. Installed packages, build output and planted violations are no source.
 * Paths are relative to the checkout, with `/`, in order.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const topFolders = ['.ci', 'app', 'build', 'docs', 'main', 'native-workers', 'renderer', 'test'];
/** Folders by path; the test of a gate may hold a tree of its own that has none of them. */
const skipped = new Set([
  'build/checks/planted',
  'build/node-runtime',
  'native-workers/build',
  'native-workers/prebuilds',
]);

function listFolder(root: string, folder: string, out: string[]): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) out.push(path);
    else if (entry.isDirectory() && entry.name !== 'node_modules' && !skipped.has(path)) {
      if (folder !== '' || topFolders.includes(entry.name)) listFolder(root, path, out);
    }
  }
}

/** Every file of the project, those at the top included. */
export function projectFiles(root: string): readonly string[] {
  const files: string[] = [];
  listFolder(root, '', files);
  return files.toSorted();
}

export const isTypeScript = (path: string): boolean => /\.tsx?$/.test(path) && !path.endsWith('.d.ts');

/** Tests, and what only tests use. */
export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path) || /(^|\/)(test|testing)\//.test(path);
