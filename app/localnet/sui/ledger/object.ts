/** An object as the ledger stores it, with the bytes and digest a full node would show for it. */
import { blake2b } from '@noble/hashes/blake2.js';
import { bcs } from '@mysten/sui/bcs';
import { toBase58 } from '@mysten/sui/utils';
import { parseStructType, typeText } from '../move/types.ts';
import { suiAddress } from '../move/world.ts';

export type Owner =
  | { readonly kind: 'address'; readonly id: string }
  | { readonly kind: 'object'; readonly id: string }
  | { readonly kind: 'shared'; readonly initialVersion: bigint }
  | { readonly kind: 'immutable' };

export interface StoredObject {
  readonly id: string;
  /** Lamport version: one above every version the transaction read. */
  readonly version: bigint;
  readonly digest: string;
  readonly type: string;
  readonly owner: Owner;
  readonly contents: Uint8Array;
  readonly previousTransaction: string;
  /** MIST paid into storage for these bytes; almost all of it comes back when they go. */
  readonly storageRebate: bigint;
  /** Whether its type has `store`, so that anybody may transfer it. */
  readonly publicTransfer: boolean;
}

export interface ObjectSource {
  object(id: string): StoredObject | undefined;
}

/** The BCS of `Object`, as a full node returns it. */
export function objectBytes(object: Omit<StoredObject, 'digest'>): Uint8Array {
  return bcs.Object.serialize({
    data: {
      Move: {
        type: moveObjectType(object.type),
        hasPublicTransfer: object.publicTransfer,
        version: object.version,
        contents: object.contents,
      },
    },
    owner: ownerBcs(object.owner),
    previousTransaction: object.previousTransaction,
    storageRebate: object.storageRebate,
  }).toBytes();
}

const prefix = new TextEncoder().encode('Object::');

export function withDigest(object: Omit<StoredObject, 'digest'>): StoredObject {
  const hash = blake2b.create({ dkLen: 32 });
  hash.update(prefix);
  hash.update(objectBytes(object));
  return { ...object, digest: toBase58(hash.digest()) };
}

/** Bytes that storage is paid for. */
export function storedBytes(object: Pick<StoredObject, 'contents' | 'type'>): number {
  // The type tag, the version, the owner, the previous transaction and the rebate, as Sui's own serialized size counts them.
  const tagBytes = 1 + object.type.split('::').length * 16;
  return object.contents.length + tagBytes + 8 + 33 + 33 + 8;
}

const suiCoin = `${suiAddress}::coin::Coin<${suiAddress}::sui::SUI>`;
const coinPrefix = `${suiAddress}::coin::Coin<`;

function moveObjectType(text: string): (typeof bcs.MoveObjectType)['$inferInput'] {
  if (text === suiCoin) return { GasCoin: true };
  if (text.startsWith(coinPrefix)) return { Coin: text.slice(coinPrefix.length, -1) };
  const { address, module, name, parameters } = parseStructType(text);
  const whole = bcs.TypeTag.serialize(typeText({ kind: 'struct', address, module, name, parameters })).toBytes();
  return { Other: bcs.StructTag.parse(whole.subarray(1)) };
}

export function ownerBcs(owner: Owner): (typeof bcs.Owner)['$inferInput'] {
  switch (owner.kind) {
    case 'address':
      return { AddressOwner: owner.id };
    case 'object':
      return { ObjectOwner: owner.id };
    case 'shared':
      return { Shared: { initialSharedVersion: owner.initialVersion } };
    case 'immutable':
      return { Immutable: true };
  }
}
