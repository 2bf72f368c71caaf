import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { afterLines, killAndWait, makeRoom, startScript } from '../disk/test-room.ts';
import type { Spool } from '../../ports/spool.ts';
import { openSpool } from './spool.ts';

// Processes and disks of a busy machine may take their time.
vi.setConfig({ testTimeout: 30_000 });

const room = (): string => makeRoom(onTestFinished);
/** Shared memory is what large packs are read into. */
async function readBack(spool: Spool, name: string, bytes: number): Promise<Uint8Array> {
  const into = new Uint8Array(new SharedArrayBuffer(bytes));
  await spool.read(name, into);
  return new Uint8Array(into);
}

const spoolUrl = new URL('./spool.ts', import.meta.url).href;

test('a pack is there after finish and not before, whole, and readable by the owner only', async () => {
  const dir = `${room()}/spool`;
  const spool = await openSpool(dir);
  const writer = await spool.create('pack-1');
  const bytes = new Uint8Array(3).fill(7);
  await writer.append(bytes);
  bytes.fill(9);
  await writer.append(bytes);
  expect(await spool.names()).toEqual([]);
  await expect(spool.read('pack-1', new Uint8Array(6))).rejects.toMatchObject({ code: 'not-found' });
  await writer.finish();
  expect(await spool.names()).toEqual(['pack-1']);
  expect(await readBack(spool, 'pack-1', 6)).toEqual(Uint8Array.of(7, 7, 7, 9, 9, 9));
  await expect(readBack(spool, 'pack-1', 5)).rejects.toMatchObject({ code: 'pack-damaged' });
  expect(statSync(`${dir}/pack-1`).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['pack-1']);
  await spool.remove('pack-1');
  await spool.remove('pack-1');
  expect(await spool.names()).toEqual([]);
});

test('an abandoned pack leaves nothing, and a taken name is never written over', async () => {
  const dir = room();
  const spool = await openSpool(dir);
  const abandoned = await spool.create('pack');
  await abandoned.append(new Uint8Array(10));
  await abandoned.abandon();
  await abandoned.abandon();
  expect(readdirSync(dir)).toEqual([]);
  const first = await spool.create('pack');
  const second = await spool.create('pack');
  await first.append(Uint8Array.of(1));
  await first.finish();
  await expect(second.finish()).rejects.toMatchObject({ code: 'already-exists' });
  expect(await readBack(spool, 'pack', 1)).toEqual(Uint8Array.of(1));
  expect(readdirSync(dir)).toEqual(['pack']);
});

test('a name that could leave the folder, or hide in it, is a bug of the caller', async () => {
  const spool = await openSpool(room());
  await expect(spool.create('../x')).rejects.toThrow();
  await expect(spool.create('.hidden')).rejects.toThrow('plain name');
});

test('a kill leaves finished packs whole and nothing of the others after the next open', async () => {
  const dir = `${room()}/spool`;
  for (let round = 0; round < 4; round++) {
    const child = startScript(`
      import { openSpool } from '${spoolUrl}';
      const spool = await openSpool('${dir}');
      const part = new Uint8Array(100000).fill(5);
      const never = await spool.create('never');
      await never.append(part);
      for (let i = 0; ; i++) {
        const writer = await spool.create('pack-${round}-' + i);
        for (let n = 0; n < 5; n++) { await writer.append(part); console.log('part'); }
        await writer.finish();
      }`);
    await afterLines(child, 3 + 9 * round);
    await killAndWait(child);
    const spool = await openSpool(dir);
    const names = await spool.names();
    for (const name of names) expect((await readBack(spool, name, 500_000)).every((byte) => byte === 5)).toBe(true);
    expect(names).not.toContain('never');
    expect(readdirSync(dir)).toHaveLength(names.length);
  }
});

test('a full disk is disk-full, and the spool goes on when there is room again', async (context) => {
  const dir = room();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    context.skip('no right to mount a small file system here');
  }
  onTestFinished(() => void execFileSync('umount', [dir]));
  const spool = await openSpool(dir, 0);
  const large = await spool.create('large');
  await expect(large.append(new Uint8Array(1 << 20))).rejects.toMatchObject({ code: 'disk-full', retry: 'later' });
  await large.abandon();
  const little = await spool.create('little');
  await little.append(new Uint8Array(1000));
  await little.finish();
  expect(readFileSync(`${dir}/little`)).toHaveLength(1000);
});

test('edge 75: a disk that is down to its reserve takes no new pack, and what is there stays', async () => {
  const dir = room();
  const before = await (await openSpool(dir)).create('early');
  await before.finish();
  const spool = await openSpool(dir, Number.MAX_SAFE_INTEGER);
  await expect(spool.create('late')).rejects.toMatchObject({ code: 'disk-full', retry: 'later' });
  expect(await spool.names()).toEqual(['early']);
  expect(readdirSync(dir)).toEqual(['early']);
});

test('a spool in the place of a file is a plain fault', async () => {
  const dir = room();
  writeFileSync(`${dir}/file`, '');
  await expect(openSpool(`${dir}/file`)).rejects.toMatchObject({ name: 'Fault' });
  mkdirSync(`${dir}/ok`);
  await openSpool(`${dir}/ok`);
});
