/**
 * The command line of the simulation: `npm run sim -- --seconds 60` plays fresh histories, `npm run sim -- SEED` plays one again and prints its trace.
 */
import { useQuickModules } from './quick-modules.ts';

useQuickModules();
const { runSim } = await import('./run-sim.ts');
process.exitCode = await runSim(process.argv.slice(2));
