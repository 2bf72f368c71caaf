/**
 * A small network for tests: a ledger with a virtual clock, nodes that are only keys, and an account with money behind the official client.
 * Nothing here runs in the product.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import type { SuiClientTypes } from '@mysten/sui/client';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Inputs, Transaction } from '@mysten/sui/transactions';
import { openLedger, suiFetch } from './sui.ts';
import type { GenesisOptions, Ledger } from './sui.ts';
import { bcs } from '@mysten/sui/bcs';
import { blake2b } from '@noble/hashes/blake2.js';
import type { Clock, Dice } from '../../domain/clock.ts';

const { longSignatures } = bls12_381;

interface TrialClock extends Clock {
  /** Moves the time; nothing else does. */
  advance(ms: number): void;
}

export function trialClock(startMs = 1_700_000_000_000): TrialClock {
  let now = startMs;
  return {
    now: () => now,
    steady: () => now,
    sleep: () => Promise.reject(new Error('nothing in the ledger sleeps')),
    advance: (ms) => {
      now += ms;
    },
  };
}

const trialDice: Dice = { bytes: (length) => new Uint8Array(length), fraction: () => 0.5 };

/** Secret keys of the trial nodes, made once: deriving a public key takes milliseconds. */
const nodeKeys = Array.from({ length: 4 }, (_, index) => {
  const { secretKey } = longSignatures.keygen(new Uint8Array(48).fill(index + 1));
  return { secretKey, publicKey: longSignatures.getPublicKey(secretKey).toBytes(false) };
});

export const epochMs = 86_400_000;

function trialGenesis(changes: Partial<GenesisOptions> = {}): GenesisOptions {
  const shards = [3, 3, 2, 2];
  return {
    nodes: nodeKeys.map(({ publicKey }, index) => ({
      name: `node ${index}`,
      networkAddress: `127.0.0.1:9000/n${index}`,
      publicKey,
      networkPublicKey: new Uint8Array(33).fill(2),
      shards: shards[index] ?? 1,
    })),
    epochDurationMs: epochMs,
    storagePrice: 1_000n,
    writePrice: 2_000n,
    seed: new Uint8Array(32).fill(7),
    ...changes,
  };
}

interface TrialOptions {
  readonly file?: string;
  readonly genesis?: Partial<GenesisOptions>;
  readonly clock?: TrialClock;
}

export interface Trial {
  readonly ledger: Ledger;
  readonly clock: TrialClock;
  readonly client: SuiGrpcClient;
}

export function openTrial({ file = ':memory:', genesis, clock = trialClock() }: TrialOptions = {}): Trial {
  const ledger = openLedger({ file, genesis: trialGenesis(genesis), clock, dice: trialDice });
  return { ledger, clock, client: clientOf(ledger) };
}

/** The official client over the memory door. */
export function clientOf(ledger: Ledger): SuiGrpcClient {
  return new SuiGrpcClient({ network: 'testnet', baseUrl: 'http://ledger.invalid', fetch: suiFetch(ledger) });
}

export type Result = SuiClientTypes.Transaction<{
  effects: true;
  objectTypes: true;
  events: true;
  balanceChanges: true;
}>;

export class TrialAccount {
  readonly trial: Trial;
  readonly keypair: Ed25519Keypair;
  readonly address: string;

  constructor(trial: Trial, number = 1) {
    this.trial = trial;
    this.keypair = Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(number));
    this.address = this.keypair.toSuiAddress();
  }

  /** An account with SUI, and as much WAL. */
  static async rich(trial: Trial, number = 1): Promise<TrialAccount> {
    const account = new TrialAccount(trial, number);
    trial.ledger.fund(account.address, 2_000_000_000_000n);
    await account.succeed((tx) => {
      const [sui] = tx.splitCoins(tx.gas, [1_000_000_000_000n]);
      const { exchangePackageId, exchangeIds } = trial.ledger.ids;
      const target = `${exchangePackageId}::wal_exchange::exchange_all_for_wal` as const;
      const wal = tx.moveCall({ target, arguments: [tx.object(exchangeIds[0] ?? ''), sui] });
      tx.transferObjects([wal], account.address);
    });
    return account;
  }

  /** Signs and executes with a fixed budget, so that a program that fails is executed and not only simulated. */
  async run(build: (tx: Transaction) => void, budgetMist = 1_000_000_000): Promise<Result> {
    const tx = new Transaction();
    tx.setSender(this.address);
    tx.setGasBudget(budgetMist);
    const { objects } = await this.trial.client.core.listCoins({ owner: this.address });
    tx.setGasPayment(objects.map(({ objectId, version, digest }) => ({ objectId, version, digest })));
    tx.setGasPrice(1_000);
    build(tx);
    tx.addBuildPlugin((data, _, next) => {
      data.inputs.forEach((input, index) => {
        if (input.$kind === 'UnresolvedObject') data.inputs[index] = this.#reference(input.UnresolvedObject.objectId);
      });
      return next();
    });
    return this.submit(await tx.build({ client: this.trial.client }));
  }

  /** An input with its reference, so that building asks no simulation. */
  #reference(id: string): ReturnType<typeof Inputs.ObjectRef> {
    const object = this.trial.ledger.core.object(id);
    if (!object) throw new Error(`${id} is not on the ledger`);
    if (object.owner.kind !== 'shared') {
      return Inputs.ObjectRef({ objectId: id, version: object.version.toString(), digest: object.digest });
    }
    const initialSharedVersion = object.owner.initialVersion.toString();
    return Inputs.SharedObjectRef({ objectId: id, initialSharedVersion, mutable: true });
  }

  async submit(bytes: Uint8Array): Promise<Result> {
    const { signature } = await this.keypair.signTransaction(bytes);
    const result = await this.trial.client.core.executeTransaction({
      transaction: bytes,
      signatures: [signature],
      include: { effects: true, objectTypes: true, events: true, balanceChanges: true },
    });
    const done = result.Transaction ?? result.FailedTransaction;
    return done;
  }

  async succeed(build: (tx: Transaction) => void): Promise<Result> {
    const result = await this.run(build);
    if (!result.status.success) throw new Error(`the transaction failed: ${result.status.error.message}`);
    return result;
  }

  /** Why a program failed, as the SDK words it. */
  async failure(build: (tx: Transaction) => void): Promise<string> {
    const result = await this.run(build);
    if (result.status.success) throw new Error('the transaction succeeded');
    return result.status.error.message;
  }

  async coins(coinType: string): Promise<SuiClientTypes.Coin[]> {
    const { objects } = await this.trial.client.core.listCoins({ owner: this.address, coinType });
    return objects;
  }

  async balance(coinType: string): Promise<bigint> {
    const { balance } = await this.trial.client.core.getBalance({ owner: this.address, coinType });
    return BigInt(balance.balance);
  }
}

export const walType = (ledger: Ledger): string => `${ledger.ids.walPackageId}::wal::WAL`;

/** The one object of a type that a transaction created. */
export function created(result: Result, typeEnd: string): string {
  const found = result.effects.changedObjects.filter(
    (change) => change.idOperation === 'Created' && result.objectTypes[change.objectId]?.endsWith(typeEnd),
  );
  const [only] = found;
  if (found.length !== 1 || !only) throw new Error(`${found.length} objects of type ${typeEnd} were created`);
  return only.objectId;
}

/** A blob of some content that no node ever sees: the chain checks only that id, root and size belong together. */
export function trialBlob(name: number, size = 1_000): { blobId: bigint; rootHash: bigint; size: number } {
  const rootHash = BigInt(name) * 1_000_003n + 17n;
  const preimage = bcs.tuple([bcs.u8(), bcs.u64(), bcs.u256()]).serialize([1, size, rootHash]).toBytes();
  return { blobId: BigInt(bcs.u256().parse(blake2b(preimage, { dkLen: 32 }))), rootHash, size };
}

/** Bytes of `size` encoded on the ten shards of the trial network: symbols of 28 per matrix, plus metadata on each shard. */
export const trialEncodedBytes = 10 * ((4 + 7) * 36 + 64 * 10 + 32);

export interface Certificate {
  readonly signature: Uint8Array;
  readonly bitmap: Uint8Array;
  readonly message: Uint8Array;
}

/** A certificate by some of the nodes (indices as in genesis) over a confirmation for this epoch. */
export function certify(
  ledger: Ledger,
  blobId: bigint,
  objectId: string | undefined,
  { signers = [0, 1, 2, 3], epoch = ledger.epoch(), type = 1, app = 3 } = {},
): Certificate {
  const head = bcs.tuple([bcs.u8(), bcs.u8(), bcs.u8(), bcs.u32(), bcs.u256()]);
  const start = head.serialize([type, 0, app, epoch, blobId]).toBytes();
  const tail =
    objectId === undefined ? Uint8Array.of(0) : Uint8Array.of(1, ...bcs.Address.serialize(objectId).toBytes());
  const message = Uint8Array.from([...start, ...(type === 1 ? tail : [])]);
  const hashed = longSignatures.hash(message);
  const keys = signers.flatMap((index) => nodeKeys[index] ?? []);
  const signature = longSignatures.aggregateSignatures(
    keys.map(({ secretKey }) => longSignatures.sign(hashed, secretKey)),
  );
  const bitmap = new Uint8Array(1);
  ledger.committee().members.forEach((member, bit) => {
    const number = Number(member.name.split(' ')[1]);
    if (signers.includes(number)) bitmap[0] = (bitmap[0] ?? 0) | (1 << bit);
  });
  return { signature: signature.toBytes(), bitmap, message };
}
