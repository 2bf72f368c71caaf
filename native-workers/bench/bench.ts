/**
 * `npm run bench -- NAME [--json]`: one measurement a line, beside a peer in the same run where there is one (docs/cli.md). Names that are not built yet
 * are refused, so that nobody reads an empty answer as a good one.
 */
import { benchCodec, type PrintLine } from './codec-bench.ts';

const benches: Readonly<Record<string, (print: PrintLine) => void>> = { codec: (print) => benchCodec(print) };

function people(line: object): string {
  return Object.entries(line)
    .map(([field, value]) => `${field} ${typeof value === 'number' ? Number(value.toPrecision(4)) : String(value)}`)
    .join(', ');
}

const [name = '', ...flags] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  console.error(`There is no benchmark '${name}' yet. There are: ${Object.keys(benches).join(', ')}.`);
  process.exitCode = 2;
} else {
  bench((line) => console.log(flags.includes('--json') ? JSON.stringify(line) : people(line)));
}
