/** Several devices of one account in a world, each with a folder of one space, and what their folders hold. */
import { expect } from 'vitest';
import { phraseFrom, type Device, type World } from '../world/world.ts';

const never = new AbortController().signal;

export const root = '/home/docs';

/** A first device with these files, and others that joined with empty folders. */
export async function devices(
  world: World,
  files: Readonly<Record<string, string>>,
  ...names: readonly string[]
): Promise<readonly Device[]> {
  const phrase = phraseFrom(world.dice);
  const all: Device[] = [];
  for (const name of ['laptop', ...names]) {
    const device = await world.device(name, { phrase });
    device.disk.user.makeFolder(root);
    if (all.length === 0) {
      for (const [path, text] of Object.entries(files)) device.disk.user.write(`${root}/${path}`, text);
      await device.protect(root);
    } else {
      await device.engine.recover(never);
      await device.protect(root, { join: 'docs' });
    }
    await device.sync('docs');
    all.push(device);
  }
  return all;
}

export async function two(world: World, files: Readonly<Record<string, string>>): Promise<readonly [Device, Device]> {
  const [laptop, desktop] = await devices(world, files, 'desktop');
  if (!laptop || !desktop) throw new Error('two devices');
  return [laptop, desktop];
}

/** Everything below a root with its content; times and modes of folders are nobody's change. */
export function tree(device: Device, at = root): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const line of device.disk.user.picture(at)) {
    const [, name = '', rest = ''] = /^("(?:[^"\\]|\\.)*") (.*)$/.exec(line) ?? [];
    files[JSON.parse(name) as string] = rest.startsWith('folder') ? 'folder' : rest.replace(/^(\w+) \d* ?\d* */, '$1 ');
  }
  return files;
}

/** Passes of all devices until none has anything to do. */
export async function converge(...all: readonly Device[]): Promise<void> {
  for (let round = 0; round < 6; round++) {
    let isQuiet = true;
    for (const device of all) {
      const report = await device.sync('docs');
      if (report.applied + report.newChunks > 0) isQuiet = false;
    }
    if (isQuiet) break;
  }
  const [first, ...others] = all;
  for (const other of others) expect(tree(other)).toEqual(first && tree(first));
}
