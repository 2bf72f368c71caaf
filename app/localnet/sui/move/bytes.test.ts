import { bcs } from '@mysten/sui/bcs';
import { normalizeStructTag } from '@mysten/sui/utils';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BcsError, BcsReader, BcsWriter } from './bytes.ts';
import { decodeWith, encodeWith } from './runtime.ts';
import { TypeTextError, parseType, typeText } from './types.ts';
import { World } from './world.ts';

const id = (digit: string): string => `0x${digit.repeat(64)}`;
const world = new World({
  walrusType: id('a'),
  walrusCall: id('b'),
  wal: id('c'),
  exchange: id('d'),
  operator: id('e'),
});

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const u256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const u32 = fc.nat({ max: 0xffff_ffff });
const address = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`);

describe('BCS', () => {
  it('agrees with the SDK on a blob, both ways', () => {
    const Storage = bcs.struct('Storage', { id: bcs.Address, start: bcs.u32(), end: bcs.u32(), size: bcs.u64() });
    const Blob = bcs.struct('Blob', {
      id: bcs.Address,
      registered: bcs.u32(),
      blobId: bcs.u256(),
      size: bcs.u64(),
      encoding: bcs.u8(),
      certified: bcs.option(bcs.u32()),
      storage: Storage,
      deletable: bcs.bool(),
    });
    const type = world.type('Blob');
    const shape = fc.tuple(address, u32, u256, u64, fc.option(u32), fc.boolean());
    fc.assert(
      fc.property(shape, ([object, epoch, blobId, size, certified, deletable]) => {
        const storage = { id: object, start: epoch, end: epoch, size };
        const theirs = { id: object, registered: epoch, blobId, size, encoding: 1, certified, storage, deletable };
        const bytes = Blob.serialize(theirs).toBytes();
        const value = decodeWith(world.codec(type), bytes);
        expect(value).toMatchObject({ id: object, blob_id: blobId, size, certified_epoch: certified, deletable });
        expect(encodeWith(world.codec(type), value)).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  it('keeps maps, options, strings and vectors of any size', () => {
    const type = world.type('VecMap<String,vector<Option<u256>>>');
    const map = fc
      .array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.array(fc.option(u256))))
      .map((pairs) => new Map(pairs));
    fc.assert(
      fc.property(map, (value) => {
        expect(decodeWith(world.codec(type), encodeWith(world.codec(type), value))).toEqual(value);
      }),
    );
  });

  it('never reads bytes that are not the one encoding of a value', () => {
    const types = [
      'Blob',
      'vector<u64>',
      'String',
      'Option<bool>',
      'VecMap<String,u8>',
      'walrus::staking_inner::EpochState',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 80 }), (text, bytes) => {
        const codec = world.codec(world.type(text));
        try {
          expect([...encodeWith(codec, decodeWith(codec, bytes))]).toEqual([...bytes]);
        } catch (error) {
          if (!(error instanceof BcsError)) throw error;
        }
      }),
    );
  });

  it.each([
    ['a length with a padding byte', [0x80, 0x00]],
    ['a length past 32 bits', [0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])('refuses %s', (_, bytes) => {
    expect(() => new BcsReader(Uint8Array.from(bytes)).length()).toThrow(BcsError);
  });

  it('grows its buffer without losing what is in it', () => {
    const writer = new BcsWriter();
    for (let number = 0; number < 1_000; number++) writer.u32(number);
    const reader = new BcsReader(writer.done());
    for (let number = 0; number < 1_000; number++) expect(reader.u32()).toBe(number);
  });
});

describe('type texts', () => {
  it.each([
    '0x2::coin::Coin<0x2::sui::SUI>',
    '0x2::dynamic_field::Field<vector<u8>,0xa::metadata::Metadata>',
    '0x2::dynamic_field::Field<0x2::dynamic_object_field::Wrapper<u256>, 0x2::object::ID>',
  ])('%s is written as the SDK writes it', (text) => {
    expect(typeText(parseType(text))).toBe(normalizeStructTag(text));
  });

  it.each([
    '',
    'u65',
    '0x2::coin',
    '0x2::coin::Coin<',
    '0x2::coin::Coin<u8>>',
    'vector<>',
    '0xzz::a::B',
    'a'.repeat(3_000),
  ])('"%.20s" is no type', (text) => {
    expect(() => parseType(text)).toThrow(TypeTextError);
  });

  it('refuses types nested without end', () => {
    expect(() => parseType(`${'vector<'.repeat(40)}u8${'>'.repeat(40)}`)).toThrow(/nested too deeply/);
  });
});
