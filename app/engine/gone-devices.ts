/**
 * Devices that a person called gone for good, in the catalog of this one. Nobody waits for their answers any more; what they had certified is this device's to
 * keep. One that comes back is a device like any other, and its word is taken back then.
 */
import { Fault } from '../domain/fault.ts';
import { parseDeviceId, type DeviceId } from '../domain/ids.ts';
import type { Catalog } from '../ports/catalog.ts';
import { findDevices, readDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';

const recordKey = 'gone-devices';

export async function goneDevices(catalog: Pick<Catalog, 'record'>): Promise<ReadonlySet<DeviceId>> {
  const text = await catalog.record(recordKey);
  return new Set(text === undefined ? [] : (JSON.parse(text) as readonly string[]).map((id) => parseDeviceId(id)));
}

/** Throws Fault 'not-found' for a device that the account does not have, and 'bad-input' for this one. */
export async function setGone(core: EngineCore, device: DeviceId, isGone: boolean, signal: AbortSignal): Promise<void> {
  const own = await readDevice(core.catalog);
  if (own?.id === device)
    throw new Fault('bad-input', 'after-user', 'This device is here. Say it on another one of the account.');
  const { devices } = await findDevices(core, signal);
  if (!devices.some(({ record }) => record.device === device))
    throw new Fault('not-found', 'after-user', `The account has no device ${device}. See: floe devices`);
  const gone = new Set(await goneDevices(core.catalog));
  if (isGone) gone.add(device);
  else gone.delete(device);
  await core.catalog.setRecord(recordKey, JSON.stringify([...gone]));
}
