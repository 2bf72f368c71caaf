/**
 * Conflicts, deleted files and the rules that leave files out. Rules are written beside their place and put there in one step, and never over what
 * somebody else wrote meanwhile.
 */
import { randomBytes } from 'node:crypto';
import { lstat, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFault } from '../../adapters/disk/disk.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { ignoreFileBytesMax, ignoreFileName, parseIgnoreRules } from '../../domain/ignore-rules.ts';
import { displayName } from '../../domain/path-name.ts';
import type { ConflictSide as EngineSide, Engine } from '../../engine/engine.ts';
import type { Handlers } from '../../wire/contract.ts';
import type { ConflictSide } from '../../wire/history.ts';
import type { Host } from '../host.ts';
import { betweenAndShown } from './between-passes.ts';
import type { DeskState } from './desk.ts';

const nothing = {};

type Named = Pick<
  Handlers,
  'conflict.list' | 'conflict.resolve' | 'deleted.list' | 'ignore.read' | 'ignore.try' | 'ignore.write'
>;

export function keepingHandlers(desk: DeskState, host: () => Promise<Host>): Named {
  const engine = async (): Promise<Engine> => (await host()).engine;
  return {
    'conflict.list': async ({ space }) => {
      const lines = await (await engine()).conflicts(space);
      return lines.map(({ kind, timeMs, kept, beside }) => ({
        space,
        kind,
        timeMs,
        kept: sideForm(kept),
        beside: sideForm(beside),
      }));
    },
    'conflict.resolve': async ({ space, path, keep }) => {
      const { engine: asked } = await host();
      await betweenAndShown(desk, () => asked.resolve(space, path, keep));
      desk.keeper?.wake();
      return nothing;
    },
    'deleted.list': async ({ space, text }) => {
      const asked = await engine();
      const found = await asked.find(space, text, true);
      const rounds = (await asked.log(space))
        .filter(({ state, isSide }) => state === 'certified' && !isSide)
        .toSorted((a, b) => a.sequence - b.sequence);
      return found.map(({ version, sinceMs, untilMs, side }) => {
        const { path, kind, bytes, since, until } = version;
        const last = rounds.findLast(({ sequence }) => sequence >= since && (until === undefined || sequence < until));
        return { path, kind, bytes, snapshot: side ?? last?.snapshot, sinceMs, untilMs };
      });
    },
    'ignore.read': async ({ space }, signal) => {
      const asked = await engine();
      const folder = await folderOf(asked, space);
      const text = await rulesIn(folder);
      const { count, paths } = await asked.leftOut(space, signal, text);
      return { text, left: { count, paths } };
    },
    'ignore.try': async ({ space, text }, signal) => {
      const { count, paths } = await (await engine()).leftOut(space, signal, text);
      return { count, paths };
    },
    'ignore.write': async ({ space, text, was }) => {
      parseIgnoreRules(text);
      if (Buffer.byteLength(text) > ignoreFileBytesMax)
        throw new Fault('bad-input', 'after-user', `Rules take ${ignoreFileBytesMax / 1024} KiB at most.`);
      const folder = await folderOf(await engine(), space);
      if ((await rulesIn(folder)) !== was)
        throw new Fault(
          'file-changing',
          'after-user',
          `${displayName(ignoreFileName)} was changed meanwhile. Look at it again.`,
        );
      await writeRules(folder, text);
      desk.keeper?.wake();
      return nothing;
    },
  };
}

const sideForm = ({ path, bytes, mtimeNs, deviceName, isMine }: EngineSide): ConflictSide => ({
  path,
  bytes,
  mtimeMs: Number(mtimeNs / 1_000_000n),
  device: deviceName,
  isMine,
});

async function folderOf(engine: Engine, name: string): Promise<string> {
  const found = (await engine.spaces()).find(({ space, name: known }) => space === name || known === name);
  if (!found) throw new Fault('not-found', 'after-user', 'There is no such space.');
  if (found.folder === undefined)
    throw new Fault('not-found', 'after-user', 'This space has no folder on this computer.');
  return found.folder;
}

/** '' when there are none. What is no plain file is never followed. */
async function rulesIn(folder: string): Promise<string> {
  const path = join(folder, ignoreFileName);
  try {
    const stat = await lstat(path);
    if (!stat.isFile() || stat.size > ignoreFileBytesMax)
      throw new Fault(
        'file-unreadable',
        'after-user',
        `${displayName(ignoreFileName)} is no plain file, or too large. Mend it, or remove it.`,
      );
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw faultOf(error) ?? diskFault(error, path, 'read');
  }
}

/** Under a name that no pass takes for the user's until it stands in its place, whole. */
async function writeRules(folder: string, text: string): Promise<void> {
  const path = join(folder, ignoreFileName);
  const unfinished = join(folder, `.floe-00000000-${randomBytes(8).toString('hex')}.tmp`);
  try {
    await using file = await open(unfinished, 'wx');
    await file.writeFile(text);
    await file.sync();
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw diskFault(error, path, 'written');
  }
}
