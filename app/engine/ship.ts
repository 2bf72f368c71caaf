/**
 * Packs on their way: encode, reserve, upload, certify, in the order in which they were made, one at a time (an encoded pack is 4.5 times its size in
 * memory). Each step starts from what the pack's row says and asks the chain before it pays, so any step may be repeated. The round's last pack
 * is certified in the same transaction that moves the head; only when both are read back from the chain does the round count as certified.
 */
import { parseBlobId } from '../domain/blob-id.ts';
import { sameBytes } from '../domain/bytes.ts';
import type { Clock, Dice } from '../domain/clock.ts';
import type { Certificate, NetworkState } from '../domain/committee.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import type { DeviceId, SuiId } from '../domain/ids.ts';
import type { NodeHealth } from '../domain/node-health.ts';
import { encodedBytes, redStuff } from '../domain/redstuff.ts';
import { encodedSlivers, sliverForm } from '../domain/sliver-form.ts';
import { headKey, openBagEntry, sealHead } from '../formats/head.ts';
import type { Catalog, PackRow, RoundRow, SpaceRow } from '../ports/catalog.ts';
import type { BagEntry, BagState, Chain, HeadMove } from '../ports/chain.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Log } from '../ports/log.ts';
import type { Nodes } from '../ports/nodes.ts';
import type { EncodeResult, Pool } from '../ports/pool.ts';
import type { Spool } from '../ports/spool.ts';
import { upload } from '../stages/upload/upload.ts';
import { growthFor, noPool } from '../upkeep/pool-size.ts';
import { demandOwnHead } from './own-head.ts';
import type { OnEvent, OnPoint } from './progress.ts';
import type { Spender } from './spend.ts';

export interface ShipPorts {
  readonly chain: Chain;
  readonly nodes: Nodes;
  readonly pool: Pool;
  readonly catalog: Catalog;
  readonly spool: Spool;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly health: NodeHealth;
  readonly log: Log;
  readonly spender: Spender;
  readonly network: (signal: AbortSignal) => Promise<NetworkState>;
  readonly onEvent: OnEvent;
  readonly onPoint: OnPoint;
}

export interface ShipSpace {
  readonly row: SpaceRow;
  readonly spaceKey: Uint8Array;
  readonly accountKey: Uint8Array;
  readonly device: { readonly id: DeviceId; readonly name: string; readonly bag: SuiId; readonly address: SuiId };
}

/** Tries of one pack while the network changes its epoch or prices under us; each starts from what is already done. */
const triesMax = 5;
/** Refused transactions of one pack in a pass: each costs its gas. */
const refusedMax = 2;

/** States in the order in which a pack passes them. */
const states: readonly PackRow['state'][] = ['spooled', 'encoded', 'registered', 'stored', 'certified'];
const isBefore = (pack: PackRow, state: PackRow['state']): boolean =>
  states.indexOf(pack.state) < states.indexOf(state);

/** Brings a pack that is no round's last one to 'certified'. */
export async function shipPack(space: ShipSpace, num: number, ports: ShipPorts, signal: AbortSignal): Promise<void> {
  await steadily(space, num, ports, signal, (certificate) => certify(space, num, certificate, ports, signal));
}

/** Brings a round's last pack, and with it the round, to certified. */
export async function shipRound(
  space: ShipSpace,
  round: RoundRow,
  ports: ShipPorts,
  signal: AbortSignal,
): Promise<void> {
  await steadily(space, round.lastPack, ports, signal, (certificate) =>
    publish(space, round, certificate, ports, signal),
  );
  await confirmHead(space, round, ports, signal);
  await ports.catalog.certifyRound(space.row.num, round.sequence);
  ports.onPoint('round:certified');
  ports.onEvent({ kind: 'published', space: space.row.id, snapshot: round.snapshot });
}

/** The steps up to the certificate, then `finish`; over again when the network moved meanwhile. */
async function steadily(
  space: ShipSpace,
  num: number,
  ports: ShipPorts,
  signal: AbortSignal,
  finish: (certificate: Certificate | undefined) => Promise<void>,
): Promise<void> {
  let refused = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      const certificate = await bringToNodes(space, num, ports, signal);
      await finish(certificate);
      return;
    } catch (error) {
      const fault = faultOf(error);
      // The chain refuses what was built for a price or an epoch that is over; built anew it goes through, or the reason is another.
      const isRefused = fault?.code === 'transaction-failed' && ++refused <= refusedMax;
      if (fault === undefined || (fault.retry !== 'now' && !isRefused) || attempt >= triesMax) throw error;
      ports.log.write('info', 'ship.again', { code: fault.code, attempt });
    }
  }
}

async function packRow(num: number, catalog: Catalog): Promise<PackRow> {
  const pack = await catalog.pack(num);
  if (!pack) throw new Error('a pack that is shipped has a row');
  return pack;
}

/** Encodes, reserves and uploads; undefined when the pack is certified already. */
async function bringToNodes(
  space: ShipSpace,
  num: number,
  ports: ShipPorts,
  signal: AbortSignal,
): Promise<Certificate | undefined> {
  let pack = await packRow(num, ports.catalog);
  if (!isBefore(pack, 'certified')) return undefined;
  const network = await ports.network(signal);
  const isResumed = !isBefore(pack, 'registered');
  ports.onEvent({ kind: 'encoding', space: space.row.id, pack: pack.name });
  const encoded = await encode(pack, network, ports, signal);
  if (isBefore(pack, 'encoded')) {
    const size = encodedBytes(redStuff(network.committee.shards), pack.bytes);
    await ports.catalog.setEncoded(num, parseBlobId(encoded.metadata.blobId), encoded.metadata.rootHash, size);
    ports.onPoint('pack:encoded');
    pack = await packRow(num, ports.catalog);
  }
  try {
    if (isBefore(pack, 'registered')) {
      await reserve(space, pack, encoded, ports, signal);
      pack = await packRow(num, ports.catalog);
    }
    return await uploadPack(space, pack, encoded, network, isResumed, ports, signal);
  } catch (error) {
    // Nodes refuse slivers of shards that they gave away: where the epoch has changed, it is the new committee's turn.
    const isLost = faultOf(error)?.code === 'quorum-lost';
    if (!isLost || (await ports.network(signal)).epoch === network.epoch) throw error;
    throw new Fault('chain-stale', 'now', 'The epoch is over; the new committee has to be asked.', error);
  } finally {
    encoded.release();
  }
}

async function encode(
  pack: PackRow,
  network: NetworkState,
  ports: ShipPorts,
  signal: AbortSignal,
): Promise<EncodeResult> {
  const { shards } = network.committee;
  const read = (blob: Uint8Array): Promise<void> => readSpooled(pack, blob, ports);
  const encoded = await ports.pool.encode(shards, pack.bytes, read, { urgency: 'bulk', signal });
  const known = pack.blobId;
  if (known !== undefined && known !== parseBlobId(encoded.metadata.blobId)) {
    encoded.release();
    throw new Fault(
      'pack-damaged',
      'never',
      'A pack in the spool is not the one that was registered. The disk may be failing.',
    );
  }
  return encoded;
}

/** Reads a pack as it was written, or throws the fault that it is lost: gone or changed, only the files can give it back. */
async function readSpooled(
  pack: PackRow,
  blob: Uint8Array,
  { spool, crypto }: Pick<ShipPorts, 'spool' | 'crypto'>,
): Promise<void> {
  try {
    await spool.read(pack.name, blob);
    const digest = crypto.digest();
    digest.add(blob);
    if (pack.digest && sameBytes(digest.finish(), pack.digest)) return;
    throw new Fault(
      'pack-damaged',
      'never',
      'A pack in the spool is not what was written there. The disk may be failing.',
    );
  } catch (error) {
    if (faultOf(error)?.code !== 'not-found') throw error;
    throw new Fault('pack-damaged', 'never', 'A pack is gone from the spool before it was sent.', error);
  }
}

/** Registers the blob, buying or growing the pool by what it lacks. The chain is asked first: what stands there was paid for already. */
async function reserve(
  space: ShipSpace,
  pack: PackRow,
  encoded: EncodeResult,
  ports: ShipPorts,
  signal: AbortSignal,
): Promise<void> {
  const { blobId, encodedBytes: size } = pack;
  if (blobId === undefined || size === undefined) throw new Error('an encoded pack has its blob id');
  const row = (await ports.catalog.spaces()).find((known) => known.num === space.row.num);
  const poolId = row?.pool;
  const pool = poolId === undefined ? undefined : await ports.chain.pool(poolId, signal);
  const network = await ports.network(signal);
  const isUsable = pool !== undefined && pool.endEpoch > network.epoch;
  // What stands in a pool that has ended is stored nowhere.
  const standing = isUsable ? await ports.chain.pooledBlob(pool.id, blobId, signal) : undefined;
  if (isUsable && standing !== undefined) {
    await ports.catalog.setRegistered(pack.num, pool.id, standing.objectId);
    return;
  }
  const growBytes = growthFor(isUsable ? pool : noPool, size);
  const epochsAhead = Math.min(space.row.leaseEpochs, network.epochsAheadMax);
  const blob = { blobId, rootHash: encoded.metadata.rootHash, unencodedBytes: pack.bytes, encodedBytes: size };
  await ports.spender.spend(
    { kind: 'register', pool: isUsable ? pool.id : undefined, growBytes, epochsAhead, blob },
    { space: space.row.num, pack: pack.num },
    (outcome) => applyRegistered(space.row.num, pack.num, poolId, outcome, ports.catalog),
    signal,
  );
  ports.onPoint('pack:registered');
}

/** What a 'register' transaction means for the catalog; repeatable. */
export async function applyRegistered(
  space: number,
  pack: number,
  pool: SuiId | undefined,
  outcome: { readonly createdPool: SuiId | undefined; readonly registeredBlob: SuiId | undefined },
  catalog: Catalog,
): Promise<void> {
  const owner = outcome.createdPool ?? pool;
  if (owner === undefined || outcome.registeredBlob === undefined)
    throw new Error('a registration names its pool and its blob');
  if (outcome.createdPool !== undefined) await catalog.setPool(space, outcome.createdPool);
  await catalog.setRegistered(pack, owner, outcome.registeredBlob);
}

async function uploadPack(
  space: ShipSpace,
  pack: PackRow,
  encoded: EncodeResult,
  network: NetworkState,
  isResumed: boolean,
  ports: ShipPorts,
  signal: AbortSignal,
): Promise<Certificate> {
  const { blobId, object } = pack;
  if (blobId === undefined || object === undefined) throw new Error('a registered pack has its blob and object');
  const { committee } = network;
  const kept = (await ports.catalog.confirmations(pack.num)).filter((row) => row.epoch === committee.epoch);
  const writes: Promise<unknown>[] = [];
  const { certificate, missing } = await upload(
    {
      committee,
      blobId,
      metadata: encoded.metadata,
      slivers: encodedSlivers(sliverForm(committee.shards, pack.bytes), encoded.blob, encoded.slivers),
      objectId: object,
      already: kept.map((row) => ({
        memberIndex: row.member,
        signed: { message: row.message, signature: row.signature },
      })),
      isResumed,
    },
    ports,
    {
      onConfirmation(member, { message, signature }) {
        writes.push(
          ports.catalog.addConfirmation({ pack: pack.num, epoch: committee.epoch, member, message, signature }),
        );
        ports.onPoint('pack:confirmation');
      },
      onProgress(progress) {
        const nodes = Math.round((progress.shards / progress.shardsTotal) * committee.members.length);
        ports.onEvent({
          kind: 'uploading',
          space: space.row.id,
          pack: pack.name,
          nodes,
          ofNodes: committee.members.length,
          bytes: progress.bytes,
          ofBytes: progress.bytesTotal,
        });
      },
    },
    signal,
  );
  await Promise.all(writes);
  if (missing.length > 0)
    ports.log.write('info', 'upload.missing', {
      nodes: missing.length,
      shards: missing.reduce((sum, node) => sum + node.shards, 0),
    });
  await ports.catalog.setStored(pack.num);
  ports.onPoint('pack:stored');
  return certificate;
}

async function certify(
  space: ShipSpace,
  num: number,
  certificate: Certificate | undefined,
  ports: ShipPorts,
  signal: AbortSignal,
): Promise<void> {
  if (certificate === undefined) return;
  const pack = await packRow(num, ports.catalog);
  const { pool, blobId } = pack;
  if (pool === undefined || blobId === undefined) throw new Error('a stored pack has its pool and blob');
  const standing = await ports.chain.pooledBlob(pool, blobId, signal);
  if (standing?.certifiedEpoch !== undefined) await ports.catalog.setCertified(num, standing.certifiedEpoch);
  else {
    await ports.spender.spend(
      { kind: 'certify', pool, blobs: [{ blobId, certificate }], head: undefined },
      { space: space.row.num, pack: num },
      () => ports.catalog.setCertified(num, certificate.epoch),
      signal,
    );
  }
  ports.onPoint('pack:certified');
  ports.onEvent({ kind: 'certified', space: space.row.id, pack: pack.name });
}

/** Certifies the last pack and moves the head with it; when that has happened already, there is nothing to pay. */
async function publish(
  space: ShipSpace,
  round: RoundRow,
  certificate: Certificate | undefined,
  ports: ShipPorts,
  signal: AbortSignal,
): Promise<void> {
  const pack = await packRow(round.lastPack, ports.catalog);
  const { pool, blobId } = pack;
  if (pool === undefined || blobId === undefined) throw new Error('a stored pack has its pool and blob');
  const head = sealHead(ports.crypto, ports.dice, space.accountKey, {
    space: space.row.id,
    spaceKey: space.spaceKey,
    name: space.row.name,
    mode: space.row.mode,
    limits: space.row.limits,
    device: space.device.id,
    sequence: round.sequence,
    snapshot: round.snapshot,
    pack: blobId,
    place: round.place,
    pool,
  });
  const { entry: standing, state: seen } = await bagEntry(space, ports, signal);
  await demandOwnHead(space, round, standing && openBagEntry(ports.crypto, space.accountKey, standing), ports.catalog);
  const certifiedEpoch = (await ports.chain.pooledBlob(pool, blobId, signal))?.certifiedEpoch;
  if (certifiedEpoch !== undefined) {
    await ports.catalog.setCertified(pack.num, certifiedEpoch);
    return;
  }
  if (certificate === undefined) throw new Error('a pack that is not certified on chain has a fresh certificate');
  const move: HeadMove = { bag: space.device.bag, entry: head, replaces: standing !== undefined, seen };
  await ports.spender.spend(
    { kind: 'certify', pool, blobs: [{ blobId, certificate }], head: move },
    { space: space.row.num, pack: pack.num },
    () => ports.catalog.setCertified(pack.num, certificate.epoch),
    signal,
  );
  ports.onPoint('head:moved');
}

interface OwnEntry {
  readonly entry: BagEntry | undefined;
  readonly state: BagState | undefined;
}

async function bagEntry(space: ShipSpace, ports: ShipPorts, signal: AbortSignal): Promise<OwnEntry> {
  const key = headKey(ports.crypto, space.accountKey, space.row.id);
  const bags = await ports.chain.bags(space.device.address, signal);
  const bag = bags.find(({ id }) => id === space.device.bag);
  return { entry: bag?.entries.find((entry) => sameBytes(entry.key, key)), state: bag?.state };
}

/** The second truth, read back: the pack is certified on chain and the head is there. */
async function confirmHead(space: ShipSpace, round: RoundRow, ports: ShipPorts, signal: AbortSignal): Promise<void> {
  const pack = await packRow(round.lastPack, ports.catalog);
  const blob = pack.pool && pack.blobId ? await ports.chain.pooledBlob(pack.pool, pack.blobId, signal) : undefined;
  const { entry } = await bagEntry(space, ports, signal);
  const head = entry && openBagEntry(ports.crypto, space.accountKey, entry);
  if (blob?.certifiedEpoch === undefined || head?.kind !== 'head' || head.record.snapshot !== round.snapshot) {
    throw new Fault(
      'chain-stale',
      'later',
      'The chain does not show the certified pack and its head yet. Nothing is lost; it is looked at again.',
    );
  }
}
