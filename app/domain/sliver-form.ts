/**
 * The bodies that travel to and from storage nodes (walrus-protocol sections 2.3 and 4.1), and where an encoder leaves them. A parser
 * accepts exactly the one form that the asked-for sliver can have and refuses everything else with a `Fault` 'codec-refused', before it
 * allocates anything. Whether the symbols are genuine is a matter of hashes, and not of this file.
 */
import { blobIdToBytes, type BlobId } from './blob-id.ts';
import { concatBytes, sameBytes } from './bytes.ts';
import type { Axis } from './encoding.ts';
import { Fault } from './fault.ts';
import { idToBytes, type SuiId } from './ids.ts';
import { redStuff, symbolBytes, type RedStuff } from './redstuff.ts';

/** Bytes after a sliver's symbols: symbol size u16, index u16. */
const tailBytes = 4;

/** A length in ULEB128, as BCS writes it. */
export function uleb(value: number): Uint8Array<ArrayBuffer> {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) | 128);
  digits.push(rest);
  return Uint8Array.from(digits);
}

/** What a body of SliverData begins with: the length of its symbols. */
export function sliverHead(dataBytes: number): Uint8Array<ArrayBuffer> {
  return uleb(dataBytes);
}

/** What a body of SliverData ends with. */
export function sliverTail(symbol: number, index: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(symbol & 0xff, symbol >> 8, index & 0xff, index >> 8);
}

/** The form of one blob's slivers. */
export interface SliverForm {
  readonly code: RedStuff;
  readonly symbolBytes: number;
  readonly unencodedBytes: number;
}

export function sliverForm(shards: number, unencodedBytes: number): SliverForm {
  const code = redStuff(shards);
  return { code, unencodedBytes, symbolBytes: symbolBytes(code, unencodedBytes) };
}

/** Bytes of a sliver's symbols: columns of them in a primary, rows of them in a secondary sliver. */
export function sliverDataBytes({ code, symbolBytes: symbol }: SliverForm, axis: Axis): number {
  return (axis === 'primary' ? code.columns : code.rows) * symbol;
}

/** Bytes of a sliver's body on the wire. */
export function sliverBodyBytes(form: SliverForm, axis: Axis): number {
  const data = sliverDataBytes(form, axis);
  return sliverHead(data).length + data + tailBytes;
}

/** The symbols of a body that must be sliver `index`: a view, not a copy. */
export function parseSliverBody(body: Uint8Array, form: SliverForm, axis: Axis, index: number): Uint8Array {
  const data = sliverDataBytes(form, axis);
  const head = sliverHead(data);
  const isOne =
    body.length === head.length + data + tailBytes &&
    sameBytes(body.subarray(0, head.length), head) &&
    sameBytes(body.subarray(head.length + data), sliverTail(form.symbolBytes, index));
  if (!isOne) throw new Fault('codec-refused', 'never', 'The body is not the sliver that was asked for.');
  return body.subarray(head.length, head.length + data);
}

/** The secondary sliver of a pair, and the pair of a secondary sliver: k and n - 1 - k. */
export function sliverOfPair(axis: Axis, pair: number, shards: number): number {
  return axis === 'primary' ? pair : shards - 1 - pair;
}

/** Where the bodies of an encoded blob can be had, as pieces to be sent one after another. */
export interface SliverSource {
  readonly form: SliverForm;
  body(axis: Axis, index: number): readonly Uint8Array[];
}

/**
 * The bodies as an encoder left them: systematic primary slivers as rows of the blob itself (zero-padded), then, in `slivers`, the other
 * primaries in index order and the secondaries in index order. Both buffers must stay in place while the source is in use.
 */
export function encodedSlivers(form: SliverForm, blob: ArrayBufferLike, slivers: ArrayBufferLike): SliverSource {
  const { code } = form;
  const primaryBytes = sliverBodyBytes(form, 'primary');
  const secondaryBytes = sliverBodyBytes(form, 'secondary');
  const firstSecondary = (code.shards - code.rows) * primaryBytes;
  if (slivers.byteLength < firstSecondary + code.shards * secondaryBytes || blob.byteLength < form.unencodedBytes) {
    throw new Error('the buffers are too small for the slivers of this blob');
  }
  const body = (axis: Axis, index: number): readonly Uint8Array[] => {
    if (axis === 'secondary') {
      return [new Uint8Array(slivers, firstSecondary + index * secondaryBytes, secondaryBytes)];
    }
    if (index < code.rows) return rowBody(form, blob, index);
    return [new Uint8Array(slivers, (index - code.rows) * primaryBytes, primaryBytes)];
  };
  return { form, body };
}

/** The body of a systematic primary sliver, made of the blob's own bytes. */
function rowBody(form: SliverForm, blob: ArrayBufferLike, index: number): readonly Uint8Array[] {
  const data = sliverDataBytes(form, 'primary');
  const start = Math.min(index * data, form.unencodedBytes);
  const end = Math.min(start + data, form.unencodedBytes);
  const pieces = [sliverHead(data), new Uint8Array(blob, start, end - start)];
  if (end - start < data) pieces.push(new Uint8Array(data - (end - start)));
  return [...pieces, sliverTail(form.symbolBytes, index)];
}

/** A node's word that it stores all slivers of its shards; `object` is the deletable blob's, undefined for a permanent blob. */
export function confirmationMessage(epoch: number, blob: BlobId, object: SuiId | undefined): Uint8Array<ArrayBuffer> {
  const header = Uint8Array.of(1, 0, 3, epoch & 0xff, (epoch >>> 8) & 0xff, (epoch >>> 16) & 0xff, epoch >>> 24);
  if (object === undefined) return concatBytes(header, blobIdToBytes(blob), Uint8Array.of(0));
  return concatBytes(header, blobIdToBytes(blob), Uint8Array.of(1), idToBytes(object));
}

/** The epoch of a message that would be `expected` in another epoch; undefined when it differs in anything else. */
export function otherEpochOf(message: Uint8Array, expected: Uint8Array): number | undefined {
  const [epochStart, epochEnd] = [3, 7];
  const isSame =
    message.length === expected.length &&
    sameBytes(message.subarray(0, epochStart), expected.subarray(0, epochStart)) &&
    sameBytes(message.subarray(epochEnd), expected.subarray(epochEnd));
  if (!isSame) return undefined;
  return message.subarray(epochStart, epochEnd).reduceRight((value, byte) => value * 256 + byte, 0);
}
