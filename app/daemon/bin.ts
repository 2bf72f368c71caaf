/** The command `floe`. Compiled code is kept in the user's own cache, which halves the time that a short command takes; nothing breaks without it. */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Whoever read what a command says has gone (`floe log Photos | head`): it ends as if it had been asked to.
let isUnread = false;
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!isUnread) process.emit('SIGTERM');
    isUnread = true;
  });

// Threads do not inherit what is enabled here; they look for themselves, in the environment.
const code = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'floe', 'code');
enableCompileCache((process.env['NODE_COMPILE_CACHE'] ||= code));
const { runCli } = await import('./cli.ts');

process.exitCode = await runCli(process.argv.slice(2));
