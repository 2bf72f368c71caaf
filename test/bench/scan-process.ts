/** `scan-process.ts FOLDER HOME THREADS`, forked: at each 'pass' one round of the folder, and what it took; ends at 'end'. */
import { timed, type Time } from '../../native-workers/bench/measure.ts';
import { openRealPorts } from './real-ports.ts';

export interface ScanAnswer {
  readonly isChanged: boolean;
  readonly time: Time;
  /** Of this process since it began. */
  readonly peakMib: number;
}

const [folder = '', home = '', threads = '2'] = process.argv.slice(2);
const ports = await openRealPorts(folder, home, Number(threads));

async function answer(): Promise<void> {
  const times: Time[] = [];
  const { round } = await timed(times, () => ports.seal());
  const [time] = times;
  if (time === undefined) throw new Error('bench: a pass took no time');
  const peakMib = process.resourceUsage().maxRSS / 1024;
  process.send?.({ isChanged: round !== undefined, time, peakMib } satisfies ScanAnswer);
}

process.on('message', (word) => {
  if (word === 'pass') void answer();
  else void ports.close().then(() => process.disconnect());
});
