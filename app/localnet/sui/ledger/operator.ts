/**
 * The hands of the network's operator: faucet, epochs, prices, and what the owners of nodes would do for them. Each is an ordinary signed transaction of the
 * operator's key, so that history, events and money stay whole.
 */
import { bcs } from '@mysten/sui/bcs';
import { blake2b } from '@noble/hashes/blake2.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { decodeSuiPrivateKey, messageWithIntent } from '@mysten/sui/cryptography';
import type { Executed, LedgerCore } from './core.ts';
import { readEnvelope } from './envelope.ts';
import { gasBudgetMaxMist, referenceGasPrice } from './gas.ts';
import { coinBalance } from './inputs.ts';
import type { StoredObject } from './object.ts';
import { concatBytes } from '../../../domain/bytes.ts';
import { Fault } from '../../../domain/fault.ts';
import { normalAddress } from '../move/types.ts';
import { encodeWith } from '../move/runtime.ts';
import type { NodeCapValue } from '../move/values.ts';

type Data = Extract<(typeof bcs.TransactionData)['$inferInput'], { V1: unknown }>['V1'];
type Program = Extract<Data['kind'], { ProgrammableTransaction: unknown }>['ProgrammableTransaction'];
type Item<List> = List extends Iterable<infer One> ? One : never;
type CallInput = Item<Program['inputs']>;
type CallCommand = Item<Program['commands']>;

export interface JoiningNode {
  readonly name: string;
  /** `host:port`. */
  readonly networkAddress: string;
  /** BLS12-381 key in G1, uncompressed, 96 bytes. */
  readonly publicKey: Uint8Array;
  /** secp256r1, compressed, 33 bytes. */
  readonly networkPublicKey: Uint8Array;
}

interface Programmable {
  readonly inputs: CallInput[];
  readonly commands: CallCommand[];
}

/** The largest gift of the faucet, in MIST: the operator's coin must last. */
const faucetMistMax = 1_000_000_000_000_000n;
/** Objects of one kind of the operator that are looked at: coins for the largest, capabilities for a node's. */
const ownedReadMax = 1_000;
/** Node addresses set in one transaction; a network of 100 nodes needs one. */
const addressesPerTransaction = 128;

export class Operator {
  readonly #core: LedgerCore;

  constructor(core: LedgerCore) {
    this.#core = core;
  }

  fund(recipient: string, mist: bigint): { digest: string; coinId: string } {
    if (mist <= 0n || mist > faucetMistMax) {
      throw new Fault('bad-input', 'never', `The faucet gives between 1 and ${faucetMistMax} MIST.`);
    }
    const executed = this.#send({
      inputs: [this.#pure('u64', mist), this.#pure('address', normalAddress(recipient))],
      commands: [
        { SplitCoins: { coin: { GasCoin: true }, amounts: [{ Input: 0 }] } },
        { TransferObjects: { objects: [{ NestedResult: [0, 0] }], address: { Input: 1 } } },
      ],
    });
    const effects = bcs.TransactionEffects.parse(executed.row.effects);
    const [coinId = ''] = effects.V2?.changedObjects.find(([, change]) => change.idOperation.$kind === 'Created') ?? [];
    return { digest: executed.row.digest, coinId };
  }

  advanceEpoch(): void {
    this.#call('advance_epoch', [this.#staking(), this.#system()]);
  }

  setPrices(storage: bigint, write: bigint): void {
    const prices = [this.#pure('u64', storage), this.#pure('u64', write)];
    this.#call('set_prices', [this.#staking(), this.#system(), ...prices]);
  }

  /** Fixes the next committee and prices, as anybody may when half of the epoch is over. */
  endVoting(): void {
    this.#walrus('voting_end', [this.#staking(), this.#system()]);
  }

  isSyncDone(nodeId: string, epoch: number): boolean {
    return this.#core.valueOf<NodeCapValue>(this.#storedCap(nodeId)).last_epoch_sync_done >= epoch;
  }

  syncDone(nodeId: string, epoch: number): void {
    this.#walrus('epoch_sync_done', [this.#staking(), this.#cap(nodeId), this.#pure('u32', epoch)]);
  }

  vote(nodeId: string, storage: bigint, write: bigint): void {
    const [staking, cap] = [this.#staking(), this.#cap(nodeId)];
    const given = (price: number): { Input: number }[] => [{ Input: 0 }, { Input: 1 }, { Input: price }];
    this.#send({
      inputs: [staking, cap, this.#pure('u64', storage), this.#pure('u64', write)],
      commands: [
        this.#walrusCommand('set_storage_price_vote', given(2)),
        this.#walrusCommand('set_write_price_vote', given(3)),
      ],
    });
  }

  /** Enters a node that has no stake yet. Its id on chain. */
  join({ name, networkAddress, publicKey, networkPublicKey }: JoiningNode): string {
    const texts = [this.#pure('String', name), this.#pure('String', networkAddress)];
    const keys = [publicKey, networkPublicKey].map((key) => this.#pure('vector<u8>', key));
    const given = [0, 1, 2, 3, 4, 5].map((index) => ({ Input: index }));
    const executed = this.#send({
      inputs: [this.#staking(), this.#system(), ...texts, ...keys, this.#pure('address', this.#core.operator)],
      commands: [
        this.#command('join', given),
        { TransferObjects: { objects: [{ NestedResult: [0, 0] }], address: { Input: 6 } } },
      ],
    });
    const made = bcs.TransactionEffects.parse(executed.row.effects).V2?.changedObjects ?? [];
    const ids = made.flatMap(([id, change]) => (change.idOperation.$kind === 'Created' ? [id] : []));
    const cap = ids.map((id) => this.#core.object(id)).find((object) => object?.type === this.#capType());
    if (cap === undefined) throw new Error('a node that joins gets a capability');
    return this.#core.valueOf<NodeCapValue>(cap).node_id;
  }

  leave(nodeId: string): void {
    this.#call('leave', [this.#staking(), this.#pure('ID', nodeId)]);
  }

  setStake(nodeId: string, stake: bigint): void {
    const [exchange = ''] = this.#core.identity.ids.exchangeIds;
    this.#call('set_stake', [
      this.#staking(),
      this.#shared(exchange),
      this.#pure('ID', nodeId),
      this.#pure('u64', stake),
    ]);
  }

  setAddresses(addresses: readonly (readonly [nodeId: string, address: string])[]): void {
    for (let from = 0; from < addresses.length; from += addressesPerTransaction) {
      const inputs: CallInput[] = [this.#staking()];
      const commands = addresses.slice(from, from + addressesPerTransaction).map(([nodeId, address]) => {
        const at = inputs.push(this.#pure('ID', nodeId), this.#pure('String', address)) - 2;
        return this.#command('set_network_address', [{ Input: 0 }, { Input: at }, { Input: at + 1 }]);
      });
      this.#send({ inputs, commands });
    }
  }

  #walrus(name: string, inputs: CallInput[]): void {
    const given = inputs.map((_, index) => ({ Input: index }));
    this.#send({ inputs, commands: [this.#walrusCommand(name, given)] });
  }

  #walrusCommand(name: string, given: { Input: number }[]): CallCommand {
    const { walrusCall } = this.#core.identity.packages;
    return {
      MoveCall: { package: walrusCall, module: 'staking', function: name, typeArguments: [], arguments: given },
    };
  }

  #capType(): string {
    return this.#core.world.text('walrus::storage_node::StorageNodeCap');
  }

  #storedCap(nodeId: string): StoredObject {
    const core = this.#core;
    const caps = core.database.ownedOfType(core.operator, this.#capType(), '', ownedReadMax);
    const cap = caps.find((object) => core.valueOf<NodeCapValue>(object).node_id === nodeId);
    if (cap === undefined) throw new Error('the operator has the capability of every node');
    return cap;
  }

  /** The capability by which the operator speaks for a node. */
  #cap(nodeId: string): CallInput {
    const cap = this.#storedCap(nodeId);
    return { Object: { ImmOrOwnedObject: { objectId: cap.id, version: cap.version, digest: cap.digest } } };
  }

  #call(name: string, inputs: CallInput[]): void {
    const given = inputs.map((_, index) => ({ Input: index }));
    this.#send({ inputs, commands: [this.#command(name, given)] });
  }

  #command(name: string, given: { Input: number }[]): CallCommand {
    const { operator } = this.#core.identity.packages;
    return { MoveCall: { package: operator, module: 'network', function: name, typeArguments: [], arguments: given } };
  }

  #pure(type: string, value: unknown): CallInput {
    const { world } = this.#core;
    return { Pure: { bytes: encodeWith(world.codec(world.type(type)), value) } };
  }

  #system(): CallInput {
    return this.#shared(this.#core.identity.ids.systemObjectId);
  }

  #staking(): CallInput {
    return this.#shared(this.#core.identity.ids.stakingObjectId);
  }

  #shared(objectId: string): CallInput {
    return { Object: { SharedObject: { objectId, initialSharedVersion: 1, mutable: true } } };
  }

  #send(program: Programmable): Executed {
    const core = this.#core;
    const coin = this.#purse();
    const bytes = bcs.TransactionData.serialize({
      V1: {
        kind: { ProgrammableTransaction: program },
        sender: core.operator,
        gasData: {
          payment: [{ objectId: coin.id, version: coin.version, digest: coin.digest }],
          owner: core.operator,
          price: referenceGasPrice,
          budget: gasBudgetMaxMist,
        },
        expiration: { None: true },
      },
    }).toBytes();
    const executed = core.submit(readEnvelope(bytes), [this.#sign(bytes)]);
    const effects = bcs.TransactionEffects.parse(executed.row.effects);
    if (effects.V2?.status.$kind !== 'Success') {
      throw new Error(`the operator's transaction failed: ${JSON.stringify(effects.V2?.status)}`);
    }
    return executed;
  }

  /** The operator's largest coin: anybody may have sent it small ones. */
  #purse(): StoredObject {
    const { database, operator, world } = this.#core;
    const coins = database.ownedOfType(operator, world.text('Coin<SUI>'), '', ownedReadMax);
    const balanceOf = (coin: StoredObject | undefined): bigint => (coin ? coinBalance(coin.contents) : 0n);
    const largest = coins.reduce<StoredObject | undefined>((best, coin) => {
      return balanceOf(coin) > balanceOf(best) ? coin : best;
    }, undefined);
    if (!largest) throw new Error('the operator has a coin');
    return largest;
  }

  /** Ed25519 without a promise: the operator acts inside synchronous calls. */
  #sign(bytes: Uint8Array): Uint8Array {
    const { operator } = this.#core.identity;
    const { secretKey } = decodeSuiPrivateKey(operator.getSecretKey());
    const digest = blake2b(messageWithIntent('TransactionData', bytes), { dkLen: 32 });
    return concatBytes(Uint8Array.of(0), ed25519.sign(digest, secretKey), operator.getPublicKey().toRawBytes());
  }
}
