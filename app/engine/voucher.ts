/**
 * Vouchers: leases extended while this device sleeps, by a computer that can do nothing else (docs/decisions/renewal-vouchers.md). Making one spends
 * nothing; it becomes impossible with this device's next transaction. What a voucher did is taken over into the ledger before anything else is
 * spent, so that books and cap stay whole; it counts for the month in which it is learnt.
 */
import { fromBase64Url, toBase64Url } from '../domain/bytes.ts';
import { Fault } from '../domain/fault.ts';
import type { SuiId } from '../domain/ids.ts';
import type { Voucher } from '../formats/voucher.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Chain, Outcome } from '../ports/chain.ts';
import { epochCost } from '../upkeep/autopilot.ts';
import { leftFrost } from '../upkeep/budget.ts';
import { readCap, spentInMonthOf } from './budget.ts';
import { readDevice } from './device.ts';
import type { EngineCore } from './engine-core.ts';
import { settleAs } from './spend.ts';

export interface VoucherRequest {
  /** So many epochs more for each lease; what the policy of its space says when left out. */
  readonly epochs: number | undefined;
  /** The most it may take; half more than it would cost today when left out. */
  readonly frostMax: bigint | undefined;
}

const recordKey = 'voucher';
/**
 * Vouchers of which it is not known what became: a fresh one does not make the last one impossible, and somebody may hold only that one, when this device
 * was killed before it could leave the fresh one. Each costs a question before anything is spent; the chain takes none twice.
 */
const outstandingMax = 8;

interface Made {
  readonly digest: string;
  readonly transaction: string;
  readonly signature: string;
  readonly frostMax: string;
}

/** Signs an extension of all of this device's living leases, for later. */
export async function makeVoucher(core: EngineCore, request: VoucherRequest, signal: AbortSignal): Promise<Voucher> {
  await core.ready(signal);
  const device = await readDevice(core.catalog);
  if (!device) throw new Error('a device that is ready is known');
  const [network, madeMs] = await Promise.all([core.chain.network(signal), core.chain.timeMs(signal)]);
  const pools: Voucher['pools'][number][] = [];
  let costFrost = 0n;
  for (const { pool: id, leaseEpochs } of await core.catalog.spaces()) {
    const pool = id === undefined ? undefined : await core.chain.pool(id, signal);
    if (id === undefined || pool === undefined || pool.endEpoch <= network.epoch) continue;
    // Tried now, so it has to be possible now; later more epochs would be.
    const epochs = Math.min(request.epochs ?? leaseEpochs, network.epoch + network.epochsAheadMax - pool.endEpoch);
    if (epochs < 1) continue;
    pools.push({ pool: id, endEpoch: pool.endEpoch, epochs });
    costFrost += BigInt(epochs) * epochCost(pool, network);
  }
  if (pools.length === 0)
    throw new Fault('not-found', 'after-user', 'This device has no lease that could be extended yet.');
  const frostMax = request.frostMax ?? costFrost + costFrost / 2n;
  await demandWithinCap(core, frostMax, madeMs);
  const step = { kind: 'extend-later', pools: pools.map(({ pool, epochs }) => ({ pool, epochs })), frostMax } as const;
  const { transaction, digest } = await core.chain.prepare(step, device.address, signal);
  const signature = await core.account.signer(device.index).sign(transaction);
  const made: Made = {
    digest,
    transaction: toBase64Url(transaction),
    signature: toBase64Url(signature),
    frostMax: frostMax.toString(),
  };
  // Before anybody else can have it.
  const outstanding = [...(await readMade(core.catalog)), made].slice(-outstandingMax);
  await core.catalog.setRecord(recordKey, JSON.stringify(outstanding));
  return { network: core.networkName, madeMs, pools, frostMax, digest, transaction, signature };
}

async function demandWithinCap({ catalog }: EngineCore, frostMax: bigint, chainMs: number): Promise<void> {
  const left = leftFrost(await readCap(catalog), await spentInMonthOf(catalog, chainMs));
  if (left === undefined || frostMax <= left) return;
  const message = `A voucher for up to ${frostMax} FROST does not fit into this month's budget, which has ${left} left.`;
  throw new Fault('budget-reached', 'after-user', message);
}

async function readMade(catalog: Pick<Catalog, 'record'>): Promise<readonly Made[]> {
  const text = await catalog.record(recordKey);
  return text === undefined || text === '' ? [] : (JSON.parse(text) as readonly Made[]);
}

/** Takes over what vouchers did that somebody has used. */
export async function accountVouchers(
  { catalog, chain }: { readonly catalog: Catalog; readonly chain: Chain },
  signal: AbortSignal,
): Promise<void> {
  const all = await readMade(catalog);
  for (const made of all) {
    const outcome = await chain.outcome(made.digest, signal);
    if (outcome === undefined) continue;
    await account(made, outcome, { catalog, chain }, signal);
    const left = (await readMade(catalog)).filter(({ digest }) => digest !== made.digest);
    await catalog.setRecord(recordKey, JSON.stringify(left));
  }
}

async function account(
  made: Made,
  outcome: Outcome,
  { catalog, chain }: { readonly catalog: Catalog; readonly chain: Chain },
  signal: AbortSignal,
): Promise<void> {
  const isKnown = (await catalog.payments(0)).some(({ digest }) => digest === made.digest);
  if (isKnown) return;
  const intent = await catalog.addIntent({
    digest: made.digest,
    kind: 'extend-later',
    space: undefined,
    pack: undefined,
    transaction: fromBase64Url(made.transaction),
    signature: fromBase64Url(made.signature),
    frost: BigInt(made.frostMax),
    mist: 0n,
    writeFrost: 0n,
    chainMs: await chain.timeMs(signal),
  });
  await settleAs({ catalog }, intent, outcome);
}

/** What became of a voucher, for the computer that keeps it. */
export type VoucherTurn =
  /** It is not yet time. */
  | { readonly kind: 'waiting'; readonly epoch: number; readonly useAtEpoch: number }
  | { readonly kind: 'renewed'; readonly epoch: number; readonly frost: bigint; readonly digest: string }
  /** Used before, or somebody else renewed: nothing is left to do with it. */
  | { readonly kind: 'used'; readonly epoch: number }
  /** The device has done something since, so the chain takes it no more; a fresh one is needed. */
  | { readonly kind: 'void'; readonly epoch: number; readonly why: string; readonly endEpoch: number };

/**
 * One look of whoever keeps the voucher: sends it when a lease is within `whenLeft` epochs of its end, and never before. Needs no account and no
 * catalog.
 */
export async function useVoucher(
  chain: Chain,
  voucher: Voucher,
  whenLeft: number,
  signal: AbortSignal,
): Promise<VoucherTurn> {
  const { epoch } = await chain.network(signal);
  if ((await chain.outcome(voucher.digest, signal)) !== undefined) return { kind: 'used', epoch };
  const ends = new Map<SuiId, number>();
  for (const { pool } of voucher.pools) ends.set(pool, (await chain.pool(pool, signal))?.endEpoch ?? 0);
  const endEpoch = Math.min(...ends.values());
  const isOther = voucher.pools.some(({ pool, endEpoch: end }) => ends.get(pool) !== end);
  if (isOther) return { kind: 'void', epoch, why: 'a lease was changed since it was made', endEpoch };
  const useAtEpoch = endEpoch - whenLeft;
  if (epoch < useAtEpoch) return { kind: 'waiting', epoch, useAtEpoch };
  try {
    const outcome = await chain.send(voucher.transaction, voucher.signature, signal);
    if (outcome.isSuccess) return { kind: 'renewed', epoch, frost: outcome.frost, digest: outcome.digest };
    return { kind: 'void', epoch, why: outcome.failure ?? 'the chain refused it', endEpoch };
  } catch (error) {
    if (!(error instanceof Fault) || (error.code !== 'chain-stale' && error.code !== 'chain-refused')) throw error;
    return { kind: 'void', epoch, why: error.message, endEpoch };
  }
}
