/**
 * The bodies that travel to and from storage nodes, in BCS (walrus-protocol section 2.3). Encoders write the one canonical form;
 * parsers take hostile bytes and refuse whatever is not that form with a `Fault` 'codec-refused'.
 */
import { concatBytes } from '../../app/domain/bytes.ts';
import type { Axis } from '../rs2.ts';
import { BcsReader, parseWhole, refusedBody, u16Of, u64Of, ulebOf } from './reader.ts';

export {
  encodeSignedMessage,
  encodeSyncedSlivers,
  parseSignedMessage,
  parseSyncedSlivers,
  parseSyncShardMessage,
  syncShardMessage,
  type SyncShardRequest,
} from './sync-shard.ts';
export { confirmationMessage, invalidBlobMessage, parseConfirmationMessage, type Persistence } from './messages.ts';

const digestBytes = 32;
const pairHashBytes = 2 * digestBytes;
/** A pair's hashes in BCS: two digests, each behind its enum tag. */
const pairBytes = pairHashBytes + 2;

/** What a node is told of a blob, apart from the id. Hashes are shards x 64 bytes without their tags. */
export interface MetadataBody {
  readonly encodingType: number;
  readonly unencodedBytes: number;
  readonly hashes: Uint8Array;
}

/** BlobMetadata: the body of PUT metadata. */
export function encodeMetadata({ encodingType, unencodedBytes, hashes }: MetadataBody): Uint8Array<ArrayBuffer> {
  const pairs = hashes.length / pairHashBytes;
  const body = new Uint8Array(pairs * pairBytes);
  for (let digest = 0; digest < 2 * pairs; digest++) {
    const at = digest * (digestBytes + 1);
    body[at] = 1;
    body.set(hashes.subarray(digest * digestBytes, (digest + 1) * digestBytes), at + 1);
  }
  return concatBytes(Uint8Array.of(0, encodingType), u64Of(unencodedBytes), ulebOf(pairs), body);
}

/** BlobMetadataWithId: the body of a GET metadata answer. */
export function encodeMetadataWithId(blobId: Uint8Array, body: MetadataBody): Uint8Array<ArrayBuffer> {
  return concatBytes(blobId, encodeMetadata(body));
}

function readDigest(reader: BcsReader): Uint8Array {
  if (reader.u8() !== 1) throw refusedBody('A sliver without a hash cannot be described.');
  return reader.bytes(digestBytes);
}

function readMetadata(reader: BcsReader): MetadataBody {
  if (reader.uleb() !== 0) throw refusedBody('The metadata has an unknown version.');
  const encodingType = reader.uleb();
  const unencodedBytes = reader.u64();
  const digests = reader.list(pairBytes, () => concatBytes(readDigest(reader), readDigest(reader)));
  return { encodingType, unencodedBytes, hashes: concatBytes(...digests) };
}

export function parseMetadata(bytes: Uint8Array): MetadataBody {
  return parseWhole(bytes, readMetadata);
}

/** The id is what the node claims; whether it fits the hashes is the caller's check. */
export function parseMetadataWithId(bytes: Uint8Array): { blobId: Uint8Array<ArrayBuffer>; body: MetadataBody } {
  return parseWhole(bytes, (reader) => ({
    blobId: new Uint8Array(reader.bytes(digestBytes)),
    body: readMetadata(reader),
  }));
}

/** SliverData: a sliver on the wire. `data` is a view of the body. */
export interface SliverBody {
  readonly data: Uint8Array;
  readonly symbolBytes: number;
  readonly index: number;
}

export function encodeSliver({ data, symbolBytes, index }: SliverBody): Uint8Array<ArrayBuffer> {
  return concatBytes(ulebOf(data.length), data, u16Of(symbolBytes), u16Of(index));
}

export function parseSliver(bytes: Uint8Array): SliverBody {
  return parseWhole(bytes, (reader) => ({
    data: reader.bytes(reader.uleb()),
    symbolBytes: reader.u16(),
    index: reader.u16(),
  }));
}

/** A symbol that helps to rebuild a sliver of `axis`; it comes from sliver `index` of the other axis. */
export interface DecodingSymbol {
  readonly axis: Axis;
  readonly index: number;
  readonly data: Uint8Array;
}

/** A decoding symbol with the proof that it belongs to its source sliver. */
export interface RecoverySymbol {
  readonly symbol: DecodingSymbol;
  /** Index of the sliver to rebuild. */
  readonly targetIndex: number;
  /** Sibling digests bottom-up; zeros stand for the empty node. */
  readonly path: readonly Uint8Array[];
}

const axisTags = ['primary', 'secondary'] as const;

function readAxis(reader: BcsReader): Axis {
  const axis = axisTags[reader.uleb()];
  if (axis === undefined) throw refusedBody('The body names an unknown axis.');
  return axis;
}

function encodeSymbol({ axis, index, data }: DecodingSymbol): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.of(axisTags.indexOf(axis)), u16Of(index), ulebOf(data.length), data);
}

function readSymbol(reader: BcsReader): DecodingSymbol {
  return { axis: readAxis(reader), index: reader.u16(), data: reader.bytes(reader.uleb()) };
}

function encodePath(path: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const nodes = path.map((node) =>
    node.every((byte) => byte === 0) ? Uint8Array.of(0) : concatBytes(Uint8Array.of(1), node),
  );
  return concatBytes(ulebOf(path.length), ...nodes);
}

function readPath(reader: BcsReader): Uint8Array[] {
  return reader.list(1, () => {
    const tag = reader.u8();
    if (tag > 1) throw refusedBody('A proof has an unknown node.');
    return tag === 0 ? new Uint8Array(digestBytes) : reader.bytes(digestBytes);
  });
}

/** vec<GeneralRecoverySymbol>: the answer of GET recoverySymbols. */
export function encodeRecoverySymbols(symbols: readonly RecoverySymbol[]): Uint8Array<ArrayBuffer> {
  const parts = symbols.map((each) =>
    concatBytes(encodeSymbol(each.symbol), u16Of(each.targetIndex), encodePath(each.path)),
  );
  return concatBytes(ulebOf(symbols.length), ...parts);
}

export function parseRecoverySymbols(bytes: Uint8Array): RecoverySymbol[] {
  return parseWhole(bytes, (reader) =>
    reader.list(7, () => ({ symbol: readSymbol(reader), targetIndex: reader.u16(), path: readPath(reader) })),
  );
}

/** map<u16, vec<EitherDecodingSymbol>>: the answer of GET decodingSymbols, by target sliver index. */
type DecodingSymbols = ReadonlyMap<number, readonly DecodingSymbol[]>;

export function encodeDecodingSymbols(symbols: DecodingSymbols): Uint8Array<ArrayBuffer> {
  const entries = [...symbols]
    .map(([target, list]) => ({ key: u16Of(target), list }))
    // BCS maps are sorted by their keys' bytes.
    .sort((a, b) => (a.key[0] ?? 0) - (b.key[0] ?? 0) || (a.key[1] ?? 0) - (b.key[1] ?? 0));
  const parts = entries.map(({ key, list }) => concatBytes(key, ulebOf(list.length), ...list.map(encodeSymbol)));
  return concatBytes(ulebOf(entries.length), ...parts);
}

export function parseDecodingSymbols(bytes: Uint8Array): DecodingSymbols {
  return parseWhole(bytes, (reader) => {
    let last = -1;
    const entries = reader.list(3, (): [number, DecodingSymbol[]] => {
      const target = reader.u16();
      const sortKey = (target & 0xff) * 256 + (target >> 8);
      if (sortKey <= last) throw refusedBody('The symbols are not in order.');
      last = sortKey;
      return [target, reader.list(4, () => readSymbol(reader))];
    });
    return new Map(entries);
  });
}
