/**
 * The value "record" of an entry and the value "look": all that is known of a file or folder at its place, in one piece, little-endian.
 *
 * record: number (8), since (4), mode (2), kind (1), bytes of its name (1), mtime in ns (8), bytes (8), identity (16), bytes of content (4), dots of
 * place and content (6 each: writer 2, sequence 4), then content: depth (1) and the chunk ids (32 each). look: device (8), inode (8), bytes (8), mtime in ns (8), ctime in ns (8); zeros stand for none.
 */
import type { Dot } from '../../domain/dot.ts';
import { parseChunkId, parseNodeId, type ChunkId, type DeviceId, type NodeId } from '../../domain/ids.ts';
import { nameBytesFromText, parsePathName, type PathName } from '../../domain/path-name.ts';
import type { Content, EntryKind } from '../../domain/space.ts';
import type { EntryRow, Look } from '../../ports/catalog.ts';
import { damagedCatalog } from './sqlite-fault.ts';
import type { StoredDot } from './writers.ts';

const numAt = 0;
const sinceAt = 8;
const modeAt = 12;
const kindAt = 14;
const nameBytesAt = 15;
const mtimeAt = 16;
const bytesAt = 24;
const nodeAt = 32;
const contentBytesAt = 48;
const placeAt = 52;
const versionAt = 58;
const fixedBytes = 64;
const dotBytes = 6;
const nodeBytes = 16;
const chunkIdBytes = 32;
export const lookBytes = 40;

const kinds: readonly EntryKind[] = ['file', 'folder', 'symlink'];
const two32 = 2 ** 32;

/** What a record says, apart from where the entry lies. */
export interface EntryFacts {
  readonly num: number;
  readonly since: number;
  readonly node: NodeId;
  readonly kind: EntryKind;
  readonly mode: number;
  readonly mtimeNs: bigint;
  readonly bytes: number;
  readonly content: Content;
  readonly place: StoredDot;
  readonly version: StoredDot;
}

/** Names and paths cross as bytes. */
export const nameToBytes = (name: string): Buffer => {
  if (name.isWellFormed()) return Buffer.from(name);
  const bytes = nameBytesFromText(name);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
};

/**
 * A name from its bytes. Most are valid UTF-8 and are read at once; U+FFFD in the text tells that some bytes were not (or that the name has that
 * letter), and then the exact way is taken.
 */
export function nameFromBytes(bytes: Buffer, start = 0, end = bytes.length): PathName {
  const text = bytes.toString('utf8', start, end);
  return parsePathName(text.includes('\ufffd') ? bytes.subarray(start, end) : text);
}

function checkedSize(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${what} is a whole number that is not negative`);
  return value;
}

/** Bytes of a hex id; domain's own parse made the text, so its form is known. */
export const idBuffer = (id: string): Buffer => Buffer.from(id, 'hex');

export function contentToBytes({ depth, chunks }: Content): Buffer {
  const bytes = Buffer.allocUnsafe(1 + chunkIdBytes * chunks.length);
  bytes[0] = depth;
  for (const [i, id] of chunks.entries()) bytes.write(id, 1 + chunkIdBytes * i, chunkIdBytes, 'hex');
  return bytes;
}

export function contentFromBytes(bytes: Buffer, start = 0, end = bytes.length): Content {
  if (end - start < 1 || (end - start - 1) % chunkIdBytes !== 0) throw damagedCatalog('a content is cut short');
  const chunks: ChunkId[] = [];
  for (let at = start + 1; at < end; at += chunkIdBytes)
    chunks.push(parseChunkId(bytes.toString('hex', at, at + chunkIdBytes)));
  return { depth: bytes[start] ?? 0, chunks };
}

export function recordToBytes(facts: EntryFacts, nameLength: number): Buffer {
  const { depth, chunks } = facts.content;
  const contentBytes = 1 + chunkIdBytes * chunks.length;
  const record = Buffer.allocUnsafe(fixedBytes + contentBytes);
  const view = viewOf(record);
  writeSize(record, checkedSize(facts.num, 'a number of an entry'), numAt);
  record.writeUInt32LE(checkedSize(facts.since, 'a sequence'), sinceAt);
  record.writeUInt16LE(facts.mode, modeAt);
  record[kindAt] = kinds.indexOf(facts.kind);
  record[nameBytesAt] = nameLength;
  view.setBigInt64(mtimeAt, facts.mtimeNs, true);
  writeSize(record, checkedSize(facts.bytes, 'a size'), bytesAt);
  record.write(facts.node, nodeAt, nodeBytes, 'hex');
  record.writeUInt32LE(contentBytes, contentBytesAt);
  writeDot(record, facts.place, placeAt);
  writeDot(record, facts.version, versionAt);
  record[fixedBytes] = depth;
  let at = fixedBytes + 1;
  for (const id of chunks) at += record.write(id, at, chunkIdBytes, 'hex');
  return record;
}

/** Buffer's own 64-bit reads and writes take big numbers apart; a view takes them whole. */
function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function writeSize(into: Buffer, value: number, at: number): void {
  into.writeUInt32LE(value % two32, at);
  into.writeUInt32LE(Math.floor(value / two32), at + 4);
}

function writeDot(into: Buffer, { writer, sequence }: StoredDot, at: number): void {
  into.writeUInt16LE(writer, at);
  into.writeUInt32LE(sequence, at + 2);
}

const readDot = (from: Buffer, at: number): StoredDot => ({
  writer: from.readUInt16LE(at),
  sequence: from.readUInt32LE(at + 2),
});

const readSize = (from: Buffer, at: number): number => from.readUInt32LE(at + 4) * two32 + from.readUInt32LE(at);

function kindFrom(number: number | undefined): EntryKind {
  const kind = kinds[number ?? -1];
  if (kind === undefined) throw damagedCatalog('an entry is of no known kind');
  return kind;
}

export const recordKind = (record: Uint8Array): EntryKind => kindFrom(record[kindAt]);

/** Where the record at `start` ends; refuses one that is cut short. */
function recordEnd(record: Buffer, start: number): number {
  if (record.length - start < fixedBytes) throw damagedCatalog('an entry is cut short');
  const end = start + fixedBytes + record.readUInt32LE(start + contentBytesAt);
  if (end > record.length) throw damagedCatalog('an entry is cut short');
  return end;
}

export function recordFromBytes(record: Buffer): EntryFacts {
  const end = recordEnd(record, 0);
  return {
    num: readSize(record, numAt),
    since: record.readUInt32LE(sinceAt),
    node: parseNodeId(record.toString('hex', nodeAt, nodeAt + nodeBytes)),
    kind: kindFrom(record[kindAt]),
    mode: record.readUInt16LE(modeAt),
    mtimeNs: viewOf(record).getBigInt64(mtimeAt, true),
    bytes: readSize(record, bytesAt),
    content: contentFromBytes(record, fixedBytes, end),
    place: readDot(record, placeAt),
    version: readDot(record, versionAt),
  };
}

/** The same entry with another listing: what a folder holds is no change of the folder itself. */
export function withContent(record: Buffer, content: Content, bytes: number): Buffer {
  const listing = contentToBytes(content);
  const fixed = Buffer.from(record.subarray(0, fixedBytes));
  writeSize(fixed, checkedSize(bytes, 'a size'), bytesAt);
  fixed.writeUInt32LE(listing.length, contentBytesAt);
  return Buffer.concat([fixed, listing]);
}

/** SQL: whether a record is of a file; the dot of its content; and the sizes of all of them, as hex that `sizesFromHex` reads. */
export const isFileRecord = (record: string): string => `substr(${record}, ${kindAt + 1}, 1) = x'00'`;
export const recordVersion = (record: string): string => `substr(${record}, ${versionAt + 1}, ${dotBytes})`;
export const recordSizes = (record: string): string => `group_concat(hex(substr(${record}, ${bytesAt + 1}, 8)), '')`;

export function sizesFromHex(hex: string): readonly number[] {
  const bytes = Buffer.from(hex, 'hex');
  return Array.from({ length: bytes.length / 8 }, (_, i) => readSize(bytes, 8 * i));
}

/** SQL for kind, bytes and dots of a record, as hex: as text they cost a third of what they cost as bytes. */
export const recordHead = `hex(substr(record, ${kindAt + 1}, 1)) || hex(substr(record, ${bytesAt + 1}, 8)) || hex(substr(record, ${placeAt + 1}, ${2 * dotBytes}))`;

/** SQL for both dots of a record, and the same of its bytes: equal dots of one node are one version. */
export const recordDots = `substr(record, ${placeAt + 1}, ${2 * dotBytes})`;
export const dotsOf = (record: Buffer): Buffer => record.subarray(placeAt, placeAt + 2 * dotBytes);

export interface RecordHead {
  readonly kind: EntryKind;
  /** Of a file; 0 for all else. */
  readonly bytes: number;
  /** Of the place and of the content. */
  readonly dots: readonly [StoredDot, StoredDot];
}

/** What `recordHead` gives. */
export function headFromHex(hex: string): RecordHead {
  const head = Buffer.from(hex, 'hex');
  const kind = kindFrom(head[0]);
  return {
    kind,
    bytes: kind === 'file' ? readSize(head, 1) : 0,
    dots: [readDot(head, 9), readDot(head, 9 + dotBytes)],
  };
}

export function lookToBytes(look: Look | undefined): Buffer | null {
  if (look === undefined) return null;
  const bytes = Buffer.allocUnsafe(lookBytes);
  const view = viewOf(bytes);
  view.setBigUint64(0, look.device, true);
  view.setBigUint64(8, look.inode, true);
  writeSize(bytes, checkedSize(look.bytes, 'a size'), 16);
  view.setBigInt64(24, look.mtimeNs, true);
  view.setBigInt64(32, look.ctimeNs, true);
  return bytes;
}

/** Device and inode, as the index on looks holds them. */
export function inodeKey(device: bigint, inode: bigint): Buffer {
  const key = Buffer.allocUnsafe(16);
  key.writeBigUInt64LE(device, 0);
  key.writeBigUInt64LE(inode, 8);
  return key;
}

export function lookFromBytes(bytes: Buffer, at = 0, view = viewOf(bytes)): Look | undefined {
  if (bytes.length - at < lookBytes) throw damagedCatalog('a look is cut short');
  const device = view.getBigUint64(at, true);
  const inode = view.getBigUint64(at + 8, true);
  const mtimeNs = view.getBigInt64(at + 24, true);
  const ctimeNs = view.getBigInt64(at + 32, true);
  if (device === 0n && inode === 0n && mtimeNs === 0n && ctimeNs === 0n) return undefined;
  return { device, inode, bytes: readSize(bytes, at + 16), mtimeNs, ctimeNs };
}

/** Rows of one folder as `children` packs them: record, look (zeros for none), name, and so on to the end. */
export function childrenFromBytes(parent: number, packed: Buffer, devices: ReadonlyMap<number, DeviceId>): EntryRow[] {
  let last: Dot | undefined;
  /** Neighbours often share a dot: one object then stands for many. */
  const dotAt = (at: number): Dot => {
    const { writer, sequence } = readDot(packed, at);
    const device = devices.get(writer);
    if (device === undefined) throw damagedCatalog('an entry is of an unknown device');
    return last?.sequence === sequence && last.device === device ? last : (last = { device, sequence });
  };
  const rows: EntryRow[] = [];
  const view = viewOf(packed);
  for (let at = 0; at < packed.length;) {
    const lookStart = recordEnd(packed, at);
    const nameStart = lookStart + lookBytes;
    const nameEnd = nameStart + (packed[at + nameBytesAt] ?? 0);
    if (nameEnd > packed.length) throw damagedCatalog('a folder is cut short');
    const contentStart = at + fixedBytes;
    rows.push({
      parent,
      name: nameFromBytes(packed, nameStart, nameEnd),
      num: readSize(packed, at + numAt),
      node: parseNodeId(packed.toString('hex', at + nodeAt, at + nodeAt + nodeBytes)),
      kind: kindFrom(packed[at + kindAt]),
      mode: packed.readUInt16LE(at + modeAt),
      mtimeNs: view.getBigInt64(at + mtimeAt, true),
      bytes: readSize(packed, at + bytesAt),
      content: contentFromBytes(packed, contentStart, lookStart),
      place: dotAt(at + placeAt),
      version: dotAt(at + versionAt),
      since: packed.readUInt32LE(at + sinceAt),
      look: lookFromBytes(packed, lookStart, view),
    });
    at = nameEnd;
  }
  return rows;
}
