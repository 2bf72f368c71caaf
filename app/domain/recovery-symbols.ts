/**
 * Symbols with the proof that they belong to their slivers (walrus-protocol sections 2.3 and 3.2, endpoints 10 and 12), and the proof of inconsistency
 * that is made of them: so many symbols of one sliver, each proven to stand in a sliver that crosses it, that they determine it. When what they determine
 * does not have the hash that the metadata gives it, whoever made the metadata encoded the blob wrongly. One form of bytes is accepted.
 */
import { blake2b } from '@noble/hashes/blake2.js';
import { blobIdToBytes, type BlobId } from './blob-id.ts';
import { concatBytes, sameBytes } from './bytes.ts';
import type { Axis, BlobMetadata } from './encoding.ts';
import { Fault } from './fault.ts';
import { sliverHashIn } from './metadata-form.ts';
import { redStuff } from './redstuff.ts';
import { uleb } from './sliver-form.ts';
import { openSymbolBytes, type SymbolBytes } from './symbol-bytes.ts';

export interface ProvenSymbol {
  /** Of the crossing sliver that it was taken from. */
  readonly index: number;
  readonly data: Uint8Array;
  /** Sibling digests bottom-up, 32 bytes each; zeros for the empty node. */
  readonly path: readonly Uint8Array[];
}

export interface InconsistencyProof {
  readonly axis: Axis;
  /** The sliver that does not have its hash. */
  readonly target: number;
  readonly symbols: readonly ProvenSymbol[];
}

const digestBytes = 32;
const otherAxis = (axis: Axis): Axis => (axis === 'primary' ? 'secondary' : 'primary');
const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8);
const pathNodes = (shards: number): number => Math.ceil(Math.log2(shards));

/** Symbols that determine a sliver: as many as it has of its own. */
export function symbolsNeeded(axis: Axis, shards: number): number {
  const { rows, columns } = redStuff(shards);
  return axis === 'primary' ? columns : rows;
}

/** Most bytes of a node's answer with so many symbols of one sliver. */
export function recoverySymbolsBytesMax(symbols: number, symbolBytes: number, shards: number): number {
  const path = uleb(pathNodes(shards)).length + pathNodes(shards) * (1 + digestBytes);
  return uleb(symbols).length + symbols * (1 + 2 + uleb(symbolBytes).length + symbolBytes + 2 + path);
}

/** Sibling digests, each behind a tag: 0 for the empty node. */
function readPath(read: SymbolBytes, shards: number): readonly Uint8Array[] {
  const nodes = read.length(pathNodes(shards));
  return Array.from({ length: nodes }, () => {
    const tag = read.byte();
    if (tag > 1) throw refused();
    return tag === 0 ? new Uint8Array(digestBytes) : read.bytes(digestBytes);
  });
}

/** A node's answer for one sliver: views of the body. Whether the proofs hold is another question. */
export function parseRecoverySymbols(
  body: Uint8Array,
  axis: Axis,
  target: number,
  symbolBytes: number,
  shards: number,
): readonly ProvenSymbol[] {
  const read = openSymbolBytes(body, refused);
  const count = read.length(Math.floor(body.length / symbolBytes));
  const symbols = Array.from({ length: count }, () => {
    if (read.byte() !== (axis === 'primary' ? 0 : 1)) throw refused();
    const symbol = read.symbol(symbolBytes);
    if (read.short() !== target) throw refused();
    return { ...symbol, path: readPath(read, shards) };
  });
  read.end();
  return symbols;
}

function pathBytes(path: readonly Uint8Array[]): Uint8Array {
  const nodes = path.map((node) =>
    node.every((byte) => byte === 0) ? Uint8Array.of(0) : concatBytes(Uint8Array.of(1), node),
  );
  return concatBytes(uleb(path.length), ...nodes);
}

/** InconsistencyProof of its axis: the body of endpoint 12. */
export function inconsistencyProofBody({ target, symbols }: InconsistencyProof): Uint8Array<ArrayBuffer> {
  const parts = symbols.map(({ index, data, path }) =>
    concatBytes(u16(index), uleb(data.length), data, pathBytes(path)),
  );
  return concatBytes(u16(target), uleb(symbols.length), ...parts);
}

export function parseInconsistencyProof(
  body: Uint8Array,
  axis: Axis,
  symbolBytes: number,
  shards: number,
): InconsistencyProof {
  const read = openSymbolBytes(body, refused);
  const target = read.short();
  const count = read.length(symbolsNeeded(axis, shards));
  const symbols = Array.from({ length: count }, () => ({
    ...read.symbol(symbolBytes),
    path: readPath(read, shards),
  }));
  read.end();
  return { axis, target, symbols };
}

const hash = (...parts: readonly Uint8Array[]): Uint8Array => blake2b(concatBytes(...parts), { dkLen: digestBytes });

/** Whether the symbol stands at place `target` of the expanded sliver that it says it is from, by that sliver's hash in the metadata. */
export function isProven(
  { index, data, path }: ProvenSymbol,
  axis: Axis,
  target: number,
  metadata: BlobMetadata,
): boolean {
  const shards = metadata.hashes.length / (2 * digestBytes);
  const isPlace = index < shards && target < shards && path.length === pathNodes(shards);
  if (!isPlace) return false;
  let node = hash(Uint8Array.of(0), data);
  for (const [height, sibling] of path.entries())
    node = (target >> height) & 1 ? hash(Uint8Array.of(1), sibling, node) : hash(Uint8Array.of(1), node, sibling);
  return sameBytes(node, sliverHashIn(metadata, otherAxis(axis), index));
}

/** Whether a proof's symbols determine its target: as many as that takes, all different, each proven. What they determine is the codec's business. */
export function isComplete({ axis, target, symbols }: InconsistencyProof, metadata: BlobMetadata): boolean {
  const shards = metadata.hashes.length / (2 * digestBytes);
  return (
    symbols.length === symbolsNeeded(axis, shards) &&
    new Set(symbols.map(({ index }) => index)).size === symbols.length &&
    symbols.every((symbol) => isProven(symbol, axis, target, metadata))
  );
}

/** What a node signs that found a blob inconsistent: 39 bytes (walrus-protocol section 4.1, type 2). */
export function invalidBlobMessage(epoch: number, blob: BlobId): Uint8Array<ArrayBuffer> {
  const header = Uint8Array.of(2, 0, 3, epoch & 0xff, (epoch >>> 8) & 0xff, (epoch >>> 16) & 0xff, epoch >>> 24);
  return concatBytes(header, blobIdToBytes(blob));
}

const refused = (): Fault => new Fault('codec-refused', 'never', 'The body does not hold symbols with their proofs.');
