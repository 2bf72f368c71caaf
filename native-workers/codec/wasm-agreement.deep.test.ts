import { describe, expect, it } from 'vitest';
import { redStuff, symbolBytes } from '../../app/domain/redstuff.ts';
import { peerFor, type Peer } from '../bench/codec-peer.ts';
import type { Axis } from '../rs2.ts';
import { sliverLayout } from '../sliver-layout.ts';
import { nativeProblem, type NativeCodec } from './codec.ts';
import {
  below,
  blobSize,
  bodyIn,
  enginesHere,
  pick,
  randomBytes,
  randomOf,
  seed,
  symbolsOf,
  type Random,
} from './testing/samples.ts';

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Everything that both encoders can say about one blob. */
function compare(codec: NativeCodec, peer: Peer, shards: number, blob: Uint8Array, random: Random): void {
  const code = redStuff(shards);
  const symbol = symbolBytes(code, blob.length);
  const where = `seed ${seed}, ${codec.engine}, ${shards} shards, ${blob.length} bytes, symbols of ${symbol}`;
  const theirs = peer.encode(blob);
  const layout = sliverLayout(code, blob.length, random() < 0.5);
  // Dirty memory: whatever is not written shows.
  const out = new Uint8Array(layout.bytes).fill(0xa5);
  const ours = codec.encode(shards, blob, out, layout);
  expect(equal(ours.blobId, theirs.blobId), `blob id: ${where}`).toBe(true);
  expect(equal(ours.hashes, theirs.hashes), `hashes: ${where}`).toBe(true);
  expect(equal(codec.metadata(shards, blob).blobId, theirs.blobId), `metadata: ${where}`).toBe(true);
  for (const axis of ['primary', 'secondary'] as const) {
    const bodies = axis === 'primary' ? peer.primary : peer.secondary;
    const wrong = bodies.findIndex((body, index) => {
      const written = bodyIn(out, layout, axis, index);
      return written !== undefined && !equal(written, body);
    });
    expect(wrong, `first wrong ${axis} sliver: ${where}`).toBe(-1);
  }
  decodeBothWays(codec, peer, shards, blob, random, where);
}

function decodeBothWays(
  codec: NativeCodec,
  peer: Peer,
  shards: number,
  blob: Uint8Array,
  random: Random,
  where: string,
): void {
  const code = redStuff(shards);
  const symbol = symbolBytes(code, blob.length);
  const layout = sliverLayout(code, blob.length);
  const out = new Uint8Array(layout.bytes);
  const { blobId } = codec.encode(shards, blob, out, layout);
  const back = new Uint8Array(blob.length);
  const chosen = pick(random, shards, code.rows);
  peer.decode(
    blobId,
    chosen.map((index) => bodyIn(out, layout, 'primary', index) ?? out),
    back,
  );
  expect(equal(back, blob), `they decode ours: ${where}`).toBe(true);
  const axes: readonly [Axis, readonly Uint8Array[], number, number][] = [
    ['primary', peer.primary, code.columns, code.rows],
    ['secondary', peer.secondary, code.rows, code.columns],
  ];
  for (const [axis, bodies, stored, needed] of axes) {
    const systematicMissing = Array.from({ length: needed }, (_, i) => shards - 1 - i);
    for (const indices of [pick(random, shards, needed), systematicMissing]) {
      back.fill(1);
      const slivers = indices.map((index) => ({
        axis,
        index,
        data: symbolsOf(bodies[index] ?? out, stored * symbol),
      }));
      codec.decode(shards, blob.length, slivers, back);
      expect(equal(back, blob), `we decode theirs, ${axis}: ${where}`).toBe(true);
    }
  }
}

it('runs every engine that was built, and says why when there is none', () => {
  expect(enginesHere().length > 0).toBe(nativeProblem() === undefined);
});

describe.each(enginesHere())('the native codec with engine $engine', (codec) => {
  // The definition is not written for speed; that fast engines equal it is tested elsewhere.
  const isSlow = codec.engine === 'native plain';

  it('writes and reads what the official encoder does, for any number of shards and any size', () => {
    const random = randomOf(seed);
    for (let round = 0; round < (isSlow ? 15 : 45); round++) {
      const shards = 4 + below(random, 97);
      const code = redStuff(shards);
      const cells = code.rows * code.columns;
      const size = blobSize(random, cells, Math.min(600, Math.floor(1_500_000 / cells)));
      const peer = peerFor(shards, size);
      compare(codec, peer, shards, randomBytes(random, size), random);
      peer.free();
    }
  }, 60_000);

  it.skipIf(isSlow)(
    'agrees at 1000 shards, at the edges of symbol sizes',
    () => {
      const random = randomOf(seed);
      const sizes = [0, 1, 3, 1023, 222_777, 222_778, 222_779, 445_555, 445_556, 445_557, 1_048_576, 3_000_000];
      for (const index of pick(random, sizes.length, 2)) {
        const size = sizes[index] ?? 0;
        const peer = peerFor(1000, size);
        compare(codec, peer, 1000, randomBytes(random, size), random);
        peer.free();
      }
    },
    120_000,
  );
});
