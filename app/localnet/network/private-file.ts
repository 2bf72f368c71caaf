/** Small JSON files for this user only, replaced whole or not at all. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Fault } from '../../domain/fault.ts';

export function writePrivateJson(file: string, value: unknown): void {
  // The network's lock keeps other processes away; what a killed one left is overwritten.
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** Undefined when there is no such file. */
export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Fault('catalog-damaged', 'after-user', `The file ${file} of the embedded network is damaged.`, error);
  }
}
