/** A folder of its own for a test's catalog, removed afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export function catalogFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'floe-catalog-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'catalog.sqlite');
}
