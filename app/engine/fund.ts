/**
 * Play money: SUI from the faucet and WAL from the exchange, where both are given away; says clearly where they are not. Two computers that begin with one
 * phrase at the same moment choose the same place of the account: the one that comes second takes the next place by itself.
 */
import { Fault, faultOf } from '../domain/fault.ts';
import { readDevice, type Device } from './device.ts';
import type { EngineCore } from './engine-core.ts';

/** Two computers that use one address in turn are through after one of them has made its record; more turns than this are another trouble. */
const turnsMax = 5;
const betweenTurnsMs = 1_000;

export async function fund(core: EngineCore, signal: AbortSignal): Promise<void> {
  for (let turn = 1; ; turn++) {
    const device = await readDevice(core.catalog);
    if (!device) throw new Fault('no-account', 'after-user', "This home has no device yet. Run 'floe init' first.");
    try {
      return await fundOnce(core, device, signal);
    } catch (error) {
      if (faultOf(error)?.code !== 'chain-stale') throw error;
      if (turn === turnsMax)
        throw new Fault('chain-stale', 'later', 'The play money has not arrived yet. Try again in a moment.', error);
      await core.clock.sleep(betweenTurnsMs, signal);
    }
  }
}

async function fundOnce(core: EngineCore, device: Device, signal: AbortSignal): Promise<void> {
  // An exchange that an earlier run left open is settled first: it may bring what would be bought a second time.
  if ((await core.catalog.openIntents()).length > 0) await core.settle(signal);
  const { frostWanted, mistWanted } = core.funding;
  const before = await core.chain.balances(device.address, signal);
  const frost = before.frost * 2n < frostWanted ? frostWanted - before.frost : 0n;
  // The exchange takes one MIST for a FROST; what is wanted of SUI itself must be left for gas.
  if (before.mist < mistWanted + frost) await core.chain.faucet(device.address, signal);
  // Also where there is enough: it may have come by another computer that took the same place.
  const { spender } = await core.ready(signal);
  if (frost === 0n) return;
  await spender.spend(
    { kind: 'exchange', frost },
    { space: undefined, pack: undefined },
    async () => undefined,
    signal,
  );
}
