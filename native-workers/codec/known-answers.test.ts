import { describe, expect, it } from 'vitest';
import { redStuff, symbolBytes } from '../../app/domain/redstuff.ts';
import { sliverLayout } from '../sliver-layout.ts';
import { nativeProblem } from './codec.ts';
import { bodyIn, enginesHere, knownAnswers, knownBytes, symbolsOf } from './testing/samples.ts';

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

function djb2(bytes: Uint8Array | undefined): string {
  let hash = 5381;
  for (const byte of bytes ?? []) hash = (Math.imul(hash, 33) + byte) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

it('runs every engine that was built, and says why when there is none', () => {
  expect(enginesHere().length > 0).toBe(nativeProblem() === undefined);
});

describe.each(enginesHere())('the native codec with engine $engine', (codec) => {
  const isSlow = codec.engine === 'native plain';

  it('gives the published blob ids and roots', () => {
    for (const [at, { shards, data, blobId, root }] of knownAnswers().blobs.entries()) {
      if (isSlow && shards === 1000 && at % 4 !== 1) continue;
      const metadata = codec.metadata(shards, knownBytes(data));
      expect(Buffer.from(metadata.blobId).toString('base64url')).toBe(blobId);
      if (root !== undefined) expect(hex(metadata.rootHash)).toBe(root);
    }
  }, 60_000);

  it('gives the published slivers and sliver hashes', () => {
    for (const known of knownAnswers().blobs) {
      const { shards, primary = {}, secondary = {} } = known;
      if (known.primary === undefined) continue;
      const code = redStuff(shards);
      const blob = knownBytes(known.data);
      const layout = sliverLayout(code, blob.length);
      const out = new Uint8Array(layout.bytes);
      const { hashes } = codec.encode(shards, blob, out, layout);
      const symbol = symbolBytes(code, blob.length);
      for (const [index, data] of Object.entries(primary)) {
        const body = bodyIn(out, layout, 'primary', Number(index)) ?? out;
        expect(hex(symbolsOf(body, code.columns * symbol))).toBe(data);
      }
      for (const [index, data] of Object.entries(secondary)) {
        const body = bodyIn(out, layout, 'secondary', Number(index)) ?? out;
        expect(hex(symbolsOf(body, code.rows * symbol))).toBe(data);
      }
      for (const [index, hash] of (known.primaryHashes ?? []).entries()) {
        expect(hex(hashes.subarray(64 * index, 64 * index + 32))).toBe(hash);
      }
      for (const [index, hash] of (known.secondaryHashes ?? []).entries()) {
        const pair = shards - 1 - index;
        expect(hex(hashes.subarray(64 * pair + 32, 64 * pair + 64))).toBe(hash);
      }
    }
  });

  it('gives the published checksums of slivers at 1000 shards', () => {
    for (const { shards, data, primary, secondary } of knownAnswers().djb2) {
      const blob = knownBytes(data);
      const layout = sliverLayout(redStuff(shards), blob.length);
      const out = new Uint8Array(layout.bytes);
      codec.encode(shards, blob, out, layout);
      for (const [index, sum] of Object.entries(primary)) {
        expect(djb2(bodyIn(out, layout, 'primary', Number(index)))).toBe(sum);
      }
      for (const [index, sum] of Object.entries(secondary)) {
        expect(djb2(bodyIn(out, layout, 'secondary', Number(index)))).toBe(sum);
      }
    }
  });

  it('extends unit symbols by the generator matrix', () => {
    const codes = [4, 7, 10, 13, 1000].flatMap((shards) => [
      { code: redStuff(shards), axis: 'primary' as const },
      { code: redStuff(shards), axis: 'secondary' as const },
    ]);
    for (const { originals, recovery, rows } of knownAnswers().generators) {
      const found = codes.find(({ code, axis }) => {
        const stored = axis === 'primary' ? code.columns : code.rows;
        return stored === originals && code.shards - stored === recovery;
      });
      if (found === undefined) throw new Error(`no code ${originals} -> ${recovery}`);
      const width = rows[0]?.length ?? 0;
      for (let column = 0; column < width; column++) {
        const unit = new Uint8Array(2 * originals);
        unit[2 * column] = 1;
        const expanded = codec.expand(found.code, found.axis, unit);
        for (const [j, row] of rows.entries()) {
          const at = 2 * (originals + j);
          expect((expanded[at] ?? 0) + 256 * (expanded[at + 1] ?? 0)).toBe(row[column]);
        }
      }
    }
  });
});
