/**
 * What one ledger knows of Move: package ids, short names of types, abilities, and for each type its BCS codec and its JSON form.
 * Values in memory are plain: numbers up to u32, bigints above, text for addresses and ids, `null` for an empty option, a bigint for a
 * balance, a map for a VecMap, bytes for `vector<u8>`.
 */
import { BcsError } from './bytes.ts';
import type { BcsReader, BcsWriter } from './bytes.ts';
import { enumDeclarations, structDeclarations } from './structs.ts';
import type { StructDeclaration } from './structs.ts';
import { parseType, substitute, typeText } from './types.ts';
import type { MoveType, Primitive, StructType, TypeNames } from './types.ts';

export interface Packages {
  /** The package that defined the Walrus types; they keep its address for ever. */
  readonly walrusType: string;
  /** The newest version of that package; calls go here. */
  readonly walrusCall: string;
  readonly wal: string;
  readonly exchange: string;
  /** Calls that no public network has: epoch and prices on command. Only the ledger's own key may make them. */
  readonly operator: string;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Codec {
  read(reader: BcsReader): unknown;
  write(writer: BcsWriter, value: never): void;
  json(value: never): Json;
}

interface EnumValue {
  readonly variant: string;
  readonly value: unknown;
}

export const stdAddress = `0x${'1'.padStart(64, '0')}`;
export const suiAddress = `0x${'2'.padStart(64, '0')}`;

const aliases: ReadonlyMap<string, string> = new Map([
  ['UID', 'sui::object::UID'],
  ['ID', 'sui::object::ID'],
  ['String', 'std::string::String'],
  ['Option', 'std::option::Option'],
  ['VecMap', 'sui::vec_map::VecMap'],
  ['Balance', 'sui::balance::Balance'],
  ['Coin', 'sui::coin::Coin'],
  ['SUI', 'sui::sui::SUI'],
  ['WAL', 'wal::wal::WAL'],
  ['Bag', 'sui::bag::Bag'],
  ['System', 'walrus::system::System'],
  ['Staking', 'walrus::staking::Staking'],
  ['Storage', 'walrus::storage_resource::Storage'],
  ['Blob', 'walrus::blob::Blob'],
  ['SharedBlob', 'walrus::shared_blob::SharedBlob'],
  ['Metadata', 'walrus::metadata::Metadata'],
  ['StoragePool', 'walrus::storage_pool::StoragePool'],
  ['Exchange', 'exchange::wal_exchange::Exchange'],
]);

interface KnownStruct {
  readonly declaration: StructDeclaration;
  readonly abilities: ReadonlySet<string>;
  readonly fields: readonly (readonly [string, MoveType])[];
}

export class World {
  readonly packages: Packages;
  readonly names: TypeNames;
  readonly #structs = new Map<string, KnownStruct>();
  readonly #enums = new Map<string, readonly (readonly [string, MoveType | null])[]>();
  readonly #codecs = new Map<string, Codec | undefined>();
  readonly #types = new Map<string, MoveType>();

  constructor(packages: Packages) {
    this.packages = packages;
    const addresses = new Map([
      ['std', stdAddress],
      ['sui', suiAddress],
      ['wal', packages.wal],
      ['walrus', packages.walrusType],
      ['exchange', packages.exchange],
      ['operator', packages.operator],
    ]);
    this.names = { addresses, aliases };
    for (const declaration of structDeclarations) {
      const fields = Object.entries(declaration.fields).map(([name, text]) => [name, this.type(text)] as const);
      const abilities = new Set(declaration.abilities.split(' ').filter((ability) => ability !== ''));
      this.#structs.set(this.#path(this.type(declaration.path)), { declaration, abilities, fields });
    }
    for (const [path, variants] of Object.entries(enumDeclarations)) {
      const typed = Object.entries(variants).map(([n, text]) => [n, text === null ? null : this.type(text)] as const);
      this.#enums.set(this.#path(this.type(path)), typed);
    }
  }

  /** A type by its text with this ledger's short names; the same text always gives the same object. */
  type(text: string): MoveType {
    const known = this.#types.get(text);
    if (known) return known;
    const type = parseType(text, this.names);
    if (this.#types.size < 4_096) this.#types.set(text, type); // Request texts come here too: the cache must not grow for ever.
    return type;
  }

  text(name: string): string {
    return typeText(this.type(name));
  }

  #path(type: MoveType): string {
    if (type.kind !== 'struct') throw new Error('only structs have a path');
    return `${type.address}::${type.module}::${type.name}`;
  }

  /** The struct, option or map types of the framework that have their own plain form. */
  #plain(type: StructType): string | undefined {
    if (type.address === suiAddress) {
      const name = `${type.module}::${type.name}`;
      const known = ['object::UID', 'object::ID', 'balance::Balance', 'vec_map::VecMap'];
      return known.includes(name) ? name : undefined;
    }
    if (type.address !== stdAddress) return undefined;
    if (type.module === 'option' && type.name === 'Option') return 'Option';
    return (type.module === 'string' || type.module === 'ascii') && type.name === 'String' ? 'String' : undefined;
  }

  /** Whether the type exists here with the right number of parameters. */
  knows(type: MoveType): boolean {
    switch (type.kind) {
      case 'primitive':
        return true;
      case 'parameter':
        return false;
      case 'vector':
        return this.knows(type.of);
      case 'struct': {
        if (!type.parameters.every((parameter) => this.knows(parameter))) return false;
        const plain = this.#plain(type);
        if (plain !== undefined) {
          const wanted = { 'vec_map::VecMap': 2, 'balance::Balance': 1, Option: 1 }[plain] ?? 0;
          return type.parameters.length === wanted;
        }
        const known = this.#structs.get(this.#path(type));
        if (known) return (known.declaration.parameters ?? 0) === type.parameters.length;
        return this.#enums.has(this.#path(type)) && type.parameters.length === 0;
      }
    }
  }

  has(type: MoveType, ability: 'copy' | 'drop' | 'store' | 'key'): boolean {
    if (type.kind === 'primitive') return ability !== 'key';
    if (type.kind === 'vector') return ability !== 'key' && this.has(type.of, ability);
    if (type.kind === 'parameter') return false;
    const plain = this.#plain(type);
    if (plain === 'String' || plain === 'object::ID') return ability !== 'key';
    if (plain === 'object::UID' || plain === 'balance::Balance') return ability === 'store';
    if (plain !== undefined) {
      return ability !== 'key' && type.parameters.every((parameter) => this.has(parameter, ability));
    }
    return this.#structs.get(this.#path(type))?.abilities.has(ability) ?? ability !== 'key';
  }

  /** Whether a transaction may give a value of this type as bytes. */
  isPure(type: MoveType): boolean {
    if (type.kind === 'primitive') return true;
    if (type.kind === 'vector') return this.isPure(type.of);
    if (type.kind === 'parameter') return false;
    const plain = this.#plain(type);
    const [inner] = type.parameters;
    return plain === 'String' || plain === 'object::ID' || (plain === 'Option' && !!inner && this.isPure(inner));
  }

  codec(type: MoveType): Codec {
    const key = typeText(type);
    const known = this.#codecs.get(key);
    if (known) return known;
    const made = this.#make(type);
    if (this.#codecs.size < 4_096) this.#codecs.set(key, made);
    return made;
  }

  #make(type: MoveType): Codec {
    if (type.kind === 'primitive') return primitiveCodec(type.name);
    if (type.kind === 'vector') return vectorCodec(type.of, this);
    if (type.kind === 'parameter') throw new Error('a type parameter has no bytes');
    const plain = this.#plain(type);
    if (plain !== undefined) return plainCodec(plain, type.parameters, this);
    const variants = this.#enums.get(this.#path(type));
    if (variants) return enumCodec(variants, this);
    const known = this.#structs.get(this.#path(type));
    if (!known) throw new Error(`unknown struct ${typeText(type)}`);
    const fields = known.fields.map(([name, field]) => {
      return [name, this.codec(substitute(field, type.parameters))] as const;
    });
    return structCodec(fields);
  }
}

function primitiveCodec(name: Primitive): Codec {
  if (name === 'address') {
    return {
      read: (reader) => addressText(reader.bytes(32)),
      write: (writer, value: string) => writer.bytes(addressBytes(value)),
      json: (value: string) => value,
    };
  }
  if (name === 'bool') {
    return { read: (r) => r.bool(), write: (w, value: boolean) => w.bool(value), json: (value: boolean) => value };
  }
  if (name === 'u8' || name === 'u16' || name === 'u32') {
    return { read: (r) => r[name](), write: (w, value: number) => w[name](value), json: (value: number) => value };
  }
  return { read: (r) => r[name](), write: (w, value: bigint) => w[name](value), json: (v: bigint) => v.toString() };
}

function vectorCodec(of: MoveType, world: World): Codec {
  if (of.kind === 'primitive' && of.name === 'u8') {
    return {
      read: (r) => r.bytes(r.length()),
      write: (w, value: Uint8Array) => {
        w.length(value.length);
        w.bytes(value);
      },
      json: (value: Uint8Array) => Buffer.from(value).toString('base64'),
    };
  }
  const item = world.codec(of);
  return {
    read: (r) => {
      const count = r.length();
      if (count > r.left) r.bytes(count); // Every item has at least one byte: a longer vector is cut short.
      return Array.from({ length: count }, () => item.read(r));
    },
    write: (w, value: readonly never[]) => {
      w.length(value.length);
      for (const one of value) item.write(w, one);
    },
    json: (value: readonly never[]) => value.map((one) => item.json(one)),
  };
}

function plainCodec(plain: string, parameters: readonly MoveType[], world: World): Codec {
  const [first, second] = parameters;
  if (plain === 'String') {
    return { read: (r) => r.text(), write: (w, value: string) => w.text(value), json: (value: string) => value };
  }
  if (plain === 'balance::Balance') return primitiveCodec('u64');
  if (plain === 'Option' && first) return optionCodec(world.codec(first));
  if (plain === 'vec_map::VecMap' && first && second) return mapCodec(world.codec(first), world.codec(second));
  return primitiveCodec('address');
}

function optionCodec(item: Codec): Codec {
  return {
    read: (r) => (r.bool() ? item.read(r) : null),
    write: (w, value: never) => {
      w.bool(value !== null);
      if (value !== null) item.write(w, value);
    },
    json: (value: never) => (value === null ? null : item.json(value)),
  };
}

function mapCodec(key: Codec, item: Codec): Codec {
  return {
    read: (r) => {
      const count = r.length();
      if (count > r.left) r.bytes(count);
      const map = new Map<unknown, unknown>();
      for (let i = 0; i < count; i++) map.set(key.read(r), item.read(r));
      if (map.size !== count) throw new BcsError('A key of a map comes twice.');
      return map;
    },
    write: (w, value: ReadonlyMap<never, never>) => {
      w.length(value.size);
      for (const [k, v] of value) {
        key.write(w, k);
        item.write(w, v);
      }
    },
    json: (value: ReadonlyMap<never, never>) => ({
      contents: [...value].map(([k, v]) => ({ key: key.json(k), value: item.json(v) })),
    }),
  };
}

function enumCodec(variants: readonly (readonly [string, MoveType | null])[], world: World): Codec {
  return {
    read: (r) => {
      const [variant, type] = variants[r.length()] ?? [];
      if (variant === undefined || type === undefined) throw new BcsError('There is no such variant.');
      return { variant, value: type === null ? null : world.codec(type).read(r) };
    },
    write: (w, { variant, value }: EnumValue) => {
      const index = variants.findIndex(([name]) => name === variant);
      const type = variants[index]?.[1];
      w.length(index);
      if (type) world.codec(type).write(w, value as never);
    },
    json: ({ variant, value }: EnumValue) => {
      const type = variants.find(([name]) => name === variant)?.[1];
      return type ? { '@variant': variant, pos0: world.codec(type).json(value as never) } : { '@variant': variant };
    },
  };
}

function structCodec(fields: readonly (readonly [string, Codec])[]): Codec {
  return {
    read: (r) => {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of fields) value[name] = codec.read(r);
      return value;
    },
    write: (w, value: Readonly<Record<string, never>>) => {
      for (const [name, codec] of fields) codec.write(w, value[name] as never);
    },
    json: (value: Readonly<Record<string, never>>) =>
      Object.fromEntries(fields.map(([name, codec]) => [name, codec.json(value[name] as never)])),
  };
}

export function addressText(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
}

export function addressBytes(text: string): Uint8Array {
  return Buffer.from(text.slice(2), 'hex');
}
