/** `node memory-process.ts BYTES THREADS`: encodes a blob a few times as the engine does and says how much memory the process had at its peak. */
import { openPool } from '../../app/adapters/pool/pool.ts';
import { sample } from '../../native-workers/bench/measure.ts';

const shards = 1000;
const times = 3;

const [bytes = 0, threads = 2] = process.argv.slice(2).map(Number);
const pool = openPool({ threads });
const piece = sample(1024 * 1024);
const fill = async (blob: Uint8Array): Promise<void> => {
  for (let at = 0; at < blob.length; at += piece.length) blob.set(piece.subarray(0, blob.length - at), at);
};
for (let time = 0; time < times; time++) {
  const encoded = await pool.encode(shards, bytes, fill, { urgency: 'bulk', signal: new AbortController().signal });
  encoded.release();
}
const restMib = process.memoryUsage.rss() / 1024 / 1024;
await pool.close();
console.log(JSON.stringify({ peakMib: process.resourceUsage().maxRSS / 1024, restMib }));
