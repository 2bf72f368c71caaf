/** An embedded network as a process of its own, to be killed: `network-process.ts DIR` prints the ready line and runs on. */
import { startLocalnet } from '../../app/localnet/localnet.ts';
import { systemClock, systemDice } from './system-time.ts';

const dir = process.argv[2];
if (import.meta.main && dir !== undefined) {
  const net = await startLocalnet({ dir, clock: systemClock, dice: systemDice });
  process.stdout.write(`${JSON.stringify(net.ready)}\n`);
}
