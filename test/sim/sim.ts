/**
 * The command line of the simulation. `npm run sim -- --seconds 60` plays fresh histories, `npm run sim -- SEED` plays one again and prints its trace,
 * `npm run sim -- --mutants` shows that planted bugs are found, `npm run sim -- --known` plays the histories that once failed.
 */
import { parseArgs } from 'node:util';
import { mutants, plant } from './mutants/mutants.ts';
import { useQuickModules } from './quick-modules.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    from: { type: 'string' },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    known: { type: 'boolean', default: false },
  },
});
useQuickModules();
if (values.mutant !== undefined) {
  const mutant = mutants.find(({ name }) => name === values.mutant);
  if (mutant === undefined) throw new Error(`there is no planted bug '${values.mutant}'`);
  plant(mutant);
}
// Not before: all that is loaded from here on is loaded as it was told.
const { runSim } = await import('./run-sim.ts');
process.exitCode = await runSim({ ...values, seeds: positionals.map(Number) });
