/**
 * The `Chain` port over plain memory: what of Sui and Walrus the engine can tell apart, in a tenth of the time of the embedded one. Transactions are exact
 * bytes with a digest, one account's run in the order in which they were built, and each runs once or never.
 */
import { createHash } from 'node:crypto';
import type { BlobId } from '../../app/domain/blob-id.ts';
import { sameBytes, toHex } from '../../app/domain/bytes.ts';
import type { Clock } from '../../app/domain/clock.ts';
import type { Committee, NetworkState } from '../../app/domain/committee.ts';
import { Fault } from '../../app/domain/fault.ts';
import { parseSuiId, type SuiId } from '../../app/domain/ids.ts';
import { confirmationMessage } from '../../app/domain/sliver-form.ts';
import type { Bag, BagEntry, Chain, ChainStep, HeadMove, Outcome } from '../../app/ports/chain.ts';
import { bls12381_min_pk_verify_aggregate } from './model-bls.ts';

const epochMs = 86_400_000;
const epochsAheadMax = 53;
const unitBytes = 1_048_576;
const storagePrice = 11_000n;
const writePrice = 20_000n;
const gasMist = 2_000_000n;
const giftMist = 10_000_000_000n;

interface ModelBlob {
  readonly blobId: BlobId;
  readonly objectId: SuiId;
  readonly unencodedBytes: number;
  readonly encodedBytes: number;
  readonly registeredEpoch: number;
  certifiedEpoch: number | undefined;
}

interface ModelPool {
  readonly id: SuiId;
  capacityBytes: number;
  usedBytes: number;
  readonly startEpoch: number;
  endEpoch: number;
  readonly blobs: Map<BlobId, ModelBlob>;
}

interface ModelBag {
  readonly id: SuiId;
  readonly owner: SuiId;
  readonly madeAt: bigint;
  version: bigint;
  entries: readonly BagEntry[];
}

interface Account {
  frost: bigint;
  mist: bigint;
  /** Of its gas coin: a transaction runs on exactly the one that it was built for. */
  version: number;
}

/** What was bought, by which transaction. */
export interface Purchase {
  readonly digest: string;
  readonly pool: SuiId;
  readonly blob: BlobId | undefined;
}

export interface ModelLedger {
  readonly chain: Chain;
  readonly purchases: Purchase[];
  epoch(): number;
  advanceEpoch(): void;
  fund(address: SuiId, mist: bigint): void;
  /** The object under which a blob is registered, when it is. */
  isRegistered(blob: BlobId, object: SuiId | undefined): boolean;
}

interface Built {
  readonly step: ChainStep;
  readonly sender: SuiId;
  readonly version: number;
  readonly frost: bigint;
}

/** A transaction that the chain refuses costs its gas and does nothing. */
class Abort extends Error {}

const units = (bytes: number): bigint => BigInt(Math.ceil(bytes / unitBytes));
const plain = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? toHex(value) : typeof value === 'bigint' ? value.toString() : value;

export function openModelLedger(clock: Clock, committeeAt: (epoch: number) => Committee): ModelLedger {
  const pools = new Map<SuiId, ModelPool>();
  const bags: ModelBag[] = [];
  const accounts = new Map<SuiId, Account>();
  const built = new Map<string, Built>();
  const outcomes = new Map<string, Outcome>();
  const purchases: Purchase[] = [];
  let epoch = 1;
  let epochStartMs = clock.now();
  let objects = 0;
  let changes = 0n;

  const accountOf = (address: SuiId): Account => {
    const known = accounts.get(address) ?? { frost: 0n, mist: 0n, version: 0 };
    accounts.set(address, known);
    return known;
  };
  const newId = (): SuiId => parseSuiId(createHash('sha256').update(`object ${++objects}`).digest('hex'));
  const poolOf = (id: SuiId): ModelPool => {
    const pool = pools.get(id);
    if (pool === undefined || pool.endEpoch <= epoch) throw new Abort('EPoolExpired');
    return pool;
  };
  const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const stateOf = ({ version, id }: ModelBag): Bag['state'] => ({ version, digest: `${id} ${version}` });

  const writePriceOf = (step: ChainStep): bigint =>
    step.kind === 'register' ? units(step.blob.encodedBytes) * writePrice : 0n;

  function price(step: ChainStep): bigint {
    switch (step.kind) {
      case 'register': {
        const end = step.pool === undefined ? epoch + step.epochsAhead : (pools.get(step.pool)?.endEpoch ?? epoch);
        const storage = units(step.growBytes) * storagePrice * BigInt(Math.max(0, end - epoch));
        return storage + writePriceOf(step);
      }
      case 'extend-pool': {
        const kept = (pools.get(step.pool)?.capacityBytes ?? 0) - step.shrinkBytes;
        return units(kept) * storagePrice * BigInt(step.epochs);
      }
      default:
        return 0n;
    }
  }

  function moveHead(sender: SuiId, { bag: id, entry, replaces }: HeadMove): () => void {
    const bag = bags.find((one) => one.id === id && one.owner === sender);
    if (bag === undefined) throw new Abort('ENoBag');
    const rest = bag.entries.filter(({ key }) => !sameBytes(key, entry.key));
    if (rest.length < bag.entries.length !== replaces) throw new Abort('EFieldDoesNotExist');
    return () => {
      bag.entries = [...rest, entry];
      bag.version = ++changes;
    };
  }

  type Made = Partial<Pick<Outcome, 'createdPool' | 'createdBag' | 'registeredBlob'>>;

  function register(digest: string, step: Extract<ChainStep, { kind: 'register' }>): () => Made {
    const { blob, growBytes } = step;
    const standing = step.pool === undefined ? undefined : poolOf(step.pool);
    const free = standing === undefined ? growBytes : standing.capacityBytes - standing.usedBytes + growBytes;
    if (free < blob.encodedBytes) throw new Abort('EPoolFull');
    if (standing?.blobs.has(blob.blobId) === true) throw new Abort('EBlobExists');
    return () => {
      const pool = standing ?? {
        id: newId(),
        capacityBytes: 0,
        usedBytes: 0,
        startEpoch: epoch,
        endEpoch: epoch + step.epochsAhead,
        blobs: new Map(),
      };
      pools.set(pool.id, pool);
      if (standing === undefined) purchases.push({ digest, pool: pool.id, blob: undefined });
      pool.capacityBytes += growBytes;
      pool.usedBytes += blob.encodedBytes;
      const objectId = newId();
      const { blobId, unencodedBytes, encodedBytes } = blob;
      const made = {
        blobId,
        objectId,
        unencodedBytes,
        encodedBytes,
        registeredEpoch: epoch,
        certifiedEpoch: undefined,
      };
      pool.blobs.set(blobId, made);
      purchases.push({ digest, pool: pool.id, blob: blobId });
      return { createdPool: standing === undefined ? pool.id : undefined, registeredBlob: objectId };
    };
  }

  function certify(sender: SuiId, step: Extract<ChainStep, { kind: 'certify' }>): () => Made {
    const { members, shards } = committeeAt(epoch);
    const pool = poolOf(step.pool);
    const blobs = step.blobs.map(({ blobId, certificate }) => {
      const blob = pool.blobs.get(blobId);
      if (blob === undefined) throw new Abort('ENotRegistered');
      if (blob.certifiedEpoch !== undefined) throw new Abort('EAlreadyCertified');
      const { message, signature, signerBitmap } = certificate;
      if (!sameBytes(message, confirmationMessage(epoch, blobId, blob.objectId))) throw new Abort('EIncorrectEpoch');
      const signers = members.filter((_, i) => (((signerBitmap[i >> 3] ?? 0) >> (i & 7)) & 1) === 1);
      const weight = signers.reduce((sum, member) => sum + member.shards.length, 0);
      if (3 * weight < 2 * shards + 1) throw new Abort('ENotEnoughStake');
      const keys = signers.map(({ publicKey }) => publicKey);
      if (!bls12381_min_pk_verify_aggregate(keys, message, signature)) throw new Abort('ESigVerification');
      return blob;
    });
    const move = step.head && moveHead(sender, step.head);
    return () => {
      for (const blob of blobs) blob.certifiedEpoch = epoch;
      move?.();
      return {};
    };
  }

  /** Looks whether a step can run now; the result runs it. */
  function attempt(digest: string, sender: SuiId, step: ChainStep): () => Made {
    switch (step.kind) {
      case 'make-bag':
        return () => {
          const bag = { id: newId(), owner: sender, madeAt: ++changes, version: changes, entries: step.entries };
          bags.push(bag);
          return { createdBag: bag.id };
        };
      case 'put-entry': {
        const move = moveHead(sender, step.move);
        return () => {
          move();
          return {};
        };
      }
      case 'register':
        return register(digest, step);
      case 'certify':
        return certify(sender, step);
      case 'extend-pool': {
        const pool = poolOf(step.pool);
        const into = step.into === undefined ? undefined : poolOf(step.into);
        if (pool.capacityBytes - pool.usedBytes < step.shrinkBytes) throw new Abort('EPoolInUse');
        return () => {
          pool.endEpoch += step.epochs;
          pool.capacityBytes -= step.shrinkBytes;
          if (into) into.capacityBytes += step.shrinkBytes;
          return {};
        };
      }
      case 'extend-later':
        throw new Error('vouchers are not simulated');
      case 'delete-blobs': {
        const pool = poolOf(step.pool);
        const blobs = step.blobIds.map((id) => {
          const blob = pool.blobs.get(id);
          if (blob === undefined) throw new Abort('ENotRegistered');
          return blob;
        });
        const move = step.entry && moveHead(sender, step.entry);
        return () => {
          for (const { blobId, encodedBytes } of blobs) {
            pool.blobs.delete(blobId);
            pool.usedBytes -= encodedBytes;
          }
          move?.();
          return {};
        };
      }
      case 'exchange':
        return () => {
          const account = accountOf(sender);
          account.mist -= step.frost;
          account.frost += step.frost;
          return {};
        };
    }
  }

  const seenOf = (step: ChainStep): HeadMove | undefined => {
    if (step.kind === 'certify') return step.head;
    if (step.kind === 'delete-blobs') return step.entry;
    return step.kind === 'put-entry' ? step.move : undefined;
  };
  /** An object of another version than the transaction names: it can never run. */
  const isStale = (step: ChainStep): boolean => {
    const move = seenOf(step);
    const bag = bags.find(({ id }) => id === move?.bag);
    return move?.seen !== undefined && bag?.version !== move.seen.version;
  };

  const chain: Chain = {
    async network(): Promise<NetworkState> {
      return {
        committee: committeeAt(epoch),
        previousCommittee: undefined,
        isChanging: false,
        epoch,
        epochDurationMs: epochMs,
        nextEpochAtMs: epochStartMs + epochMs,
        epochsAheadMax,
        storagePrice,
        writePrice,
      };
    },
    async balances(address) {
      const { frost, mist } = accountOf(address);
      return { frost, mist };
    },
    async bags(address) {
      return bags
        .filter(({ owner }) => owner === address)
        .map((bag) => ({ id: bag.id, version: bag.madeAt, state: stateOf(bag), entries: bag.entries }));
    },
    bagStates: async (ids) => new Map(bags.filter(({ id }) => ids.includes(id)).map((bag) => [bag.id, stateOf(bag)])),
    isUsed: async (address) =>
      accounts.has(address) && (accountOf(address).mist > 0n || accountOf(address).version > 0),
    async pool(id) {
      const pool = pools.get(id);
      if (pool === undefined) return undefined;
      const { capacityBytes, usedBytes, startEpoch, endEpoch, blobs } = pool;
      return { id, capacityBytes, usedBytes, startEpoch, endEpoch, blobCount: blobs.size };
    },
    async *pooledBlobs(id) {
      yield [...(pools.get(id)?.blobs.values() ?? [])].map((blob) => ({ ...blob, deletable: true }));
    },
    async pooledBlob(id, blobId) {
      const blob = pools.get(id)?.blobs.get(blobId);
      return blob && { ...blob, deletable: true };
    },
    certifiedEvent: async () => undefined,
    timeMs: async () => clock.now(),
    async prepare(step, sender) {
      const account = accountOf(sender);
      const frost = price(step);
      const mist = gasMist + (step.kind === 'exchange' ? step.frost : 0n);
      if (account.frost < frost || account.mist < mist)
        throw new Fault('money-short', 'after-user', 'There is not enough money for this.');
      if (isStale(step))
        throw new Fault('chain-stale', 'now', 'Something that this uses changed on chain at the same moment.');
      const { version } = account;
      const transaction = Uint8Array.from(Buffer.from(JSON.stringify({ step, sender, version, frost }, plain)));
      const digest = digestOf(transaction);
      try {
        attempt(digest, sender, step);
      } catch (error) {
        if (!(error instanceof Abort)) throw error;
        throw new Fault('transaction-failed', 'later', `The chain refuses this: ${error.message}.`);
      }
      built.set(digest, { step, sender, version, frost });
      return { transaction, digest, cost: { frost, mist, writeFrost: writePriceOf(step) } };
    },
    async send(transaction) {
      const digest = digestOf(transaction);
      const known = outcomes.get(digest);
      if (known) return known;
      const found = built.get(digest);
      if (found === undefined) throw new Fault('chain-refused', 'never', 'Nobody built this transaction.');
      const { step, sender, version, frost } = found;
      const account = accountOf(sender);
      if (version !== account.version || isStale(step))
        throw new Fault('chain-stale', 'never', 'What this transaction uses has changed on chain since it was made.');
      account.version++;
      account.mist -= gasMist;
      const gas = { gasMist, computationMist: gasMist, depositMist: 0n, rebateMist: 0n };
      const nothing = { createdPool: undefined, createdBag: undefined, registeredBlob: undefined };
      let outcome: Outcome;
      try {
        const run = attempt(digest, sender, step);
        // Exact payments: another price than the one that was signed is no payment.
        if (price(step) !== frost) throw new Abort('EPrice');
        account.frost -= frost;
        const made = run();
        const paid = step.kind === 'exchange' ? -step.frost : frost;
        const mist = gasMist + (step.kind === 'exchange' ? step.frost : 0n);
        outcome = { digest, isSuccess: true, failure: undefined, ...gas, mist, frost: paid, ...nothing, ...made };
      } catch (error) {
        if (!(error instanceof Abort)) throw error;
        const { message: failure } = error;
        outcome = { digest, isSuccess: false, failure, ...gas, mist: gasMist, frost: 0n, ...nothing };
      }
      outcomes.set(digest, outcome);
      return outcome;
    },
    outcome: async (digest) => outcomes.get(digest),
    async faucet(address) {
      accountOf(address).mist += giftMist;
    },
  };
  return {
    chain,
    purchases,
    epoch: () => epoch,
    advanceEpoch() {
      epoch++;
      epochStartMs = clock.now();
    },
    fund(address, mist) {
      accountOf(address).mist += mist;
    },
    isRegistered: (blob, object) =>
      [...pools.values()].some(({ blobs }) => object === undefined || blobs.get(blob)?.objectId === object),
  };
}
