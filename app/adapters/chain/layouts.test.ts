import { bcs } from '@mysten/sui/bcs';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../domain/bytes.ts';
import { Fault } from '../../domain/fault.ts';
import {
  bagFieldLayout,
  blobLinkLayout,
  decodeExactly,
  pooledBlobLayout,
  safeNumber,
  stakingInnerLayout,
  storagePoolInnerLayout,
  systemInnerLayout,
  versionedRootLayout,
} from './layouts.ts';

const id = (digit: string): string => `0x${digit.repeat(64)}`;
const idHex = (digit: string): string => digit.repeat(64);

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('layouts of Move objects', () => {
  it('reads System and Staking roots field by field in byte order', () => {
    const bytes = fromHex(`${idHex('1')}0400000000000000${idHex('2')}01${idHex('3')}`);
    expect(decodeExactly(versionedRootLayout, bytes, 'System')).toEqual({
      id: id('1'),
      version: '4',
      package_id: id('2'),
      new_package_id: id('3'),
    });
  });

  it('reads a pooled blob written out by hand', () => {
    const bytes = fromHex(`${idHex('a')}07000000${'05'.repeat(32)}39300000000000000101${'09000000'}${idHex('b')}01`);
    expect(decodeExactly(pooledBlobLayout, bytes, 'a blob')).toEqual({
      id: id('a'),
      registered_epoch: 7,
      blob_id: BigInt(`0x${'05'.repeat(32)}`).toString(),
      unencoded_size: '12345',
      encoding_type: 1,
      certified_epoch: 9,
      storage_pool_id: id('b'),
      deletable: true,
    });
  });

  it('reads the inner state of a storage pool written out by hand', () => {
    const storage = `${idHex('c')}0200000008000000000010000000000${'0'}`;
    const bytes = fromHex(`${storage}00000800000000000300000000000000${idHex('d')}0300000000000000`);
    expect(decodeExactly(storagePoolInnerLayout, bytes, 'a pool')).toEqual({
      storage: { id: id('c'), start_epoch: 2, end_epoch: 8, storage_size: '1048576' },
      used_encoded_bytes: '524288',
      blob_count: '3',
      blobs: { id: id('d'), size: '3' },
    });
  });

  it('reads a bag entry and the link to a blob', () => {
    const entry = fromHex(`${idHex('e')}02aabb03010203`);
    expect(decodeExactly(bagFieldLayout, entry, 'an entry')).toEqual({
      id: id('e'),
      name: fromHex('aabb'),
      value: fromHex('010203'),
    });
    const link = fromHex(`${idHex('e')}${'01'}${'00'.repeat(31)}${idHex('f')}`);
    expect(decodeExactly(blobLinkLayout, link, 'a link')).toEqual({ id: id('e'), name: { name: '1' }, value: id('f') });
  });

  it.each([
    ['one byte too few', (bytes: Uint8Array) => bytes.slice(0, -1)],
    ['one byte too many', (bytes: Uint8Array) => concatBytes(bytes, Uint8Array.of(0))],
    ['an option that is neither none nor some', (bytes: Uint8Array) => bytes.with(72, 2)],
    ['nothing at all', () => new Uint8Array()],
  ])('refuses %s as a form that it does not know', (_, damage) => {
    const bytes = fromHex(`${idHex('1')}0400000000000000${idHex('2')}00`);
    expect(decodeExactly(versionedRootLayout, bytes, 'System').version).toBe('4');
    const fault = caught(() => decodeExactly(versionedRootLayout, damage(bytes), 'its System object'));
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ code: 'network-mismatch', retry: 'after-user' });
    expect(String(fault)).toContain('its System object');
  });

  it('refuses a flag byte that is neither true nor false', () => {
    const blob = fromHex(`${idHex('a')}07000000${'05'.repeat(32)}39300000000000000100${idHex('b')}02`);
    expect(caught(() => decodeExactly(pooledBlobLayout, blob, 'a blob'))).toMatchObject({ code: 'network-mismatch' });
  });

  it('refuses a vector that claims more items than there are bytes, without building it', () => {
    const claim = fromHex(`${idHex('e')}ffffffff0f00`);
    expect(caught(() => decodeExactly(bagFieldLayout, claim, 'an entry'))).toMatchObject({ code: 'network-mismatch' });
  });

  it('refuses inner states of another version', () => {
    const bytes = bcs.vector(bcs.u64()).serialize([1, 2, 3]).toBytes();
    expect(caught(() => decodeExactly(systemInnerLayout, bytes, 'x'))).toMatchObject({ code: 'network-mismatch' });
    expect(caught(() => decodeExactly(stakingInnerLayout, bytes, 'x'))).toMatchObject({ code: 'network-mismatch' });
  });

  it('takes no number that a number cannot hold', () => {
    expect(safeNumber('9007199254740991', 'x')).toBe(Number.MAX_SAFE_INTEGER);
    expect(caught(() => safeNumber('9007199254740992', 'x'))).toMatchObject({ code: 'network-mismatch' });
  });
});
