/** `node ingest-process.ts FOLDER HOME THREADS`: seals a folder into a new home and says how long that took without the start of the process. */
import { openRealPorts } from './real-ports.ts';

const [folder = '', home = '', threads = '2'] = process.argv.slice(2);
const ports = await openRealPorts(folder, home, Number(threads));
const start = performance.now();
const { newBytes, newChunks, problems } = await ports.seal();
const sealMs = performance.now() - start;
await ports.close();
const peakMib = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ sealMs, newBytes, newChunks, problems: problems.length, peakMib }));
