/**
 * The whole truth about an account in a world after kills: what its disks, catalogs and spools hold, what stands on chain, and what was paid for it. Two
 * histories that ended alike have equal truths; ids and times are left out, since chance and the clock make them.
 */
import { faultOf } from '../../app/domain/fault.ts';
import type { Device, World } from '../world/world.ts';

const never = new AbortController().signal;
const listedMax = 10_000;

export interface Truth {
  readonly devices: readonly DeviceTruth[];
  /** Of all wallets together: what the ledgers say, and what the addresses hold. */
  readonly walletsFrost: bigint;
  readonly heldFrost: bigint;
}

type DeviceTruth = Awaited<ReturnType<typeof deviceTruth>>;

export async function truthOf(world: World, devices: readonly Device[]): Promise<Truth> {
  const all: DeviceTruth[] = [];
  for (const device of devices) all.push(await deviceTruth(world, device));
  // One device may pay from another's address.
  const walletsFrost = all.reduce((sum, { walletFrost }) => sum + walletFrost, 0n);
  return { devices: all, walletsFrost, heldFrost: all.reduce((sum, { heldFrost }) => sum + heldFrost, 0n) };
}

async function deviceTruth(world: World, device: Device) {
  const { catalog, engine } = device;
  const spaces = await catalog.spaces();
  const rounds = await Promise.all(spaces.map(async ({ num }) => (await catalog.snapshots(num)).length));
  const pending = await Promise.all(spaces.map(async ({ num }) => (await catalog.pendingRound(num))?.sequence));
  const packs = await Promise.all(
    spaces.map(async ({ num }) =>
      (await catalog.packs(num))
        .filter(({ pool, state }) => pool !== undefined || state !== 'dead')
        .map(({ state, pool }) => `${state}${pool === undefined ? '' : ' in a pool'}`)
        .toSorted(),
    ),
  );
  const folders = spaces.flatMap(({ folder }) => (folder === undefined ? [] : [namesIn(device, folder)]));
  return {
    name: device.name,
    folders,
    restored: await restoredOf(device),
    integrity: await engine.integrity(),
    rounds,
    pending,
    packs,
    doomed: await Promise.all(spaces.map(async ({ num }) => (await catalog.doomed(num)).length)),
    spool: (await device.spool.names()).length,
    ...(await moneyOf(world, device)),
    ...(await standingOf(world, device)),
    unexplained: (await engine.budget(never)).unexplained,
  };
}

/** What comes back from the network alone, or why it does not. */
async function restoredOf(device: Device): Promise<readonly (readonly string[] | string)[]> {
  const all: (readonly string[] | string)[] = [];
  for (const { name, folder } of await device.catalog.spaces()) {
    if (folder === undefined) continue;
    try {
      all.push(namesIn(device, await device.restored(name)));
    } catch (error) {
      all.push(faultOf(error)?.code ?? String(error));
    }
  }
  return all;
}

/** Names, modes and contents; when files were written is up to the test, and waiting for an answer takes time. */
const namesIn = (device: Device, folder: string): readonly string[] =>
  device.disk.user
    .picture(folder)
    .map((line) => line.replace(/" folder .*$/, '" folder').replace(/" file (\d+) \d+ /, '" file $1 '))
    .filter((line) => !line.includes('.floe-space'));

/** Paid steps by kind; the ledger's wallet has to be what the address holds, to the FROST and the MIST. */
async function moneyOf(world: World, device: Device) {
  const payments = await device.catalog.payments(0);
  const paid: Record<string, number> = {};
  for (const { kind, state } of payments) paid[`${kind} ${state}`] = (paid[`${kind} ${state}`] ?? 0) + 1;
  const own = await device.engine.device();
  const wallet = { WAL: 0n, SUI: 0n };
  for (const { account, coin, amount } of payments.flatMap(({ postings }) => postings))
    if (account === 'wallet') wallet[coin] += amount;
  const storageFrost = payments.reduce((sum, { paidFrost = 0n }) => sum + paidFrost, 0n);
  const held = own ? balanceOf(world, own.address) : { WAL: 0n, SUI: 0n };
  return {
    paid,
    storageFrost,
    walletFrost: wallet.WAL,
    heldFrost: held.WAL,
    openIntents: (await device.catalog.openIntents()).length,
  };
}

function balanceOf(world: World, address: string): { WAL: bigint; SUI: bigint } {
  const held = { WAL: 0n, SUI: 0n };
  for (const { type, contents } of owned(world, address)) {
    if (!type.includes('::coin::Coin<')) continue;
    // An id of 32 bytes, then the value, little-endian.
    const value = new DataView(contents.buffer, contents.byteOffset + 32).getBigUint64(0, true);
    held[type.includes('::wal::WAL') ? 'WAL' : 'SUI'] += value;
  }
  return held;
}

const owned = (world: World, address: string) => world.ledger.core.database.owned('address', address, '', listedMax);

/** What the address owns, and its pools with the blobs in them. */
async function standingOf(world: World, device: Device) {
  const own = await device.engine.device();
  const objects: Record<string, number> = {};
  for (const { type } of own ? owned(world, own.address) : []) {
    const name = type.replace(/<.*$/, '').split('::').slice(1).join('::');
    if (name !== 'coin::Coin') objects[name] = (objects[name] ?? 0) + 1;
  }
  const { leases } = own ? await device.engine.leases(never) : { leases: [] };
  const pools = leases.map(({ isOwn, capacity, used, blobs, endEpoch }) => ({
    isOwn,
    capacity,
    used,
    blobs,
    endEpoch,
  }));
  return { objects, pools };
}

/** What is wrong with a truth, whatever went before. */
export function troubleOf({ devices, walletsFrost, heldFrost }: Truth, isCopied = false): readonly string[] {
  const wrong = devices.flatMap(({ name, integrity, openIntents, spool, unexplained }) => [
    ...(integrity === undefined ? [] : [`${name}: ${integrity}`]),
    ...(openIntents === 0 ? [] : [`${name}: ${openIntents} open intents`]),
    ...(spool === 0 ? [] : [`${name}: ${spool} packs in the spool`]),
    ...unexplained.map((digest) => `${name}: ${digest} is not what the chain says`),
  ]);
  return isCopied || walletsFrost === heldFrost
    ? wrong
    : [...wrong, `the books say ${walletsFrost} FROST, the chain ${heldFrost}`];
}
