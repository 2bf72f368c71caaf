/**
 * Merkle trees as Walrus builds them (walrus-protocol sections 2.1 and 2.2): BLAKE2b-256, leaves prefixed with 0, inner nodes with 1,
 * an odd level completed by an empty node of zeros.
 */
import { blake2b } from '@noble/hashes/blake2.js';

export const digestBytes = 32;
const emptyNode = new Uint8Array(digestBytes);
const hashOptions = { dkLen: digestBytes } as const;

/** BLAKE2b with a 32-byte result and no key. */
function blake2b256(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(blake2b(data, hashOptions));
}

/** Room for one prefixed leaf, reused: leaves of a tree have one size. */
let leafRoom = new Uint8Array(0);

function leafHash(data: Uint8Array): Uint8Array<ArrayBuffer> {
  if (leafRoom.length < data.length + 1) leafRoom = new Uint8Array(data.length + 1);
  leafRoom[0] = 0;
  leafRoom.set(data, 1);
  return blake2b256(leafRoom.subarray(0, data.length + 1));
}

const innerRoom = new Uint8Array(1 + 2 * digestBytes);

function innerHash(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  innerRoom[0] = 1;
  innerRoom.set(left, 1);
  innerRoom.set(right, 1 + digestBytes);
  return blake2b256(innerRoom);
}

type Digest = Uint8Array<ArrayBuffer>;

/** All levels of a tree, leaves first, each odd level (but the root's) completed with an empty node. */
function levelsOf(leaves: readonly Digest[]): readonly (readonly Digest[])[] {
  const levels: Digest[][] = [[...leaves]];
  for (let level = levels[0] ?? []; level.length > 1;) {
    if (level.length % 2 === 1) level.push(emptyNode);
    const above: Digest[] = [];
    for (let i = 0; i < level.length; i += 2) above.push(innerHash(level[i] ?? emptyNode, level[i + 1] ?? emptyNode));
    levels.push(above);
    level = above;
  }
  return levels;
}

/** Hashes of leaves that lie one after the other, each `leafBytes` long. */
export function leafHashes(data: Uint8Array, leafBytes: number): Digest[] {
  const leaves: Digest[] = [];
  for (let at = 0; at < data.length; at += leafBytes) leaves.push(leafHash(data.subarray(at, at + leafBytes)));
  return leaves;
}

export function merkleRoot(leaves: readonly Digest[]): Digest {
  const top = levelsOf(leaves).at(-1);
  return new Uint8Array(top?.[0] ?? emptyNode);
}

/** Siblings of a leaf, bottom-up. */
export function merklePath(leaves: readonly Digest[], index: number): readonly Digest[] {
  const path: Digest[] = [];
  const levels = levelsOf(leaves);
  for (let height = 0; height < levels.length - 1; height++) {
    const sibling = levels[height]?.[(index >> height) ^ 1];
    if (sibling === undefined) throw new Error(`no leaf ${index} in a tree of ${leaves.length}`);
    path.push(new Uint8Array(sibling));
  }
  return path;
}

/** Whether `data` is symbol `index` of an expanded sliver (of `shards` symbols) whose hash is `root`. */
export function verifySymbolProof(
  root: Uint8Array,
  index: number,
  shards: number,
  data: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= shards || path.length !== treeHeight(shards)) return false;
  let node = leafHash(data);
  for (const [height, sibling] of path.entries()) {
    if (sibling.length !== digestBytes) return false;
    node = (index >> height) & 1 ? innerHash(sibling, node) : innerHash(node, sibling);
  }
  return node.every((byte, i) => byte === root[i]);
}

function treeHeight(leaves: number): number {
  return Math.ceil(Math.log2(leaves));
}

/** Bytes of one pair's hashes: the primary sliver's, then the secondary's. */
export const pairHashBytes = 2 * digestBytes;

/** The root over a blob's pair hashes (shards x 64 bytes). */
export function metadataRoot(hashes: Uint8Array): Digest {
  return merkleRoot(leafHashes(hashes, pairHashBytes));
}

/** The blob id: encoding type, length (u64) and root, hashed. */
export function blobIdOf(encodingType: number, unencodedBytes: number, root: Uint8Array): Digest {
  const input = new Uint8Array(1 + 8 + digestBytes);
  input[0] = encodingType;
  new DataView(input.buffer).setBigUint64(1, BigInt(unencodedBytes), true);
  input.set(root, 9);
  return blake2b256(input);
}
