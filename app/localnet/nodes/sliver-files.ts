/** Large slivers as files under a folder, or in memory for a network without a disk. */
import { mkdirSync, readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SliverFiles } from './holdings.ts';

/** Sub-folders, so that no folder grows beyond what file systems list quickly. */
const foldersCount = 64;

export function diskSliverFiles(folder: string): SliverFiles {
  for (let i = 0; i < foldersCount; i++) mkdirSync(join(folder, String(i)), { recursive: true });
  const pathOf = (id: number): string => join(folder, String(id % foldersCount), String(id));
  return {
    pathOf,
    write: (id, body) => writeFile(pathOf(id), body, { mode: 0o600 }),
    async read(id) {
      try {
        // At once: a sliver lies in the system's cache nearly always, and four turns of the event loop cost more than reading it.
        const { buffer, byteOffset, length } = readFileSync(pathOf(id));
        return new Uint8Array(buffer, byteOffset, length);
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async remove(ids) {
      for (const id of ids) await rm(pathOf(id), { force: true });
    },
    async sweep(isKept) {
      let largest = 0;
      for (let i = 0; i < foldersCount; i++) {
        for (const name of await readdir(join(folder, String(i)))) {
          const id = Number(name);
          if (Number.isSafeInteger(id) && id > largest) largest = id;
          if (!Number.isSafeInteger(id) || !isKept(id)) await rm(join(folder, String(i), name), { recursive: true });
        }
      }
      return largest;
    },
  };
}

export function memorySliverFiles(): SliverFiles {
  const bodies = new Map<number, Uint8Array<ArrayBuffer>>();
  return {
    pathOf: () => undefined,
    write: async (id, body) => void bodies.set(id, new Uint8Array(body)),
    async read(id) {
      const body = bodies.get(id);
      return body && new Uint8Array(body);
    },
    remove: async (ids) => {
      for (const id of ids) bodies.delete(id);
    },
    sweep: async () => 0,
  };
}
