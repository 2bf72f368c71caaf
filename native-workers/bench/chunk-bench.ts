/** Content-defined cuts: the addon's gear hash against the plain TypeScript one, which must cut at the same places. */
import { usualChunkLimits } from '../../app/domain/chunk.ts';
import { loadNative, nativeProblem } from '../codec/codec.ts';
import { findCuts } from '../codec/gear.ts';
import { comparedLine, mib, sample, timed, type PrintLine, type Times } from './measure.ts';

const bytes = 64 * mib;
const rounds = 7;

export async function benchChunk(print: PrintLine): Promise<void> {
  const native = loadNative();
  if (native === undefined) {
    print({ name: 'chunk', value: null, unit: 'ms', note: `no native codec: ${nativeProblem() ?? ''}` });
    return;
  }
  const content = sample(bytes);
  const table = new BigUint64Array(sample(256 * 8).buffer);
  const times: Times = { ours: [], theirs: [] };
  // The first call of each compiles and warms up.
  findCuts(content, table, usualChunkLimits, true);
  native.findCuts(content, table, usualChunkLimits, true);
  for (let round = 0; round < rounds; round++) {
    const ours = await timed(times.ours, () => native.findCuts(content, table, usualChunkLimits, true));
    const theirs = await timed(times.theirs, () => findCuts(content, table, usualChunkLimits, true));
    if (ours.join() !== theirs.join()) throw new Error('bench: the two cut at different places');
  }
  print(comparedLine('chunk 64 MiB random', 'the same in TypeScript', times));
}
