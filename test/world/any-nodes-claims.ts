/** What is claimed of every random network: all that can be read is read, right, in bounded time; else the fault says what is missing. */
import { expect } from 'vitest';
import { Fault } from '../../app/domain/fault.ts';
import { openCase, type Kind, type Stored } from './any-nodes.ts';

const never = new AbortController().signal;
/** Two reads with all their patience, rounds and pauses. */
const readMsMax = 180_000;

export async function readsEverything(kind: Kind, seed: number, blob: Stored, decoy: Stored): Promise<void> {
  const { words, reader, dice, clock } = openCase(kind, seed, blob, decoy);
  const { bytes, blobId } = blob;
  const start = Math.floor(dice.fraction() * bytes.length);
  const end = start + Math.floor(dice.fraction() * (bytes.length - start));
  const reads = [
    async () =>
      expect(Buffer.from((await reader.readWhole(blobId, bytes.length, never)).bytes).equals(bytes), words).toBe(true),
    async () => {
      const part = await reader.readRange(blobId, start, end, never);
      expect(Buffer.from(part).equals(bytes.subarray(start, end)), `${start}..${end} of ${words}`).toBe(true);
    },
  ];
  if (dice.fraction() < 0.5) reads.reverse();
  for (const read of reads) {
    await read().catch((error: unknown) => {
      throw new Error(words, { cause: error });
    });
  }
  expect(clock.steady(), words).toBeLessThan(readMsMax);
}

export async function saysWhatIsMissing(kind: Kind, seed: number, blob: Stored, decoy: Stored): Promise<void> {
  const { words, reader, clock } = openCase(kind, seed, blob, decoy);
  const outcome = await reader.readWhole(blob.blobId, blob.bytes.length, never).catch((error: unknown) => error);
  expect(outcome, words).toBeInstanceOf(Fault);
  if (!(outcome instanceof Fault)) return;
  expect(outcome.code, words).toBe('blob-unavailable');
  expect(outcome.message, words).toMatch(/only 33 of 34 primary or 66 of 67 secondary slivers can be had/);
  expect(clock.steady(), words).toBeLessThan(readMsMax);
}
