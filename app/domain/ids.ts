/** Identities made by Floe itself. Each brand is made by one parse function and nowhere else. */
import { fromHex, toHex } from './bytes.ts';
import { Fault } from './fault.ts';

declare const brand: unique symbol;
/** A space: 16 random bytes, as hex. */
export type SpaceId = string & { readonly [brand]: 'space' };
/** An installation: 16 random bytes, as hex. Two installations never share one, even with the same phrase. */
export type DeviceId = string & { readonly [brand]: 'device' };
/** The identity of a file or folder in a space; it survives renames and moves. 16 random bytes, as hex. */
export type NodeId = string & { readonly [brand]: 'node' };
/** A keyed hash of a chunk's plaintext: 32 bytes, as hex. */
export type ChunkId = string & { readonly [brand]: 'chunk' };
/** A snapshot: the chunk id of its record. */
export type SnapshotId = ChunkId;
/** A Sui object or address: 0x and 64 hex digits. */
export type SuiId = string & { readonly [brand]: 'sui' };

/** Compiled once: ids are parsed by the hundred thousand. */
const shapes = { 16: /^[0-9a-f]{32}$/, 32: /^[0-9a-f]{64}$/ } as const;

function parseHex(value: string | Uint8Array, bytes: keyof typeof shapes, what: string): string {
  const hex = typeof value === 'string' ? value : toHex(value);
  if (!shapes[bytes].test(hex)) throw new Fault('bad-input', 'never', `That is not ${what}.`);
  return hex;
}

export const parseSpaceId = (value: string | Uint8Array): SpaceId => parseHex(value, 16, 'a space id') as SpaceId;
export const parseDeviceId = (value: string | Uint8Array): DeviceId => parseHex(value, 16, 'a device id') as DeviceId;
export const parseNodeId = (value: string | Uint8Array): NodeId => parseHex(value, 16, 'a file id') as NodeId;
export const parseChunkId = (value: string | Uint8Array): ChunkId => parseHex(value, 32, 'a chunk id') as ChunkId;

/** Accepts short forms such as 0x2, as Sui does, and returns the full form. */
export function parseSuiId(value: string | Uint8Array): SuiId {
  const digits = typeof value === 'string' ? value.toLowerCase().replace(/^0x/, '') : toHex(value);
  if (!/^[0-9a-f]{1,64}$/.test(digits)) throw new Fault('bad-input', 'never', 'That is not a Sui address.');
  return `0x${digits.padStart(64, '0')}` as SuiId;
}

export const idToBytes = (id: SpaceId | DeviceId | NodeId | ChunkId | SuiId): Uint8Array<ArrayBuffer> => fromHex(id);
