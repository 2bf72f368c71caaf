/** What the system says of power, for the engine's pauses. Whether a line is metered no system tells an Electron app, so it is never claimed. */
import { powerMonitor } from 'electron';
import type { Follower } from '../engine/follow.ts';
import type { Supervisor } from '../engine/supervisor.ts';

export function watchPower(engine: Supervisor, follower: Follower): void {
  const tell = (isOnBattery: boolean): void => engine.send({ kind: 'power', isOnBattery });
  tell(powerMonitor.isOnBatteryPower());
  powerMonitor.on('on-battery', () => tell(true));
  powerMonitor.on('on-ac', () => tell(false));
  // Much may have changed while the computer slept.
  powerMonitor.on('resume', () => follower.call((connection) => connection.call('sync.now', {})));
}
