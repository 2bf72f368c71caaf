/** Page sizes and page tokens: a token is the place after the last item as UTF-8, and means nothing to clients. */
import { invalid } from '../ledger/refusal.ts';

const pageSizeDefault = 50;
const pageSizeMax = 1_000;

export function pageSizeOf(asked: number | undefined): number {
  if (asked === undefined || asked === 0) return pageSizeDefault;
  return Math.min(asked, pageSizeMax);
}

export function tokenText(token: Uint8Array | undefined): string {
  if (token === undefined || token.length === 0) return '';
  const text = Buffer.from(token).toString('latin1');
  if (!/^0x[0-9a-f]{64}$/.test(text)) throw invalid('invalid page_token');
  return text;
}

export function tokenOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** A cursor of the query streams: a sequence number as 8 bytes. */
export function cursorOf(sequence: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(sequence));
  return bytes;
}

export function sequenceOf(cursor: Uint8Array | undefined): number | undefined {
  if (cursor === undefined || cursor.length === 0) return undefined;
  if (cursor.length !== 8) throw invalid('invalid cursor');
  const value = new DataView(cursor.buffer, cursor.byteOffset, 8).getBigUint64(0);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid('invalid cursor');
  return Number(value);
}
