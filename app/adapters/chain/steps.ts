/**
 * Each spending step as one programmable transaction. Payments are exact: WAL coins are merged, the price is split off, and the split coin is
 * destroyed as empty afterwards, so a price that moved in the meantime aborts the whole transaction instead of costing something else.
 */
import type { TransactionArgument, TransactionObjectArgument } from '@mysten/sui/transactions';
import { Transaction } from '@mysten/sui/transactions';
import { bcs } from '@mysten/sui/bcs';
import { blobIdToBytes } from '../../domain/blob-id.ts';
import { Fault, unreachable } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { BagEntry, ChainStep, HeadMove } from '../../ports/chain.ts';
import { suiType, walCoins } from './coins.ts';
import { exchangeLayout } from './layouts.ts';
import type { PoolView } from './pools.ts';
import { demandPool } from './pools.ts';
import type { Remote } from './remote.ts';
import { contentOf } from './remote.ts';
import type { WalrusNow, WalrusState } from './walrus-state.ts';
import { storageCost, writeCost } from './walrus-state.ts';

export interface StepPlan {
  readonly transaction: Transaction;
  /** FROST that the step pays. */
  readonly frost: bigint;
  /** MIST that the step itself takes, apart from gas. */
  readonly mist: bigint;
  /** The part of `frost` that is for writing. */
  readonly writeFrost: bigint;
}

interface Draft {
  readonly remote: Remote;
  readonly walrus: WalrusState;
  readonly sender: SuiId;
  readonly signal: AbortSignal | undefined;
  readonly tx: Transaction;
}

type StepOf<Kind extends ChainStep['kind']> = Extract<ChainStep, { kind: Kind }>;

/** How far the price of gas may rise before a transaction that is kept for later becomes impossible; gas is a fraction of a cent. */
const gasPriceMargin = 3n;
/** RS2 (walrus-protocol section 1.1). */
const encodingType = 1;

export async function planStep(
  remote: Remote,
  walrus: WalrusState,
  step: ChainStep,
  sender: SuiId,
  signal: AbortSignal | undefined,
): Promise<StepPlan> {
  const draft: Draft = { remote, walrus, sender, signal, tx: new Transaction() };
  const { frost = 0n, mist = 0n, writeFrost = 0n } = await draw(draft, step);
  return { transaction: draft.tx, frost, mist, writeFrost };
}

type Spent = Partial<Pick<StepPlan, 'frost' | 'mist' | 'writeFrost'>>;

async function draw(draft: Draft, step: ChainStep): Promise<Spent> {
  switch (step.kind) {
    case 'make-bag':
      return drawBag(draft, step.entries);
    case 'put-entry':
      moveHead(draft.tx, step.move);
      return {};
    case 'register':
      return await drawRegister(draft, step);
    case 'certify':
      return await drawCertify(draft, step);
    case 'extend-pool':
      return await drawExtend(draft, step);
    case 'extend-later':
      return await drawExtendLater(draft, step);
    case 'delete-blobs':
      return await drawDelete(draft, step);
    case 'exchange':
      return await drawExchange(draft, step.frost);
    default:
      return unreachable(step);
  }
}

const system = ({ tx, remote }: Draft): TransactionObjectArgument => tx.object(remote.endpoint.systemObjectId);

/** 32 little-endian bytes are the BCS form of a u256. */
const u256 = (tx: Transaction, bytes: Uint8Array): TransactionArgument => tx.pure(Uint8Array.from(bytes));

const byteVector = (tx: Transaction, bytes: Uint8Array): TransactionArgument =>
  tx.pure(bcs.byteVector().serialize(bytes));

const bagTypes = ['vector<u8>', 'vector<u8>'];

function addEntry(tx: Transaction, bag: TransactionObjectArgument, entry: BagEntry): void {
  tx.moveCall({
    target: '0x2::bag::add',
    typeArguments: bagTypes,
    arguments: [bag, byteVector(tx, entry.key), byteVector(tx, entry.value)],
  });
}

function drawBag({ tx, sender }: Draft, entries: readonly BagEntry[]): Spent {
  const bag = tx.moveCall({ target: '0x2::bag::new' });
  for (const entry of entries) addEntry(tx, bag, entry);
  tx.transferObjects([bag], sender);
  return {};
}

function moveHead(tx: Transaction, { bag, entry, replaces, seen }: HeadMove): void {
  const held =
    seen === undefined
      ? tx.object(bag)
      : tx.objectRef({ objectId: bag, version: seen.version.toString(), digest: seen.digest });
  if (replaces) {
    tx.moveCall({
      target: '0x2::bag::remove',
      typeArguments: bagTypes,
      arguments: [held, byteVector(tx, entry.key)],
    });
  }
  addEntry(tx, held, entry);
}

interface Payment {
  readonly coins: readonly TransactionObjectArgument[];
  /** To be called after the coins were used: each must be empty by then. */
  close(): void;
}

/** Splits exact amounts off the sender's WAL. */
async function pay({ remote, walrus, sender, signal, tx }: Draft, amounts: readonly bigint[]): Promise<Payment> {
  const walType = await walrus.walType(signal);
  const total = amounts.reduce((sum, amount) => sum + amount, 0n);
  const held = total === 0n ? [] : await walCoins(remote, sender, walType, total, signal);
  const [base, ...rest] = held.map((coin) => tx.objectRef(coin));
  let coins: readonly TransactionObjectArgument[];
  if (base === undefined) {
    coins = amounts.map(() => tx.moveCall({ target: '0x2::coin::zero', typeArguments: [walType] }));
  } else {
    if (rest.length > 0) tx.mergeCoins(base, rest);
    const split = tx.splitCoins(base, [...amounts]);
    coins = amounts.map((_, i) => split[i] ?? missing());
  }
  return {
    coins,
    close() {
      for (const coin of coins) {
        tx.moveCall({ target: '0x2::coin::destroy_zero', typeArguments: [walType], arguments: [coin] });
      }
    },
  };
}

function missing(): never {
  throw new Error('a split gives one coin for each amount');
}

function epochsLeft(pool: PoolView, now: WalrusNow): number {
  if (pool.endEpoch > now.epoch) return pool.endEpoch - now.epoch;
  throw new Fault('chain-refused', 'never', `The lease of the storage pool ${pool.id} has ended.`);
}

/** A new pool (made here and kept by the sender), or the pool of the step, grown. */
async function drawRegister(draft: Draft, step: StepOf<'register'>): Promise<Spent> {
  const { tx, remote, walrus, signal } = draft;
  const [now, pool] = await Promise.all([
    walrus.now(signal),
    step.pool === undefined ? undefined : demandPool(remote, step.pool, signal),
  ]);
  const storage = storageCost(now, step.growBytes, pool === undefined ? step.epochsAhead : epochsLeft(pool, now));
  const write = writeCost(now, step.blob.encodedBytes);
  const grows = pool === undefined || step.growBytes > 0;
  const payment = await pay(draft, grows ? [write, storage] : [write]);
  const [writeCoin = missing(), storageCoin] = payment.coins;
  let held: TransactionObjectArgument;
  if (step.pool === undefined) {
    held = tx.moveCall({
      target: `${now.callPackage}::system::create_storage_pool`,
      arguments: [system(draft), tx.pure.u64(step.growBytes), tx.pure.u32(step.epochsAhead), storageCoin ?? missing()],
    });
  } else {
    held = tx.object(step.pool);
    if (storageCoin !== undefined) {
      tx.moveCall({
        target: `${now.callPackage}::system::increase_storage_pool_capacity`,
        arguments: [system(draft), held, tx.pure.u64(step.growBytes), storageCoin],
      });
    }
  }
  tx.moveCall({
    target: `${now.callPackage}::system::register_pooled_blob`,
    arguments: [
      system(draft),
      held,
      u256(tx, blobIdToBytes(step.blob.blobId)),
      u256(tx, step.blob.rootHash),
      tx.pure.u64(step.blob.unencodedBytes),
      tx.pure.u8(encodingType),
      tx.pure.bool(true),
      writeCoin,
    ],
  });
  payment.close();
  if (step.pool === undefined) tx.transferObjects([held], draft.sender);
  return { frost: write + (grows ? storage : 0n), writeFrost: write };
}

/** Certificates first; the head moves only if all of them hold, because a transaction happens whole or not at all. */
async function drawCertify(draft: Draft, step: StepOf<'certify'>): Promise<Spent> {
  const { tx, walrus, signal } = draft;
  const { callPackage } = await walrus.now(signal);
  for (const { blobId, certificate } of step.blobs) {
    tx.moveCall({
      target: `${callPackage}::system::certify_pooled_blob`,
      arguments: [
        system(draft),
        tx.object(step.pool),
        u256(tx, blobIdToBytes(blobId)),
        byteVector(tx, certificate.signature),
        byteVector(tx, certificate.signerBitmap),
        byteVector(tx, certificate.message),
      ],
    });
  }
  if (step.head !== undefined) moveHead(tx, step.head);
  return {};
}

async function drawDelete(draft: Draft, { pool, blobIds, entry }: StepOf<'delete-blobs'>): Promise<Spent> {
  const { tx, walrus, signal } = draft;
  const { callPackage } = await walrus.now(signal);
  for (const blobId of blobIds) {
    tx.moveCall({
      target: `${callPackage}::system::delete_pooled_blob`,
      arguments: [system(draft), tx.object(pool), u256(tx, blobIdToBytes(blobId))],
    });
  }
  if (entry !== undefined) moveHead(tx, entry);
  return {};
}

async function drawExtend(draft: Draft, step: StepOf<'extend-pool'>): Promise<Spent> {
  const { tx, remote, walrus, signal } = draft;
  const [now, pool] = await Promise.all([walrus.now(signal), demandPool(remote, step.pool, signal)]);
  epochsLeft(pool, now);
  if (step.shrinkBytes > 0) splitOff(draft, step, now);
  const frost = storageCost(now, pool.capacityBytes - step.shrinkBytes, step.epochs);
  const payment = await pay(draft, [frost]);
  tx.moveCall({
    target: `${now.callPackage}::system::extend_storage_pool`,
    arguments: [system(draft), tx.object(step.pool), tx.pure.u32(step.epochs), payment.coins[0] ?? missing()],
  });
  payment.close();
  return { frost };
}

/** Takes at most `frostMax` off the sender's WAL, lets the contract take what it asks at its price of then, and gives back the rest. */
async function drawExtendLater(draft: Draft, { pools, frostMax }: StepOf<'extend-later'>): Promise<Spent> {
  const { tx, remote, walrus, sender, signal } = draft;
  const now = await walrus.now(signal);
  for (const { pool } of pools) epochsLeft(await demandPool(remote, pool, signal), now);
  const held = await walCoins(remote, sender, await walrus.walType(signal), frostMax, signal);
  const [base = missing(), ...rest] = held.map((coin) => tx.objectRef(coin));
  if (rest.length > 0) tx.mergeCoins(base, rest);
  const purse = tx.splitCoins(base, [frostMax])[0] ?? missing();
  for (const { pool, epochs } of pools) {
    tx.moveCall({
      target: `${now.callPackage}::system::extend_storage_pool`,
      arguments: [system(draft), tx.object(pool), tx.pure.u32(epochs), purse],
    });
  }
  tx.mergeCoins(base, [purse]);
  // Validators take no transaction that offers less than their price of the day, which may have risen by then.
  const { referenceGasPrice } = await remote.ask(
    () => remote.client.core.getReferenceGasPrice(signal ? { signal } : {}),
    signal,
  );
  tx.setGasPrice(gasPriceMargin * BigInt(referenceGasPrice));
  return { frost: frostMax };
}

/** Unused capacity leaves the pool as storage of its own, for another pool or for later. */
function splitOff(draft: Draft, { pool, shrinkBytes, into }: StepOf<'extend-pool'>, { callPackage }: WalrusNow): void {
  const { tx } = draft;
  const storage = tx.moveCall({
    target: `${callPackage}::system::decrease_storage_pool_capacity_by_size`,
    arguments: [system(draft), tx.object(pool), tx.pure.u64(shrinkBytes)],
  });
  if (into === undefined) tx.transferObjects([storage], draft.sender);
  else {
    tx.moveCall({
      target: `${callPackage}::system::increase_storage_pool_capacity_with_storage`,
      arguments: [system(draft), tx.object(into), storage],
    });
  }
}

/** SUI for WAL at the fixed rate of the first exchange that holds enough (MystenLabs' wal_exchange; test networks only). */
async function drawExchange({ tx, remote, sender, signal }: Draft, frost: bigint): Promise<Spent> {
  const { exchangeIds, network } = remote.endpoint;
  await remote.checked(signal);
  let isDry = false;
  for (const object of await remote.objects(exchangeIds, signal)) {
    if (object === undefined) continue;
    const { rate, wal } = contentOf(object, ['wal_exchange', 'Exchange'], exchangeLayout);
    const [walRate, suiRate] = [BigInt(rate.wal), BigInt(rate.sui)];
    if (walRate === 0n || suiRate === 0n) continue;
    // The contract rounds down what it gives, so what is put in is rounded up.
    const mist = (frost * suiRate + walRate - 1n) / walRate;
    isDry = true;
    if (BigInt(wal.value) < (mist * walRate) / suiRate) continue;
    const coin = tx.splitCoins(tx.gas, [mist])[0] ?? missing();
    const bought = tx.moveCall({
      target: `${parseSuiId(object.type.address)}::wal_exchange::exchange_for_wal`,
      arguments: [tx.object(object.id), coin, tx.pure.u64(mist)],
    });
    tx.moveCall({ target: '0x2::coin::destroy_zero', typeArguments: [suiType], arguments: [coin] });
    tx.transferObjects([bought], sender);
    return { mist };
  }
  if (isDry) throw new Fault('chain-refused', 'later', 'The exchanges of this network hold too little WAL just now.');
  throw new Fault('network-mismatch', 'never', `On ${network} no exchange gives WAL for SUI.`);
}
