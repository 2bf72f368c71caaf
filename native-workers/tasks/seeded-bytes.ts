/** Bytes for tests that are random to every algorithm and the same on every machine: SHAKE-256 of a seed. */
import { createHash } from 'node:crypto';

export function seededBytes(seed: string, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('shake256', { outputLength: length }).update(seed).digest());
}

/** Text-like bytes: words of a small vocabulary, so that they compress and yet do not repeat as a whole. */
export function seededText(seed: string, length: number): Uint8Array<ArrayBuffer> {
  const draws = seededBytes(seed, Math.ceil(length / 4));
  const words = Array.from(
    { length: 256 },
    (_, i) => `${seed.slice(0, 1)}${(i * 2_654_435_761).toString(36).slice(0, 5)} `,
  );
  let text = '';
  for (let at = 0; text.length < length; at++) text += words[draws[at % draws.length] ?? 0] ?? '';
  return new Uint8Array(Buffer.from(text.slice(0, length), 'latin1'));
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
