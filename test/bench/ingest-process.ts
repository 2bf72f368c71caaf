/**
 * `node ingest-process.ts FOLDER HOME THREADS CODE`: seals a folder into a new home and says how long that took without the start of the process.
 * Compiled code is kept in the folder CODE, as the command `floe` keeps its own.
 */
import { enableCompileCache } from 'node:module';

const [folder = '', home = '', threads = '2', code = ''] = process.argv.slice(2);
enableCompileCache((process.env['NODE_COMPILE_CACHE'] = code));
const { openRealPorts } = await import('./real-ports.ts');
const ports = await openRealPorts(folder, home, Number(threads));
const start = performance.now();
const { newBytes, newChunks, problems } = await ports.seal();
const sealMs = performance.now() - start;
await ports.close();
const peakMib = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ sealMs, newBytes, newChunks, problems: problems.length, peakMib }));
