/** What a person asks of the past: a file as it was, what changed between two moments, where a name went. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Difference } from '../../app/engine/engine.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const dice = seededDice(91);
const big = dice.bytes(700_000);
let world: World;
let laptop: Device;
const snapshots: string[] = [];

beforeAll(async () => {
  world = await openWorld({ seed: 91 });
  laptop = await world.device('laptop');
  const { user } = laptop.disk;
  const sync = async (): Promise<void> => {
    await laptop.sync();
    snapshots.push((await laptop.engine.log('docs'))[0]?.snapshot ?? '');
  };
  user.write('/home/docs/plan.txt', 'first plan');
  user.write('/home/docs/big', big);
  user.write('/home/docs/empty', '');
  user.write('/home/docs/box/Invoice 1.pdf', 'paid');
  user.write('/home/docs/box/deep/ÄRGER.txt', 'much');
  user.write('/home/docs/old/Invoice 2.pdf', 'lost');
  user.symlink('/home/docs/link', 'box/deep');
  await laptop.protect('/home/docs');
  await sync();
  user.write('/home/docs/plan.txt', 'second plan');
  user.rename('/home/docs/box', '/home/docs/chest');
  user.remove('/home/docs/old');
  user.write('/home/docs/new', 'n');
  await sync();
  user.rename('/home/docs/chest/Invoice 1.pdf', '/home/docs/bill.pdf');
  user.chmod('/home/docs/new', 0o600);
  await sync();
});
afterAll(() => world.close());

async function piecesOf(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

async function textAt(path: string, at?: string): Promise<string> {
  const file = await laptop.engine.openFile({ space: 'docs', path, at });
  const pieces = await piecesOf(file.read(0, file.version.bytes, never));
  return Buffer.concat(pieces).toString();
}

const shown = ({ kind, path, from }: Difference): string =>
  `${kind} ${path}${from === undefined ? '' : ` from ${from}`}`;

describe('a file of the past', () => {
  it('is read as it was then, whatever it is called now', async () => {
    expect(await textAt('plan.txt', snapshots[0])).toBe('first plan');
    expect(await textAt('plan.txt')).toBe('second plan');
    expect(await textAt('old/Invoice 2.pdf', snapshots[0])).toBe('lost');
    expect(await textAt('box/Invoice 1.pdf', snapshots[0])).toBe('paid');
    expect(await textAt('bill.pdf')).toBe('paid');
    expect(await textAt('empty')).toBe('');
    expect(await textAt('link')).toBe('box/deep');
    await expect(textAt('plan')).rejects.toMatchObject({ code: 'not-found' });
    await expect(textAt('chest')).rejects.toMatchObject({ code: 'bad-input' });
    await expect(textAt('../../etc/passwd')).rejects.toMatchObject({ code: 'name-unsafe' });
  });

  it('gives any stretch of its bytes', async () => {
    const file = await laptop.engine.openFile({ space: 'docs', path: 'big', at: undefined });
    expect(file.version.bytes).toBe(big.length);
    for (let trial = 0; trial < 40; trial++) {
      const start = Math.floor(dice.fraction() * big.length);
      const end = start + Math.floor(dice.fraction() ** 4 * (big.length - start));
      const read = Buffer.concat(await piecesOf(file.read(start, end, never)));
      expect(read.equals(big.subarray(start, end)), `${start}..${end}`).toBe(true);
    }
    await expect(piecesOf(file.read(0, big.length + 1, never))).rejects.toMatchObject({ code: 'pack-damaged' });
  });
});

describe('the difference between two moments', () => {
  it('is told with moves, once for all that moved along', async () => {
    const second = await laptop.engine.diff('docs', snapshots[0], snapshots[1]);
    expect(second.differences.map(shown).toSorted()).toEqual([
      'added new',
      'changed plan.txt',
      'moved chest from box',
      'removed old',
      'removed old/Invoice 2.pdf',
    ]);
    const third = await laptop.engine.diff('docs', undefined, undefined);
    expect(third).toMatchObject({ from: snapshots[1], to: snapshots[2] });
    expect(third.differences.map(shown)).toEqual(['moved bill.pdf from chest/Invoice 1.pdf', 'changed new']);
    const all = await laptop.engine.diff('docs', snapshots[0], snapshots[2]);
    expect(all.differences.map(shown)).toContain('moved bill.pdf from box/Invoice 1.pdf');
    expect((await laptop.engine.diff('docs', snapshots[1], snapshots[1])).differences).toEqual([]);
  });
});

describe('a name', () => {
  const find = async (text: string, isDeletedOnly = false): Promise<readonly string[]> =>
    (await laptop.engine.find('docs', text, isDeletedOnly)).map(
      ({ version, isDeleted, untilMs }) =>
        `${version.path}${isDeleted ? ' deleted' : untilMs === undefined ? '' : ' before'}`,
    );

  it('is found wherever it is and was, in large and small letters', async () => {
    expect((await find('invoice')).toSorted()).toEqual(['chest/Invoice 1.pdf before', 'old/Invoice 2.pdf deleted']);
    expect(await find('ärger')).toEqual(['chest/deep/ÄRGER.txt']);
    expect(await find('BILL')).toEqual(['bill.pdf']);
    expect(await find('nothing like it')).toEqual([]);
    for (const mark of ['%', '_', '\\', '*', '?', "'"]) expect(await find(mark)).toEqual([]);
  });

  it('is found among the deleted only, when that is asked', async () => {
    expect(await find('invoice', true)).toEqual(['old/Invoice 2.pdf deleted']);
    expect((await find('o', true)).toSorted()).toEqual(['old deleted', 'old/Invoice 2.pdf deleted']);
    expect(await find('plan', true)).toEqual([]);
  });
});
