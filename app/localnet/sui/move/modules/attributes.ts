/** `walrus::metadata` and the attributes of blobs: a map of strings in the dynamic field `b"metadata"` of the blob object. */
import { moveAbort } from '../failure.ts';
import { moveFunction } from '../function.ts';
import type { FunctionDeclaration } from '../function.ts';
import type { Runtime, TypedValue } from '../runtime.ts';
import type { MetadataValue } from '../values.ts';
import { suiAddress } from '../world.ts';

const keyBytes = new TextEncoder().encode('metadata');

const keyOf = (runtime: Runtime): TypedValue => ({ type: runtime.world.type('vector<u8>'), value: keyBytes });

function insert(metadata: MetadataValue, key: string, value: string): void {
  metadata.metadata.delete(key);
  metadata.metadata.set(key, value);
}

/** The attribute operations of one kind of blob; `module` names whose aborts they raise. */
class Attributes {
  readonly #module: 'blob' | 'storage_pool';

  constructor(module: 'blob' | 'storage_pool') {
    this.#module = module;
  }

  has(runtime: Runtime, blob: string): boolean {
    const key = keyOf(runtime);
    return runtime.hasField(blob, key.type, key.value);
  }

  add(runtime: Runtime, blob: string, metadata: MetadataValue): void {
    if (this.has(runtime, blob)) this.#abort(runtime, 'add_metadata', 'EDuplicateMetadata');
    runtime.addField(blob, keyOf(runtime), { type: runtime.world.type('Metadata'), value: metadata });
  }

  take(runtime: Runtime, blob: string): MetadataValue {
    if (!this.has(runtime, blob)) this.#abort(runtime, 'take_metadata', 'EMissingMetadata');
    return runtime.removeField<MetadataValue>(blob, keyOf(runtime), runtime.world.type('Metadata'));
  }

  replace(runtime: Runtime, blob: string, metadata: MetadataValue): MetadataValue | null {
    const old = this.has(runtime, blob) ? this.take(runtime, blob) : null;
    this.add(runtime, blob, metadata);
    return old;
  }

  insert(runtime: Runtime, blob: string, key: string, value: string): void {
    if (!this.has(runtime, blob)) this.add(runtime, blob, { metadata: new Map() });
    insert(this.#borrow(runtime, blob), key, value);
  }

  remove(runtime: Runtime, blob: string, key: string): readonly [string, string] {
    if (!this.has(runtime, blob)) this.#abort(runtime, 'metadata', 'EMissingMetadata');
    const { metadata } = this.#borrow(runtime, blob);
    const value = metadata.get(key);
    if (value === undefined) return moveAbort(suiAddress, 'vec_map::get_idx', 'EKeyDoesNotExist');
    metadata.delete(key);
    return [key, value];
  }

  removeIfThere(runtime: Runtime, blob: string, key: string): string | null {
    if (!this.has(runtime, blob)) return null;
    const { metadata } = this.#borrow(runtime, blob);
    const value = metadata.get(key) ?? null;
    metadata.delete(key);
    return value;
  }

  /** The attributes go with their blob. */
  drop(runtime: Runtime, blob: string): void {
    if (this.has(runtime, blob)) this.take(runtime, blob);
  }

  #borrow(runtime: Runtime, blob: string): MetadataValue {
    return runtime.field<MetadataValue>(blob, keyOf(runtime), runtime.world.type('Metadata'));
  }

  #abort(runtime: Runtime, name: string, constant: string): never {
    return moveAbort(runtime.world.packages.walrusCall, `${this.#module}::${name}`, constant);
  }
}

export const blobAttributes = new Attributes('blob');
export const pooledAttributes = new Attributes('storage_pool');

export const metadataFunctions: readonly FunctionDeclaration[] = [
  moveFunction('walrus::metadata::new(): Metadata', () => [{ metadata: new Map() } satisfies MetadataValue]),
  moveFunction<[MetadataValue, string, string]>(
    'walrus::metadata::insert_or_update(&mut Metadata, String, String)',
    (_, metadata, key, value) => {
      insert(metadata, key, value);
      return [];
    },
  ),
  moveFunction<[MetadataValue, string]>(
    'walrus::metadata::remove(&mut Metadata, &String): (String, String)',
    (_, { metadata }, key) => {
      const value = metadata.get(key);
      if (value === undefined) return moveAbort(suiAddress, 'vec_map::get_idx', 'EKeyDoesNotExist');
      metadata.delete(key);
      return [key, value];
    },
  ),
  moveFunction<[MetadataValue, string]>(
    'walrus::metadata::remove_if_exists(&mut Metadata, &String): Option<String>',
    (_, { metadata }, key) => {
      const value = metadata.get(key) ?? null;
      metadata.delete(key);
      return [value];
    },
  ),
];
