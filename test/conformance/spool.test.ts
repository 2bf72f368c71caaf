/** Both spools keep the promises of the port (app/ports/spool.ts). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSpool } from '../../app/adapters/spool/spool.ts';
import type { Spool } from '../../app/ports/spool.ts';
import { openMemorySpool } from '../world/memory-spool.ts';

const text = new TextEncoder();

async function realSpool(): Promise<Spool> {
  const folder = mkdtempSync(join(tmpdir(), 'floe-spool-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return openSpool(folder);
}

async function write(spool: Spool, name: string, ...parts: readonly string[]): Promise<void> {
  const pack = await spool.create(name);
  for (const part of parts) await pack.append(text.encode(part));
  await pack.finish();
}

async function read(spool: Spool, name: string, bytes: number): Promise<string> {
  const into = new Uint8Array(bytes);
  await spool.read(name, into);
  return new TextDecoder().decode(into);
}

describe.each([
  ['the real spool', realSpool],
  ['the spool in memory', async (): Promise<Spool> => openMemorySpool()],
])('%s', (_, open) => {
  it('gives a finished pack back as it was written', async () => {
    const spool = await open();
    await write(spool, 'pack', 'one, ', 'two');
    expect(await spool.names()).toEqual(['pack']);
    expect(await read(spool, 'pack', 8)).toBe('one, two');
  });

  it('takes bytes over when it has answered: they may be used again at once', async () => {
    const spool = await open();
    const pack = await spool.create('pack');
    const bytes = text.encode('good');
    await pack.append(bytes);
    bytes.fill(0);
    await pack.finish();
    expect(await read(spool, 'pack', 4)).toBe('good');
  });

  it('does not show a pack that is not finished, nor one that was abandoned', async () => {
    const spool = await open();
    const pack = await spool.create('pack');
    await pack.append(text.encode('half'));
    expect(await spool.names()).toEqual([]);
    await pack.abandon();
    expect(await spool.names()).toEqual([]);
    await expect(spool.read('pack', new Uint8Array(4))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('says when a pack is gone, and when it has not the size that was asked for', async () => {
    const spool = await open();
    await write(spool, 'pack', 'four');
    await expect(spool.read('other', new Uint8Array(4))).rejects.toMatchObject({ code: 'not-found' });
    await expect(spool.read('pack', new Uint8Array(3))).rejects.toMatchObject({ code: 'pack-damaged' });
    await expect(spool.read('pack', new Uint8Array(5))).rejects.toMatchObject({ code: 'pack-damaged' });
  });

  it('never writes over a pack, and removes one any number of times', async () => {
    const spool = await open();
    await write(spool, 'pack', 'first');
    await expect(write(spool, 'pack', 'second')).rejects.toMatchObject({ code: 'already-exists' });
    expect(await read(spool, 'pack', 5)).toBe('first');
    await spool.remove('pack');
    await spool.remove('pack');
    expect(await spool.names()).toEqual([]);
  });
});
