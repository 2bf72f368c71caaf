/** Prints the tables of docs/cost.md: `node build/scripts/cost-table.ts [FROST a unit and epoch] [FROST a unit written]`. */
import { costTables } from '../checks/cost-table.ts';

const [storage = '11000', write = '20000'] = process.argv.slice(2);
console.log(costTables({ storage: BigInt(storage), write: BigInt(write) }));
