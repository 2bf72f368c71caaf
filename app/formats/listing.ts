/**
 * A folder's listing, the bytes behind a tree node (docs/formats/tree.md). Entries stand in name-byte order, each name once; a listing that
 * breaks this, or whose names could leave the folder, is refused before anything is written to a disk.
 */
import { compareBytes } from '../domain/bytes.ts';
import type { Dot } from '../domain/dot.ts';
import { idToBytes, parseChunkId, parseDeviceId, parseNodeId, type ChunkId, type DeviceId } from '../domain/ids.ts';
import { nameBytesFromText, parsePathName } from '../domain/path-name.ts';
import type { Content, EntryKind, TreeEntry } from '../domain/space.ts';
import { ByteReader, ByteWriter } from './byte-reader.ts';

const listingVersion = 1;
const kinds: readonly EntryKind[] = ['file', 'folder', 'symlink'];
const idBytes = 32;
const deviceBytes = 16;
/** An index into the listing's devices has two bytes. */
const devicesMax = 0xffff;

/** More chunks than this and the list of chunks becomes content of its own (one deeper). */
export const chunksInlineMax = 64;
/** A list of lists of lists holds 64 x 32,768^3 chunks; nothing real is deeper. */
export const contentDepthMax = 4;

function writeContent(out: ByteWriter, { depth, chunks }: Content): void {
  out.u8(depth).u32(chunks.length);
  for (const id of chunks) out.bytes(idToBytes(id));
}

function readContent(from: ByteReader): Content {
  const depth = from.u8();
  const count = from.u32();
  if (depth > contentDepthMax) from.refuse('its content is nested too deep');
  if (count > from.left / idBytes) from.refuse('it is cut short');
  return { depth, chunks: Array.from({ length: count }, () => parseChunkId(from.bytes(idBytes))) };
}

/** Content in its stored form, as the catalog and snapshots keep it too. */
export function contentToBytes(content: Content): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  writeContent(out, content);
  return out.done();
}

export function contentFromBytes(bytes: Uint8Array): Content {
  const from = new ByteReader(bytes, 'content list');
  const content = readContent(from);
  from.end();
  return content;
}

/** `entries` may come in any order; a name that stands twice is a bug. */
export function listingToBytes(entries: readonly TreeEntry[]): Uint8Array<ArrayBuffer> {
  const named = entries.map((entry) => ({ entry, name: nameBytesFromText(entry.name) }));
  named.sort((a, b) => compareBytes(a.name, b.name));
  const devices = new Map<DeviceId, number>();
  for (const { entry } of named)
    for (const { device } of [entry.place, entry.version]) if (!devices.has(device)) devices.set(device, devices.size);
  if (devices.size > devicesMax) throw new Error('a folder is written by fewer devices than there are numbers');
  const out = new ByteWriter();
  out.u8(listingVersion).u16(devices.size);
  for (const device of devices.keys()) out.bytes(idToBytes(device));
  out.u32(named.length);
  const writeDot = ({ device, sequence }: Dot): unknown => out.u16(devices.get(device) ?? 0).u32(sequence);
  for (const [i, { entry, name }] of named.entries()) {
    const before = named[i - 1];
    if (before && compareBytes(before.name, name) === 0) throw new Error('a folder holds each name once');
    out.u8(name.length).bytes(name).u8(kinds.indexOf(entry.kind)).bytes(idToBytes(entry.node));
    writeDot(entry.place);
    writeDot(entry.version);
    out.u16(entry.mode).i64(entry.mtimeNs).u64(entry.bytes);
    writeContent(out, entry.content);
  }
  return out.done();
}

export function listingFromBytes(bytes: Uint8Array): readonly TreeEntry[] {
  const from = new ByteReader(bytes, 'folder listing');
  const version = from.u8();
  if (version !== listingVersion) from.refuse(`its version ${version} is newer than this Floe`);
  const deviceCount = from.u16();
  if (deviceCount > from.left / deviceBytes) from.refuse('it is cut short');
  const devices = Array.from({ length: deviceCount }, () => parseDeviceId(from.bytes(deviceBytes)));
  const count = from.u32();
  let last: Dot | undefined;
  /** Neighbours often share a dot: one object then stands for many. */
  const readDot = (): Dot => {
    const device = devices[from.u16()] ?? from.refuse('it names a device that is not in its list');
    const sequence = from.u32();
    if (sequence === 0) from.refuse('it names a snapshot that cannot be');
    return last?.sequence === sequence && last.device === device ? last : (last = { device, sequence });
  };
  const entries: TreeEntry[] = [];
  let before: Uint8Array | undefined;
  for (let i = 0; i < count; i++) {
    const name = from.bytes(from.u8());
    if (before && compareBytes(before, name) >= 0) from.refuse('its names are out of order');
    before = name;
    const kind = kinds[from.u8()] ?? from.refuse('it holds an unknown kind of entry');
    entries.push({
      name: parsePathName(name),
      kind,
      node: parseNodeId(from.bytes(16)),
      place: readDot(),
      version: readDot(),
      mode: from.u16(),
      mtimeNs: from.i64(),
      bytes: from.u64(),
      content: readContent(from),
    });
  }
  from.end();
  return entries;
}

/** A list of chunk ids as content one level down. */
export function chunkListToBytes(chunks: readonly ChunkId[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  for (const id of chunks) out.bytes(idToBytes(id));
  return out.done();
}

export function chunkListFromBytes(bytes: Uint8Array): readonly ChunkId[] {
  const from = new ByteReader(bytes, 'chunk list');
  if (bytes.length % idBytes !== 0) from.refuse('it is cut short');
  return Array.from({ length: bytes.length / idBytes }, () => parseChunkId(from.bytes(idBytes)));
}
