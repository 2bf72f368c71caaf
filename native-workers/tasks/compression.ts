/**
 * zstd behind a cheap probe, and zstd that cannot be made to use more memory than its result. The probe exists because compressing what
 * does not compress costs about as much as all the other work on a chunk together.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Below this a frame's header eats what compression could save. */
export const compressedBytesMin = 64;
/** A frame is kept if it is at most this share of the plaintext: less is not worth the reader's time. */
const keptShare = 0.97;
/** Below this the probe says little and trying costs little. */
const probedBytesMin = 1024;
const sampleBytes = 4096;
const samples = 4;
/** Below this a flat histogram is believed; above, one more look for repeats costs little compared with the chunk. */
const trialBytesMin = 256 * 1024;

const histogram = new Uint32Array(256);
const sampled = new Uint8Array(samples * sampleBytes);

/** Order-0 entropy of bytes, bits a byte. */
function entropyBits(bytes: Uint8Array): number {
  histogram.fill(0);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    histogram[byte] = (histogram[byte] ?? 0) + 1;
  }
  let sum = 0;
  for (const count of histogram) if (count > 0) sum += count * Math.log2(count);
  return Math.log2(bytes.length) - sum / bytes.length;
}

/**
 * What n random bytes measure: the estimate falls short of 8 bits by 255 / (2 n ln 2) = 184 / n on average, with a deviation of 16 / n. Six
 * deviations more, and 0.03 bits that are below the 3 % worth saving, still count as flat.
 */
function flatBits(bytes: number): number {
  return 8 - (184 + 6 * 16) / bytes - 0.03;
}

/** Whether trying zstd is worthwhile: samples spread over the chunk have a skewed histogram, or else repeat themselves. */
export function looksCompressible(plain: Uint8Array): boolean {
  if (plain.length < probedBytesMin) return plain.length >= compressedBytesMin;
  const sample = plain.length <= sampled.length ? plain : spreadSample(plain);
  if (entropyBits(sample) < flatBits(sample.length)) return true;
  return plain.length >= trialBytesMin && compressed(sample, 1) !== undefined;
}

function spreadSample(plain: Uint8Array): Uint8Array {
  const step = Math.floor((plain.length - sampleBytes) / (samples - 1));
  for (let i = 0; i < samples; i++) {
    sampled.set(plain.subarray(i * step, i * step + sampleBytes), i * sampleBytes);
  }
  return sampled;
}

/** The zstd frame of some bytes, or undefined where it saves less than 3 %. */
export function compressed(plain: Uint8Array, level: number): Buffer | undefined {
  const frame = zstdCompressSync(plain, {
    // The true size in the frame lets zstd choose tables and a window that fit, and the reader bound its memory.
    pledgedSrcSize: plain.length,
    // One piece of output for whatever the frame comes to: zstd's worst case is below this.
    chunkSize: plain.length + (plain.length >> 8) + 128,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  });
  return frame.length <= plain.length * keptShare ? frame : undefined;
}

/** The bytes of a frame that was said to hold `plainBytes`. Throws for anything else, without more than `plainBytes` of output. */
export function decompressed(frame: Uint8Array, plainBytes: number): Buffer {
  const windowLog = Math.min(27, Math.max(10, Math.ceil(Math.log2(Math.max(1, plainBytes)))));
  const plain = zstdDecompressSync(frame, {
    maxOutputLength: Math.max(1, plainBytes),
    chunkSize: Math.max(64, plainBytes + 1),
    params: { [constants.ZSTD_d_windowLogMax]: windowLog },
  });
  if (plain.length !== plainBytes) throw new RangeError('the frame holds another number of bytes');
  return plain;
}
