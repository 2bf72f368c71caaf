/**
 * This installation among the account's devices. A device is an index of the phrase with a bag on chain; the bag's first entry says which
 * installation made it. Indices are walked from 0; two installations that took the same one at once see it by the second bag, and the later moves on.
 */
import type { Clock, Dice } from '../domain/clock.ts';
import { Fault } from '../domain/fault.ts';
import { parseDeviceId, type DeviceId, type SuiId } from '../domain/ids.ts';
import { deviceGapMax } from '../domain/limits.ts';
import type { Head } from '../domain/space.ts';
import type { SpaceGarbage } from '../formats/garbage.ts';
import { openBagEntry, sealDevice, type DeviceRecord } from '../formats/head.ts';
import type { Account } from '../ports/account.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Bag, Chain } from '../ports/chain.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Spender } from './spend.ts';

/** The home's record of itself, key 'device' in the catalog. Not secret. */
export interface Device {
  readonly id: DeviceId;
  readonly name: string;
  readonly index: number;
  readonly address: SuiId;
  /** Undefined until the chain has it. */
  readonly bag: SuiId | undefined;
}

export interface DevicePorts {
  readonly account: Account;
  readonly chain: Chain;
  readonly catalog: Catalog;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly dice: Dice;
}

/** A device of the account as its bag shows it. */
export interface KnownDevice {
  readonly index: number;
  readonly address: SuiId;
  readonly bag: Bag;
  readonly record: DeviceRecord;
  readonly heads: readonly Head[];
  readonly garbage: readonly SpaceGarbage[];
}

const recordKey = 'device';

export async function readDevice(catalog: Catalog): Promise<Device | undefined> {
  const text = await catalog.record(recordKey);
  return text === undefined ? undefined : (JSON.parse(text) as Device);
}

async function writeDevice(catalog: Catalog, device: Device): Promise<Device> {
  await catalog.setRecord(recordKey, JSON.stringify(device));
  return device;
}

/** All devices of the account: indices from 0 until several in a row were never used. */
export async function findDevices(
  ports: Pick<DevicePorts, 'account' | 'chain' | 'crypto'>,
  signal: AbortSignal,
): Promise<{ readonly devices: readonly KnownDevice[]; readonly freeIndex: number }> {
  const devices: KnownDevice[] = [];
  let freeIndex = 0;
  for (let index = 0; index < freeIndex + deviceGapMax; index++) {
    const address = ports.account.signer(index).address;
    const found = await readKnownDevices(ports, index, address, signal);
    devices.push(...found);
    if (found.length > 0 || (await ports.chain.isUsed(address, signal))) freeIndex = index + 1;
  }
  return { devices, freeIndex };
}

/** The devices at one address: one, but for two installations that took it at once. */
export async function readKnownDevices(
  ports: Pick<DevicePorts, 'account' | 'chain' | 'crypto'>,
  index: number,
  address: SuiId,
  signal: AbortSignal,
): Promise<readonly KnownDevice[]> {
  return (await ports.chain.bags(address, signal)).flatMap((bag) => knownDevice(index, address, bag, ports));
}

function knownDevice(
  index: number,
  address: SuiId,
  bag: Bag,
  { account, crypto }: Pick<DevicePorts, 'account' | 'crypto'>,
): readonly KnownDevice[] {
  const records = bag.entries.flatMap((entry) => openBagEntry(crypto, account.key, entry) ?? []);
  const [device] = records.flatMap((entry) => (entry.kind === 'device' ? [entry.record] : []));
  if (!device) return [];
  return [
    {
      index,
      address,
      bag,
      record: device,
      heads: records.flatMap((entry) => (entry.kind === 'head' ? [entry.record] : [])),
      garbage: records.flatMap((entry) => (entry.kind === 'garbage' ? [entry.record] : [])),
    },
  ];
}

/** Chooses an index for a new installation and writes it down. Nothing is spent yet. */
export async function chooseDevice(name: string, ports: DevicePorts, signal: AbortSignal): Promise<Device> {
  const known = await readDevice(ports.catalog);
  return known ?? newDevice(name, ports, signal);
}

/** A fresh identity at the next free index, whatever this installation was before. Nothing is spent yet. */
export async function newDevice(name: string, ports: DevicePorts, signal: AbortSignal): Promise<Device> {
  const { freeIndex } = await findDevices(ports, signal);
  const id = parseDeviceId(ports.dice.bytes(16));
  return writeDevice(ports.catalog, {
    id,
    name,
    index: freeIndex,
    address: ports.account.signer(freeIndex).address,
    bag: undefined,
  });
}

/** Makes the device's bag when the chain has none for this installation. Pays gas only. */
export async function claimDevice(
  device: Device,
  spender: Spender,
  ports: DevicePorts,
  signal: AbortSignal,
): Promise<Device & { readonly bag: SuiId }> {
  if (device.bag !== undefined) return { ...device, bag: device.bag };
  const mine = await ownBag(device, ports, signal);
  if (mine === 'taken') throw await takeNextPlace(device, ports, signal);
  if (mine === undefined) {
    const record: DeviceRecord = { device: device.id, name: device.name, madeMs: ports.clock.now() };
    const entry = sealDevice(ports.crypto, ports.dice, ports.account.key, record);
    await spender.spend(
      { kind: 'make-bag', entries: [entry] },
      { space: undefined, pack: undefined },
      async () => undefined,
      signal,
    );
  }
  const bag = mine ?? (await ownBag(device, ports, signal));
  if (bag === 'taken') throw await takeNextPlace(device, ports, signal);
  if (bag === undefined)
    throw new Fault(
      'chain-stale',
      'later',
      'The chain does not show the record of this device yet. Try again in a moment.',
    );
  await writeDevice(ports.catalog, { ...device, bag });
  return { ...device, bag };
}

/** Two computers that began with one phrase at the same moment chose one place: the one that comes second takes the next. */
async function takeNextPlace(device: Device, ports: DevicePorts, signal: AbortSignal): Promise<Fault> {
  const { index, address } = await newDevice(device.name, ports, signal);
  return new Fault(
    'chain-stale',
    'now',
    `Another computer took this place of the account at the same moment. This one now has place ${index}, with the address ${address}. Run it again.`,
  );
}

/** The bag that this installation made at its address; 'taken' when another installation has an older one there. */
async function ownBag(device: Device, ports: DevicePorts, signal: AbortSignal): Promise<SuiId | 'taken' | undefined> {
  const bags = (await ports.chain.bags(device.address, signal)).flatMap((bag) =>
    knownDevice(device.index, device.address, bag, ports),
  );
  const [oldest] = bags;
  if (oldest && oldest.record.device !== device.id) return 'taken';
  return oldest?.bag.id;
}
