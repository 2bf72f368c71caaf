/** Rows between SQLite and the catalog's records. Integers come as big integers where 64 bits matter. */
import { parseNodeId, type NodeId } from '../../domain/ids.ts';
import { nameBytesFromText, parsePathName, type PathName } from '../../domain/path-name.ts';
import type { Content, EntryKind } from '../../domain/space.ts';
import type { EntryRow, Look } from '../../ports/catalog.ts';
import { parseChunkId, idToBytes } from '../../domain/ids.ts';
import { concatBytes } from '../../domain/bytes.ts';

export const kinds: readonly EntryKind[] = ['file', 'folder', 'symlink'];
export const kindNumber = (kind: EntryKind): number => kinds.indexOf(kind);
export const kindAt = (number: number | bigint): EntryKind => {
  const kind = kinds[Number(number)];
  if (!kind) throw new Error(`the catalog holds an unknown kind ${number}`);
  return kind;
};

const idBytes = 32;

/** Depth byte and ids. */
export function packContent({ depth, chunks }: Content): Uint8Array {
  return concatBytes(Uint8Array.of(depth), ...chunks.map(idToBytes));
}

export function unpackContent(bytes: Uint8Array): Content {
  const chunks = [];
  for (let at = 1; at + idBytes <= bytes.length; at += idBytes)
    chunks.push(parseChunkId(bytes.subarray(at, at + idBytes)));
  return { depth: bytes[0] ?? 0, chunks };
}

export interface RawEntry {
  readonly parent: bigint;
  readonly name: Uint8Array;
  readonly num: bigint;
  readonly since: bigint;
  readonly kind: bigint;
  readonly mode: bigint;
  readonly mtime_ns: bigint;
  readonly bytes: bigint;
  readonly content: Uint8Array;
  readonly seen_device: bigint | null;
  readonly seen_inode: bigint | null;
  readonly seen_bytes: bigint | null;
  readonly seen_mtime_ns: bigint | null;
  readonly seen_ctime_ns: bigint | null;
}

export const entryColumns =
  'parent, name, num, since, kind, mode, mtime_ns, bytes, content, seen_device, seen_inode, seen_bytes, seen_mtime_ns, seen_ctime_ns';

function lookFrom(raw: RawEntry): Look | undefined {
  const {
    seen_device: device,
    seen_inode: inode,
    seen_bytes: bytes,
    seen_mtime_ns: mtimeNs,
    seen_ctime_ns: ctimeNs,
  } = raw;
  if (device === null || inode === null || bytes === null || mtimeNs === null || ctimeNs === null) return undefined;
  return {
    device: BigInt.asUintN(64, device),
    inode: BigInt.asUintN(64, inode),
    bytes: Number(bytes),
    mtimeNs,
    ctimeNs,
  };
}

export function entryFrom(raw: RawEntry & { readonly id: Uint8Array }): EntryRow {
  return {
    parent: Number(raw.parent),
    name: nameFrom(raw.name),
    num: Number(raw.num),
    node: nodeFrom(raw.id),
    kind: kindAt(raw.kind),
    mode: Number(raw.mode),
    mtimeNs: raw.mtime_ns,
    bytes: Number(raw.bytes),
    content: unpackContent(raw.content),
    since: Number(raw.since),
    look: lookFrom(raw),
  };
}

export const nameFrom = (bytes: Uint8Array): PathName => parsePathName(bytes);
export const nameTo = (name: string): Buffer => Buffer.from(nameBytesFromText(name));
export const nodeFrom = (bytes: Uint8Array): NodeId => parseNodeId(bytes);

/** The five look columns as SQLite takes them; inodes above 2^63 wrap to negative numbers and come back the same. */
export function lookColumns(look: Look | undefined): readonly (bigint | number | null)[] {
  if (!look) return [null, null, null, null, null];
  return [BigInt.asIntN(64, look.device), BigInt.asIntN(64, look.inode), look.bytes, look.mtimeNs, look.ctimeNs];
}
