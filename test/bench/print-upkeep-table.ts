/** Prints the table of two years of edits in docs/cost.md: `node test/bench/print-upkeep-table.ts [FROST a unit and epoch] [FROST a unit written]`. */
import { upkeepTable } from './upkeep-table.ts';

const [storage = '11000', write = '20000'] = process.argv.slice(2);
console.log(upkeepTable({ storage: BigInt(storage), write: BigInt(write) }));
