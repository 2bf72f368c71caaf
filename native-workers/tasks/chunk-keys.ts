/** Ids and keys of chunks (docs/formats/chunk.md). Library primitives only; nothing here keeps a key beyond the call. */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { badInput, checkKey } from './task.ts';

export const idBytes = 32;

/** The key in the form in which it is handed to every HMAC of a task. */
export function hmacKey(key: Uint8Array, what: string): KeyObject {
  checkKey(key, what);
  return createSecretKey(key);
}

export function chunkId(idKey: KeyObject, plain: Uint8Array): string {
  return createHmac('sha256', idKey).update(plain).digest('hex');
}

/** The 32 bytes of an id written as hex. */
export function idToBytes(id: string): Buffer {
  if (!/^[0-9a-f]{64}$/.test(id)) throw badInput('That is not a chunk id.');
  return Buffer.from(id, 'hex');
}

/** As an object: a cipher takes one from bytes at several times the price. */
export function chunkKey(sealKey: KeyObject, id: Uint8Array): KeyObject {
  const own = createHmac('sha256', sealKey).update('floe chunk key v1').update(id).digest();
  const key = createSecretKey(own);
  own.fill(0);
  return key;
}

const tables = new Map<string, BigUint64Array<ArrayBuffer>>();
/** Gear tables kept by a worker: one a space; a device rarely has more spaces at work at once. */
const tablesMax = 8;

export function gearTable(gearKey: Uint8Array): BigUint64Array<ArrayBuffer> {
  checkKey(gearKey, 'The gear key');
  const name = Buffer.from(gearKey).toString('hex');
  const known = tables.get(name);
  if (known !== undefined) return known;
  const bytes = new DataView(hkdfSync('sha256', gearKey, new Uint8Array(0), 'floe gear v1', 256 * 8));
  const table = new BigUint64Array(256);
  for (let entry = 0; entry < 256; entry++) table[entry] = bytes.getBigUint64(8 * entry, true);
  const oldest = tables.keys().next();
  if (tables.size >= tablesMax && oldest.done !== true) tables.delete(oldest.value);
  tables.set(name, table);
  return table;
}
