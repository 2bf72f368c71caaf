import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bcs } from '@mysten/sui/bcs';
import { MultiSigPublicKey } from '@mysten/sui/multisig';
import { Secp256k1Keypair } from '@mysten/sui/keypairs/secp256k1';
import { Secp256r1Keypair } from '@mysten/sui/keypairs/secp256r1';
import { Inputs, Transaction } from '@mysten/sui/transactions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite } from './sqlite.ts';
import { TrialAccount, clientOf, epochMs, openTrial, trialClock, walType } from '../trial-network.ts';
import type { Trial } from '../trial-network.ts';

const bob = `0x${'b'.repeat(64)}`;
let folder: string;
let trial: Trial;
let account: TrialAccount;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'floe-ledger-'));
  trial = openTrial();
  account = await TrialAccount.rich(trial);
});
afterAll(() => {
  trial.ledger.close();
  rmSync(folder, { recursive: true });
});

const give = (tx: Transaction, mist = 1n): void => {
  const [coin] = tx.splitCoins(tx.gas, [mist]);
  tx.transferObjects([coin], bob);
};

async function signed(build: (tx: Transaction) => void): Promise<{ bytes: Uint8Array; signature: string }> {
  const tx = new Transaction();
  tx.setSender(account.address);
  build(tx);
  const bytes = await tx.build({ client: trial.client });
  return { bytes, signature: (await account.keypair.signTransaction(bytes)).signature };
}

const execute = (bytes: Uint8Array, ...signatures: string[]) =>
  trial.client.core.executeTransaction({ transaction: bytes, signatures, include: { effects: true } });

describe('executing a transaction', () => {
  it('gives the first result when the same one comes again, and charges once', async () => {
    const { bytes, signature } = await signed(give);
    const first = await execute(bytes, signature);
    const balance = await account.balance('0x2::sui::SUI');
    const second = await execute(bytes, signature);
    expect(second.Transaction?.effects.bcs).toEqual(first.Transaction?.effects.bcs);
    expect(await account.balance('0x2::sui::SUI')).toBe(balance);
  });

  it('writes effects that parse again and agree with what the RPC shows', async () => {
    const { bytes, signature } = await signed(give);
    const { Transaction: done } = await execute(bytes, signature);
    const { V2: effects } = bcs.TransactionEffects.parse(done?.effects.bcs ?? new Uint8Array());
    expect(effects?.transactionDigest).toBe(done?.digest);
    expect(bcs.TransactionEffects.serialize({ V2: effects ?? (undefined as never) }).toBytes()).toEqual(
      done?.effects.bcs,
    );
    expect(effects?.changedObjects.map(([id]) => id)).toEqual(done?.effects.changedObjects.map((one) => one.objectId));
  });

  it('refuses a stale version of an owned object and names the current one', async () => {
    const before = await signed(give);
    await account.succeed(give);
    await expect(execute(before.bytes, before.signature)).rejects.toThrow(
      /is unavailable for consumption, current version/,
    );
  });

  it('refuses an object of somebody else', async () => {
    const [theirs] = (await trial.client.core.listCoins({ owner: bob })).objects;
    const { objectId = '', version = '', digest = '' } = theirs ?? {};
    const attempt = account.run((tx) =>
      tx.transferObjects([tx.object(Inputs.ObjectRef({ objectId, version, digest }))], bob),
    );
    await expect(attempt).rejects.toThrow(/is owned by account address/);
  });

  it('refuses a wrong signature, a foreign one, none, and two', async () => {
    const { bytes, signature } = await signed(give);
    const stranger = new TrialAccount(trial, 9);
    const foreign = (await stranger.keypair.signTransaction(bytes)).signature;
    const other = (await account.keypair.signTransaction((await signed((tx) => give(tx, 5n))).bytes)).signature;
    await expect(execute(bytes, other)).rejects.toThrow(/Signature is not valid/);
    await expect(execute(bytes, foreign)).rejects.toThrow(/not signed by the correct sender/);
    await expect(execute(bytes)).rejects.toThrow(/Expect 1 signer signatures but got 0/);
    await expect(execute(bytes, signature, signature)).rejects.toThrow(/Expect 1 signer signatures but got 2/);
    await expect(execute(bytes, 'AAAA')).rejects.toThrow(/Signature is not valid/);
  });

  it('refuses bytes that are no transaction, or are more than one', async () => {
    const { bytes, signature } = await signed(give);
    await expect(execute(Uint8Array.from([...bytes, 0]), signature)).rejects.toThrow(/unable to deserialize/);
    await expect(execute(bytes.subarray(0, 40), signature)).rejects.toThrow(/unable to deserialize/);
    await expect(execute(new Uint8Array(200_000), signature)).rejects.toThrow(/exceeds the limit/);
  });

  it('refuses what has expired, and what is for another chain', async () => {
    const expired = await signed((tx) => {
      give(tx);
      tx.setExpiration({ Epoch: 1 });
    });
    const elsewhere = signed((tx) => {
      give(tx);
      const chain = '4btiuiMPvEENsttpZC7CZ53DruC3MAgfznDbASZ7DR6S';
      const window = { minEpoch: null, maxEpoch: null, minTimestamp: null, maxTimestamp: null, chain, nonce: 1 };
      tx.setExpiration({ ValidDuring: window });
    });
    await expect(elsewhere).rejects.toThrow(/Invalid chain id/);
    trial.ledger.advanceEpoch();
    await expect(execute(expired.bytes, expired.signature)).rejects.toThrow(/Transaction Expired/);
  });

  it('refuses a gas price under the reference price, a budget out of range, and too little money', async () => {
    const fail = (change: (tx: Transaction) => void) =>
      account.run((tx) => {
        give(tx);
        change(tx);
      });
    await expect(fail((tx) => tx.setGasPrice(999))).rejects.toThrow(/under reference gas price/);
    await expect(fail((tx) => tx.setGasBudget(999))).rejects.toThrow(/lower than min/);
    await expect(fail((tx) => tx.setGasBudget(50_000_000_001n))).rejects.toThrow(/higher than max/);
    const poor = new TrialAccount(trial, 40);
    trial.ledger.fund(poor.address, 5_000_000n);
    await expect(poor.run(give)).rejects.toThrow(/lower than the needed amount/);
  });

  it.each([
    ['secp256k1', Secp256k1Keypair.fromSecretKey(new Uint8Array(32).fill(3))],
    ['secp256r1', Secp256r1Keypair.fromSecretKey(new Uint8Array(32).fill(3))],
  ])('accepts a %s signature', async (_, keypair) => {
    const sender = keypair.toSuiAddress();
    trial.ledger.fund(sender, 1_000_000_000n);
    const tx = new Transaction();
    give(tx);
    const result = await keypair.signAndExecuteTransaction({ transaction: tx, client: trial.client });
    expect(result.Transaction?.status.success).toBe(true);
  });

  it('accepts a multisig, and gas paid by a sponsor', async () => {
    const other = new TrialAccount(trial, 5);
    const publicKey = MultiSigPublicKey.fromPublicKeys({
      threshold: 2,
      publicKeys: [account, other].map(({ keypair }) => ({ publicKey: keypair.getPublicKey(), weight: 1 })),
    });
    const tx = new Transaction();
    tx.setSender(publicKey.toSuiAddress());
    tx.setGasOwner(account.address);
    const bag = tx.moveCall({ target: '0x2::bag::new' });
    tx.transferObjects([bag], bob);
    const bytes = await tx.build({ client: trial.client });
    const parts = await Promise.all([account, other].map(({ keypair }) => keypair.signTransaction(bytes)));
    const [sponsor] = parts;
    const combined = publicKey.combinePartialSignatures(parts.map(({ signature }) => signature));
    const { Transaction: done } = await execute(bytes, combined, sponsor?.signature ?? '');
    expect(done?.status.success).toBe(true);
  });
});

describe('epochs', () => {
  it('end by the clock, and nodes hear of it', () => {
    const { ledger, clock } = openTrial();
    const heard: string[] = [];
    ledger.onEvent((events) =>
      heard.push(
        ...events.map(
          (event) => `${event.type} ${'epoch' in event.fields ? event.fields.epoch : event.fields.next_epoch}`,
        ),
      ),
    );
    expect(ledger.tick()).toBe(false);
    clock.advance(epochMs);
    expect(ledger.tick()).toBe(true);
    expect(heard.slice(-2)).toEqual(['EpochChangeStart 2', 'EpochChangeDone 2']);
    expect(ledger.committee()).toMatchObject({ epoch: 2, shards: 10 });
    expect(ledger.previousCommittee()?.members).toEqual(ledger.committee().members);
    expect(ledger.nextEpochAtMs()).toBe(clock.now() + epochMs);
    ledger.close();
  });

  it('pay what was earned to the nodes and lose none of it', async () => {
    const one = openTrial();
    const rich = await TrialAccount.rich(one);
    const [coin] = await rich.coins(walType(one.ledger));
    await rich.succeed((tx) => {
      const { walrusCallPackageId, systemObjectId } = one.ledger.ids;
      const target = `${walrusCallPackageId}::system::reserve_space` as const;
      const given = [
        tx.object(systemObjectId),
        tx.pure.u64(7_000_000),
        tx.pure.u32(2),
        tx.object(coin?.objectId ?? ''),
      ];
      tx.transferObjects([tx.moveCall({ target, arguments: given })], rich.address);
    });
    const slots = () =>
      one.ledger.core.system().future_accounting.ring_buffer.reduce((sum, s) => sum + s.rewards_to_distribute, 0n);
    expect(slots()).toBe(14_000n);
    one.ledger.advanceEpoch();
    expect(slots()).toBe(7_000n);
    expect(one.ledger.core.system().used_capacity_size).toBe(7_000_000n);
    one.ledger.advanceEpoch();
    one.ledger.advanceEpoch();
    expect(one.ledger.core.system().used_capacity_size).toBe(0n);
    const earned = one.ledger.committee().members.map(({ nodeId }) => {
      const stored = one.ledger.core.object(nodeId);
      return stored ? one.ledger.core.valueOf<{ rewards_pool: bigint }>(stored).rewards_pool : 0n;
    });
    expect(earned.reduce((sum, part) => sum + part, 0n)).toBe(14_000n);
    one.ledger.close();
  });

  it('may be ended by anybody once they are over, and not before', async () => {
    const one = openTrial();
    const rich = await TrialAccount.rich(one);
    const end = (tx: Transaction): void => {
      const { walrusCallPackageId, stakingObjectId, systemObjectId } = one.ledger.ids;
      const target = `${walrusCallPackageId}::staking::initiate_epoch_change` as const;
      tx.moveCall({ target, arguments: [tx.object(stakingObjectId), tx.object(systemObjectId)] });
    };
    const endVoting = (tx: Transaction): void => {
      const { walrusCallPackageId, stakingObjectId, systemObjectId } = one.ledger.ids;
      const target = `${walrusCallPackageId}::staking::voting_end` as const;
      tx.moveCall({ target, arguments: [tx.object(stakingObjectId), tx.object(systemObjectId)] });
    };
    expect(await rich.failure(end)).toMatch(/EWrongEpochState/);
    expect(await rich.failure(endVoting)).toMatch(/EWrongEpochState/);
    one.clock.advance(epochMs / 2);
    await rich.succeed(endVoting);
    expect(await rich.failure(end)).toMatch(/EWrongEpochState/);
    one.clock.advance(epochMs / 2);
    await rich.succeed(end);
    expect(one.ledger.epoch()).toBe(2);
    one.ledger.close();
  });

  it('are not for the calls of a stranger to the operator', async () => {
    const { packages, ids } = { packages: trial.ledger.core.identity.packages, ids: trial.ledger.ids };
    const message = await account.failure((tx) => {
      const target = `${packages.operator}::network::advance_epoch` as const;
      tx.moveCall({ target, arguments: [tx.object(ids.stakingObjectId), tx.object(ids.systemObjectId)] });
    });
    expect(message).toMatch(/ENotOperator/);
  });
});

describe('a ledger on disk', () => {
  it('goes on where it was: ids, balances, history, epoch, addresses', async () => {
    const file = join(folder, 'ledger.sqlite');
    const clock = trialClock();
    const first = openTrial({ file, clock });
    const rich = await TrialAccount.rich(first);
    const member = first.ledger.committee().members[1];
    first.ledger.setNodeAddresses(new Map([[member?.nodeId ?? '', '127.0.0.1:77']]));
    first.ledger.setPrices(5n, 6n);
    first.ledger.advanceEpoch();
    const { ids } = first.ledger;
    const last = await rich.succeed(give);
    const events = first.ledger.eventsAfter(0, 100);
    first.ledger.close();
    const second = openTrial({ file, clock, genesis: { seed: new Uint8Array(32).fill(99) } });
    expect(second.ledger.ids).toEqual(ids);
    expect(second.ledger.epoch()).toBe(2);
    expect(second.ledger.committee().members[1]?.networkAddress).toBe('127.0.0.1:77');
    expect(second.ledger.core.system()).toMatchObject({
      storage_price_per_unit_size: 5n,
      write_price_per_unit_size: 6n,
    });
    expect(second.ledger.eventsAfter(0, 100)).toEqual(events);
    const found = await clientOf(second.ledger).core.getTransaction({ digest: last.digest });
    expect(found.Transaction?.digest).toBe(last.digest);
    second.ledger.close();
  });

  it('refuses a file of another program', () => {
    const file = join(folder, 'ledger.sqlite');
    const database = openSqlite(file);
    database.pragma('user_version = 9');
    database.close();
    expect(() => openTrial({ file })).toThrow(/newer version/);
  });

  it('refuses a database without marks that has tables, and a file that is no database', () => {
    const foreign = join(folder, 'foreign.sqlite');
    const database = openSqlite(foreign);
    database.exec('CREATE TABLE theirs (value TEXT)');
    database.close();
    expect(() => openTrial({ file: foreign })).toThrow(/another program/);
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'these are notes, '.repeat(1_000));
    expect(() => openTrial({ file: text })).toThrow(/cannot be read as a database/);
  });
});
