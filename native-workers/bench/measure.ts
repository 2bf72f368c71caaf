/** What all benchmarks share: times of calls on wall and processor, medians, and the one form of a line (docs/cli.md). */
export type PrintLine = (line: object) => void;

export const kib = 1024;
export const mib = kib * kib;

/** Milliseconds of a piece of work: on the wall, and of the processor, which a busy machine stretches less. */
export interface Time {
  readonly wall: number;
  readonly processor: number;
}

export interface Times {
  readonly ours: Time[];
  readonly theirs: Time[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const wallOf = (times: readonly Time[]): number => median(times.map(({ wall }) => wall));
export const processorOf = (times: readonly Time[]): number => median(times.map(({ processor }) => processor));

/** Runs a call and keeps what it took; the processor's time is that of all threads of this process. */
export async function timed<Result>(times: Time[], call: () => Result | Promise<Result>): Promise<Result> {
  const before = process.cpuUsage();
  const start = performance.now();
  const result = await call();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  times.push({ wall, processor: (user + system) / 1000 });
  return result;
}

/** A line that compares medians of alternating runs. */
export function comparedLine(name: string, peer: string, { ours, theirs }: Times): object {
  const value = wallOf(ours);
  const peerValue = wallOf(theirs);
  const processorMs = processorOf(ours);
  const peerProcessorMs = processorOf(theirs);
  const processorRatio = peerProcessorMs / processorMs;
  return {
    name,
    value,
    unit: 'ms',
    peer,
    peerValue,
    ratio: peerValue / value,
    processorMs,
    peerProcessorMs,
    processorRatio,
  };
}

/** Bytes without structure, the same ones every time (xorshift). */
export function sample(bytes: number, seed = 0x9e3779b9): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = seed;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}

export function sizeName(bytes: number): string {
  return bytes >= mib ? `${Math.round(bytes / mib)} MiB` : `${Math.round(bytes / kib)} KiB`;
}
