/** A snapshot's record (docs/formats/snapshot.md): JSON, so that it can grow; its chunk id is its name. */
import { fromHex, toHex } from '../domain/bytes.ts';
import { Fault } from '../domain/fault.ts';
import type { Dot } from '../domain/dot.ts';
import { parseChunkId, parseDeviceId, parseNodeId, parseSpaceId, type DeviceId } from '../domain/ids.ts';
import { rootName } from '../domain/path-name.ts';
import type { Snapshot } from '../domain/space.ts';
import { contentFromBytes, contentToBytes } from './listing.ts';

const snapshotVersion = 1;

export function snapshotToBytes(snapshot: Snapshot): Uint8Array<ArrayBuffer> {
  const { root, vector, taken, ...rest } = snapshot;
  const record = {
    v: snapshotVersion,
    ...rest,
    vector: Object.fromEntries([...vector].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    taken: taken.map(({ node, dot }) => [node, dot.device, dot.sequence]),
    root: {
      node: root.node,
      mode: root.mode,
      mtimeNs: root.mtimeNs.toString(),
      bytes: root.bytes,
      content: toHex(contentToBytes(root.content)),
    },
  };
  return new TextEncoder().encode(JSON.stringify(record));
}

const refused = (why: string): Fault => new Fault('pack-damaged', 'never', `A stored snapshot cannot be read: ${why}.`);

/** A field of a parsed JSON record, checked. */
export function field<T extends 'string' | 'number'>(
  record: unknown,
  key: string,
  type: T,
  refuse = refused,
): T extends 'string' ? string : number {
  const value: unknown = typeof record === 'object' && record !== null ? Reflect.get(record, key) : undefined;
  if (typeof value !== type || (type === 'number' && !(Number.isSafeInteger(value) && Number(value) >= 0)))
    throw refuse(`its field '${key}' is wrong`);
  return value as T extends 'string' ? string : number;
}

/** Decimal digits of a signed 64-bit number. */
function nanoseconds(text: string): bigint {
  const value = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || BigInt.asIntN(64, value) !== value) throw refused("its field 'mtimeNs' is wrong");
  return value;
}

/** Dots have four bytes for a sequence. */
const sequenceMax = 0xffff_ffff;

function sequence(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= sequenceMax) return value;
  throw refused(`its field '${name}' is wrong`);
}

function vectorFrom(value: unknown): ReadonlyMap<DeviceId, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused("its field 'vector' is wrong");
  return new Map(Object.entries(value).map(([device, seen]) => [parseDeviceId(device), sequence(seen, 'vector')]));
}

function takenFrom(value: unknown): Snapshot['taken'] {
  if (!Array.isArray(value)) throw refused("its field 'taken' is wrong");
  return value.map((one: unknown) => {
    if (!Array.isArray(one) || one.length !== 3) throw refused("its field 'taken' is wrong");
    const dot: Dot = { device: parseDeviceId(String(one[1])), sequence: sequence(one[2], 'taken') };
    return { node: parseNodeId(String(one[0])), dot };
  });
}

export function snapshotFromBytes(bytes: Uint8Array): Snapshot {
  let record: unknown;
  try {
    record = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Fault('pack-damaged', 'never', 'A stored snapshot cannot be read: it is not a record.', cause);
  }
  const version = field(record, 'v', 'number');
  if (version !== snapshotVersion) throw refused(`its version ${version} is newer than this Floe`);
  const parents: unknown = Reflect.get(Object(record), 'parents');
  if (!Array.isArray(parents)) throw refused("its field 'parents' is wrong");
  const root: unknown = Reflect.get(Object(record), 'root');
  const device = parseDeviceId(field(record, 'device', 'string'));
  const own = sequence(Reflect.get(Object(record), 'sequence'), 'sequence');
  const vector = vectorFrom(Reflect.get(Object(record), 'vector'));
  if (vector.get(device) !== own) throw refused('it does not contain itself');
  return {
    space: parseSpaceId(field(record, 'space', 'string')),
    device,
    deviceName: field(record, 'deviceName', 'string'),
    sequence: own,
    vector,
    taken: takenFrom(Reflect.get(Object(record), 'taken')),
    parents: parents.map((parent: unknown) => parseChunkId(String(parent))),
    timeMs: field(record, 'timeMs', 'number'),
    files: field(record, 'files', 'number'),
    bytes: field(record, 'bytes', 'number'),
    root: {
      name: rootName,
      kind: 'folder',
      node: parseNodeId(field(root, 'node', 'string')),
      mode: field(root, 'mode', 'number'),
      mtimeNs: nanoseconds(field(root, 'mtimeNs', 'string')),
      bytes: field(root, 'bytes', 'number'),
      content: contentFromBytes(fromHex(field(root, 'content', 'string'))),
    },
  };
}
