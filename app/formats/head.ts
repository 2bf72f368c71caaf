/**
 * What a device's bag on chain holds, sealed with the account key (docs/formats/head.md): one record of the device itself, one head for each of
 * its spaces. Values are padded to 256 bytes, so that names do not show by their length.
 */
import { concatBytes, fromHex, toHex } from '../domain/bytes.ts';
import { parseBlobId } from '../domain/blob-id.ts';
import type { Dice } from '../domain/clock.ts';
import { Fault } from '../domain/fault.ts';
import {
  idToBytes,
  parseChunkId,
  parseDeviceId,
  parseSpaceId,
  parseSuiId,
  type DeviceId,
  type SpaceId,
} from '../domain/ids.ts';
import type { Head } from '../domain/space.ts';
import type { BagEntry } from '../ports/chain.ts';
import type { Crypto } from '../ports/crypto.ts';
import { garbageFrom, garbageToRecord, type SpaceGarbage } from './garbage.ts';
import { field } from './snapshot.ts';
import { spaceKeyBytes } from './space-keys.ts';

export interface DeviceRecord {
  readonly device: DeviceId;
  readonly name: string;
  readonly madeMs: number;
}

export type BagRecord =
  | { readonly kind: 'device'; readonly record: DeviceRecord }
  | { readonly kind: 'head'; readonly record: Head }
  | { readonly kind: 'garbage'; readonly record: SpaceGarbage };

const bagVersion = 1;
const stepBytes = 256;
const text = new TextEncoder();
const label = (key: Uint8Array): Uint8Array => concatBytes(text.encode('floe head v1'), key);
const valueKey = (crypto: Crypto, accountKey: Uint8Array): Uint8Array =>
  crypto.derive(accountKey, 'floe head value v1');
const nameKey = (crypto: Crypto, accountKey: Uint8Array): Uint8Array => crypto.derive(accountKey, 'floe head name v1');

/** The bag key of the device's own record. */
export const deviceKey = (crypto: Crypto, accountKey: Uint8Array): Uint8Array =>
  crypto.hmac(nameKey(crypto, accountKey), text.encode('device'));

/** The bag key of a space's head: the same in every device's bag. */
export const headKey = (crypto: Crypto, accountKey: Uint8Array, space: SpaceId): Uint8Array =>
  crypto.hmac(nameKey(crypto, accountKey), text.encode('head'), idToBytes(space));

/** The bag key of what a device says of a space's garbage. */
export const garbageKey = (crypto: Crypto, accountKey: Uint8Array, space: SpaceId): Uint8Array =>
  crypto.hmac(nameKey(crypto, accountKey), text.encode('garbage'), idToBytes(space));

function sealRecord(crypto: Crypto, dice: Dice, accountKey: Uint8Array, key: Uint8Array, record: object): BagEntry {
  const json = text.encode(JSON.stringify(record));
  const plain = new Uint8Array(Math.ceil((json.length + 4) / stepBytes) * stepBytes);
  new DataView(plain.buffer).setUint32(0, json.length, true);
  plain.set(json, 4);
  const sealed = crypto.seal(valueKey(crypto, accountKey), dice.bytes(12), label(key), plain);
  return { key, value: concatBytes(Uint8Array.of(bagVersion), sealed) };
}

export function sealDevice(crypto: Crypto, dice: Dice, accountKey: Uint8Array, record: DeviceRecord): BagEntry {
  return sealRecord(crypto, dice, accountKey, deviceKey(crypto, accountKey), { kind: 'device', ...record });
}

export function sealHead(crypto: Crypto, dice: Dice, accountKey: Uint8Array, head: Head): BagEntry {
  return sealRecord(crypto, dice, accountKey, headKey(crypto, accountKey, head.space), {
    kind: 'head',
    ...head,
    spaceKey: toHex(head.spaceKey),
  });
}

export function sealGarbage(crypto: Crypto, dice: Dice, accountKey: Uint8Array, garbage: SpaceGarbage): BagEntry {
  return sealRecord(crypto, dice, accountKey, garbageKey(crypto, accountKey, garbage.space), garbageToRecord(garbage));
}

const refused = (why: string): Fault => new Fault('pack-damaged', 'never', `A head on chain cannot be read: ${why}.`);

function headFrom(record: unknown): Head {
  const text = (key: string): string => field(record, key, 'string', refused);
  const number = (from: unknown, key: string): number => field(from, key, 'number', refused);
  const limits: unknown = Reflect.get(Object(record), 'limits');
  const place: unknown = Reflect.get(Object(record), 'place');
  const mode = text('mode');
  if (mode !== 'sync' && mode !== 'archive') throw refused("its field 'mode' is wrong");
  const spaceKey = fromHex(text('spaceKey'));
  if (spaceKey.length !== spaceKeyBytes) throw refused("its field 'spaceKey' is wrong");
  return {
    space: parseSpaceId(text('space')),
    spaceKey,
    name: text('name'),
    mode,
    limits: { min: number(limits, 'min'), normal: number(limits, 'normal'), max: number(limits, 'max') },
    device: parseDeviceId(text('device')),
    sequence: number(record, 'sequence'),
    snapshot: parseChunkId(text('snapshot')),
    pack: parseBlobId(text('pack')),
    place: {
      id: parseChunkId(text('snapshot')),
      kind: 'snapshot',
      start: number(place, 'start'),
      bytes: number(place, 'bytes'),
      plainBytes: number(place, 'plainBytes'),
    },
    pool: parseSuiId(text('pool')),
  };
}

function recordFrom(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    // The parser's own words would quote the record, which holds a key.
    throw refused('it is not a record');
  }
}

/** An entry of a bag, opened; undefined when it was not sealed by this account (a stranger may send a bag to any address). */
export function openBagEntry(crypto: Crypto, accountKey: Uint8Array, entry: BagEntry): BagRecord | undefined {
  if (entry.value[0] !== bagVersion) return undefined;
  const plain = crypto.open(valueKey(crypto, accountKey), label(entry.key), entry.value.subarray(1));
  if (!plain || plain.length < 4) return undefined;
  const length = new DataView(plain.buffer).getUint32(0, true);
  if (length > plain.length - 4) throw refused('it is cut short');
  const record = recordFrom(plain.subarray(4, 4 + length));
  const kind = field(record, 'kind', 'string', refused);
  if (kind === 'head') return { kind, record: headFrom(record) };
  if (kind === 'garbage') return { kind, record: garbageFrom(record, refused) };
  if (kind !== 'device') throw refused('it holds an unknown kind of record');
  return {
    kind: 'device',
    record: {
      device: parseDeviceId(field(record, 'device', 'string', refused)),
      name: field(record, 'name', 'string', refused),
      madeMs: field(record, 'madeMs', 'number', refused),
    },
  };
}
