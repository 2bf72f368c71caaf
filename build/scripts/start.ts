/**
 * `npm start`: Floe headless on this computer's own embedded network, in a home of the usual place. Folders to protect follow a double dash:
 * npm start -- --folder DIR
 */
import { runCli } from '../../app/daemon/cli.ts';

const given = process.argv.slice(2);
process.exitCode = await runCli(given.includes('--help') ? ['start', '--help'] : ['start', ...given]);
