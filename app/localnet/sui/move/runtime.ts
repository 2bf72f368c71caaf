/**
 * What Move code can do to the ledger inside one transaction: new and deleted ids, dynamic fields, events, transfers. Everything stays in
 * memory until the transaction succeeded; a failure throws the whole runtime away.
 */
import { blake2b } from '@noble/hashes/blake2.js';
import { BcsReader, BcsWriter } from './bytes.ts';
import { moveAbort } from './failure.ts';
import { substitute, typeText } from './types.ts';
import type { MoveType } from './types.ts';
import { addressBytes, addressText, suiAddress } from './world.ts';
import type { Codec, World } from './world.ts';
import type { ObjectSource, Owner, StoredObject } from '../ledger/object.ts';

export interface TypedValue {
  readonly type: MoveType;
  readonly value: unknown;
}

/** An object that some command transferred or shared. */
interface Placed extends TypedValue {
  readonly owner: Owner;
}

export interface EmittedEvent {
  /** Package and module of the call that the transaction made; the event's own type may be of another. */
  readonly caller: Caller;
  /** The event's type with the ledger's package ids. */
  readonly type: MoveType;
  readonly value: unknown;
  readonly contents: Uint8Array;
}

interface Caller {
  readonly package: string;
  readonly module: string;
}

interface Child {
  readonly id: string;
  readonly type: MoveType;
  readonly value: unknown;
  readonly parent: string;
  /** What is on the ledger now; nothing when this transaction made it. */
  readonly stored: StoredObject | undefined;
}

interface Surroundings {
  readonly world: World;
  readonly source: ObjectSource;
  readonly digest: Uint8Array;
  readonly sender: string;
  readonly nowMs: number;
  /** The key that may advance epochs and set prices on command. */
  readonly operator: string;
}

export class Runtime {
  readonly world: World;
  readonly sender: string;
  readonly operator: string;
  readonly nowMs: number;
  readonly events: EmittedEvent[] = [];
  readonly placed = new Map<string, Placed>();
  readonly created = new Set<string>();
  readonly deleted = new Set<string>();
  /** Dynamic fields and the objects under them; `undefined` for one that was removed or proved absent. */
  readonly children = new Map<string, Child | undefined>();
  /** Children that left their parent, with what the ledger holds of them. */
  readonly removed = new Map<string, StoredObject>();
  /** The Move call that runs now; the executor sets it. */
  caller: Caller = { package: suiAddress, module: '' };
  readonly #source: ObjectSource;
  readonly #digest: Uint8Array;
  #made = 0n;

  constructor(around: Surroundings) {
    this.world = around.world;
    this.sender = around.sender;
    this.operator = around.operator;
    this.nowMs = around.nowMs;
    this.#source = around.source;
    this.#digest = around.digest;
  }

  freshId(): string {
    const writer = new BcsWriter();
    writer.u8(0xf1);
    writer.bytes(this.#digest);
    writer.u64(this.#made++);
    const id = addressText(blake2b(writer.done(), { dkLen: 32 }));
    this.created.add(id);
    return id;
  }

  deleteId(id: string): void {
    this.deleted.add(id);
  }

  emit(name: string, value: Readonly<Record<string, unknown>>): void {
    const type = this.world.type(`walrus::events::${name}`);
    this.events.push({ caller: this.caller, type, value, contents: this.encode(type, value) });
  }

  place(type: MoveType, value: unknown, owner: Owner): void {
    this.placed.set(idOf(value), { type, value, owner });
  }

  encode(type: MoveType, value: unknown): Uint8Array {
    return encodeWith(this.world.codec(type), value);
  }

  fieldId(parent: string, keyType: MoveType, key: unknown): string {
    return fieldId(this.world, parent, keyType, key);
  }

  hasField(parent: string, keyType: MoveType, key: unknown): boolean {
    return this.#child(this.fieldId(parent, keyType, key)) !== undefined;
  }

  addField(parent: string, key: TypedValue, value: TypedValue): void {
    const id = this.fieldId(parent, key.type, key.value);
    if (this.#child(id)) moveAbort(suiAddress, 'dynamic_field::add', 'EFieldAlreadyExists');
    const type = fieldType(this.world, key.type, value.type);
    const stored = this.removed.get(id);
    if (stored === undefined) this.created.add(id);
    this.deleted.delete(id);
    this.removed.delete(id);
    this.children.set(id, { id, type, value: { id, name: key.value, value: value.value }, parent, stored });
  }

  /** The value of a field, to read or to change in place; an abort when it is absent or of another type. */
  field<Value>(parent: string, key: TypedValue, type: MoveType): Value {
    return this.#field<Value>(parent, key, type, 'borrow').value;
  }

  setField(parent: string, key: TypedValue, value: TypedValue): void {
    this.#field<unknown>(parent, key, value.type, 'borrow_mut').value = value.value;
  }

  removeField<Value>(parent: string, key: TypedValue, type: MoveType): Value {
    const field = this.#field<Value>(parent, key, type, 'remove');
    this.#drop(field.id);
    this.deleteId(field.id);
    return field.value;
  }

  #field<Value>(parent: string, key: TypedValue, type: MoveType, verb: string): { id: string; value: Value } {
    const child = this.#child(this.fieldId(parent, key.type, key.value));
    if (!child) return moveAbort(suiAddress, `dynamic_field::${verb}`, 'EFieldDoesNotExist');
    if (typeText(child.type) !== typeText(fieldType(this.world, key.type, type))) {
      return moveAbort(suiAddress, `dynamic_field::${verb}`, 'EFieldTypeMismatch');
    }
    return child.value as { id: string; value: Value };
  }

  hasObjectField(parent: string, keyType: MoveType, key: unknown): boolean {
    return this.hasField(parent, wrapperOf(this.world, keyType), { name: key });
  }

  addObjectField(parent: string, key: TypedValue, object: TypedValue): void {
    const wrapper = wrapperOf(this.world, key.type);
    this.addField(
      parent,
      { type: wrapper, value: { name: key.value } },
      { type: this.world.type('ID'), value: idOf(object.value) },
    );
    const owner = this.fieldId(parent, wrapper, { name: key.value });
    const id = idOf(object.value);
    this.children.set(id, { id, ...object, parent: owner, stored: this.removed.get(id) ?? this.#source.object(id) });
    this.removed.delete(id);
  }

  objectField<Value>(parent: string, key: TypedValue, type: MoveType): Value {
    const wrapper = { type: wrapperOf(this.world, key.type), value: { name: key.value } };
    const child = this.#child(this.field<string>(parent, wrapper, this.world.type('ID')));
    if (!child || typeText(child.type) !== typeText(type)) {
      return moveAbort(suiAddress, 'dynamic_field::borrow_child_object', 'EFieldTypeMismatch');
    }
    return child.value as Value;
  }

  removeObjectField<Value>(parent: string, key: TypedValue, type: MoveType): Value {
    const value = this.objectField<Value>(parent, key, type);
    const wrapper = { type: wrapperOf(this.world, key.type), value: { name: key.value } };
    this.#drop(this.removeField<string>(parent, wrapper, this.world.type('ID')));
    return value;
  }

  #drop(id: string): void {
    const stored = this.#child(id)?.stored;
    if (stored) this.removed.set(id, stored);
    this.children.set(id, undefined);
  }

  #child(id: string): Child | undefined {
    if (this.children.has(id)) return this.children.get(id);
    const stored = this.#source.object(id);
    if (!stored || stored.owner.kind !== 'object') return undefined;
    const type = this.world.type(stored.type);
    const value = decodeWith(this.world.codec(type), stored.contents);
    const child: Child = { id, type, value, parent: stored.owner.id, stored };
    this.children.set(id, child);
    return child;
  }
}

export function fieldType(world: World, key: MoveType, value: MoveType): MoveType {
  return substitute(world.type('sui::dynamic_field::Field<T0,T1>'), [key, value]);
}

export function wrapperOf(world: World, key: MoveType): MoveType {
  return substitute(world.type('sui::dynamic_object_field::Wrapper<T0>'), [key]);
}

/** The id of a dynamic field: hash of parent, key length, key and key type, after a byte that tells it from other ids. */
export function fieldId(world: World, parent: string, keyType: MoveType, key: unknown): string {
  const bytes = encodeWith(world.codec(keyType), key);
  const writer = new BcsWriter();
  writer.u8(0xf0);
  writer.bytes(addressBytes(parent));
  writer.u64(BigInt(bytes.length));
  writer.bytes(bytes);
  writeTypeTag(writer, keyType);
  return addressText(blake2b(writer.done(), { dkLen: 32 }));
}

const tagNumbers = { bool: 0, u8: 1, u64: 2, u128: 3, address: 4, u16: 8, u32: 9, u256: 10 } as const;

function writeTypeTag(writer: BcsWriter, type: MoveType): void {
  if (type.kind === 'primitive') writer.u8(tagNumbers[type.name]);
  else if (type.kind === 'vector') {
    writer.u8(6);
    writeTypeTag(writer, type.of);
  } else if (type.kind === 'struct') {
    writer.u8(7);
    writer.bytes(addressBytes(type.address));
    writer.text(type.module);
    writer.text(type.name);
    writer.length(type.parameters.length);
    for (const parameter of type.parameters) writeTypeTag(writer, parameter);
  } else throw new Error('a type parameter has no tag');
}

export function encodeWith(codec: Codec, value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new BcsWriter();
  codec.write(writer, value as never);
  return writer.done();
}

export function decodeWith(codec: Codec, bytes: Uint8Array): unknown {
  const reader = new BcsReader(bytes);
  const value = codec.read(reader);
  reader.end();
  return value;
}

/** The id of an object value. */
export function idOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string') return value.id;
  throw new Error('an object value has an id');
}
