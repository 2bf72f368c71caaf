/**
 * Makes a folder and whatever is missing above it. Node's own recursive form never comes back where a file system answers "not found" for a folder
 * that it refuses to make, as /proc does.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** `mode` is given to each folder that is made. Throws the system's own error; one of something that is no folder has the code ENOTDIR or EEXIST. */
export function makePath(path: string, mode: number): void {
  const missing: string[] = [];
  let at = path;
  while (statSync(at, { throwIfNoEntry: false }) === undefined && dirname(at) !== at) {
    missing.push(at);
    at = dirname(at);
  }
  // The system itself says what is wrong with a place that something else holds.
  if (missing.length === 0 && !statSync(path).isDirectory()) missing.push(path);
  for (const folder of missing.reverse()) makeOne(folder, mode);
}

/** Somebody else may make it at the same moment. */
function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!isThere || !statSync(folder).isDirectory()) throw error;
  }
}
