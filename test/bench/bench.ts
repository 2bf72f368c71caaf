/**
 * `npm run bench -- NAME [--json]`: one measurement a line, beside a peer in the same run where there is one (docs/cli.md). A name that is not known
 * is refused, so that nobody reads an empty answer as a good one.
 */
import { benchChunk } from '../../native-workers/bench/chunk-bench.ts';
import { benchCodec } from '../../native-workers/bench/codec-bench.ts';
import type { PrintLine } from '../../native-workers/bench/measure.ts';
import { benchThreads } from '../../native-workers/bench/threads-bench.ts';
import { benchHistory } from './history-bench.ts';
import { benchIngest } from './ingest-bench.ts';
import { benchMemory } from './memory-bench.ts';
import { benchRestore } from './restore-bench.ts';
import { benchScan } from './scan-bench.ts';

const benches: Readonly<Record<string, (print: PrintLine) => Promise<void>>> = {
  codec: async (print) => {
    await benchCodec(print);
    await benchThreads(print);
  },
  chunk: benchChunk,
  history: benchHistory,
  ingest: benchIngest,
  memory: benchMemory,
  restore: benchRestore,
  scan: benchScan,
};

function people(line: object): string {
  return Object.entries(line)
    .map(([field, value]) => `${field} ${typeof value === 'number' ? Number(value.toPrecision(4)) : String(value)}`)
    .join(', ');
}

const [name = '', ...flags] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  console.error(`There is no benchmark '${name}'. There are: ${Object.keys(benches).join(', ')}.`);
  process.exitCode = 2;
} else {
  await bench((line) => console.log(flags.includes('--json') ? JSON.stringify(line) : people(line)));
}
