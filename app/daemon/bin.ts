/** The command `floe`. Compiled code is kept in the user's own cache, which halves the time that a short command takes; nothing breaks without it. */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

enableCompileCache(join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'floe', 'code'));
const { runCli } = await import('./cli.ts');

process.exitCode = await runCli(process.argv.slice(2));
