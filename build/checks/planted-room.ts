/**
 * A throw-away checkout that holds one tree of planted violations and the project's real settings, so that a gate can be seen to fail on it. Only
 * tests use it; the caller removes the folder.
 */
import { cpSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const projectRoot = join(import.meta.dirname, '../..');
const settings = ['.oxlintrc.json', '.prettierrc.json', '.prettierignore', 'knip.json', 'build/tsconfig.base.json'];

export function openPlantedRoom(name: string): string {
  const room = mkdtempSync(join(tmpdir(), 'floe-planted-'));
  writeFileSync(join(room, 'package.json'), '{ "name": "planted", "type": "module", "private": true }\n');
  for (const path of settings) cpSync(join(projectRoot, path), join(room, path));
  cpSync(join(import.meta.dirname, 'planted', name), room, { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(room, 'node_modules'), 'junction');
  return room;
}
