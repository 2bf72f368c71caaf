/**
 * Two installations under one identity: a home that was copied, or put back from an old copy. Its own head on chain is then one that it did not put there.
 * It goes on as a device of its own; what it had not certified is made again under the new name, and the other's snapshots are another device's from now on.
 */
import type { SpaceRow } from '../ports/catalog.ts';
import { newDevice, type Device, type KnownDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';
import { ownNewest } from './own-head.ts';

/** Whether the head of this space at the device's own bag is one that this installation does not know. */
export async function isCopied(
  core: EngineCore,
  row: SpaceRow,
  device: Device,
  devices: readonly KnownDevice[],
): Promise<boolean> {
  const own = devices.find(({ bag }) => bag.id === device.bag);
  const head = own?.heads.find(({ space }) => space === row.id);
  if (head === undefined) return false;
  const pending = await core.catalog.pendingRound(row.num);
  if (pending?.snapshot === head.snapshot) return false;
  return (await ownNewest(row, device.id, core.catalog))?.snapshot !== head.snapshot;
}

/** Leaves the shared identity to the other installation. Nothing that was certified is touched. */
export async function takeOwnIdentity(core: EngineCore, device: Device, signal: AbortSignal): Promise<void> {
  core.emit({
    kind: 'problem',
    space: undefined,
    code: 'device-copied',
    message: 'Another installation works under the identity of this one. This one goes on as a device of its own.',
  });
  for (const row of await core.catalog.spaces()) {
    const round = await core.catalog.pendingRound(row.num);
    if (round) await core.catalog.abandonRound(row.num, round.sequence);
    for (const pack of await core.catalog.packs(row.num, ['spooled', 'encoded', 'registered', 'stored', 'certified']))
      await core.catalog.setDead(pack.num);
    // The pool belongs to the other's address; this device buys its own.
    await core.catalog.setPool(row.num, undefined);
  }
  await newDevice(device.name, core, signal);
  core.memory.devicesAtMs = Number.NEGATIVE_INFINITY;
  core.point('device:replaced');
}
