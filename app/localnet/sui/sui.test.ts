import { SuiGrpcClient, GrpcWebFetchTransport } from '@mysten/sui/grpc';
import { requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { SerialTransactionExecutor, Transaction, coinWithBalance } from '@mysten/sui/transactions';
import { WalrusClient, blobIdFromInt } from '@mysten/walrus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveSui, suiFetch } from './sui.ts';
import type { SuiDoor } from './sui.ts';
import { TrialAccount, certify, openTrial, walType } from './trial-network.ts';
import type { Trial } from './trial-network.ts';

let trial: Trial;
let door: SuiDoor;

beforeAll(async () => {
  trial = openTrial();
  door = await serveSui(trial.ledger, { host: '127.0.0.1', port: 0 });
  await TrialAccount.rich(trial);
});
afterAll(async () => {
  await door.close();
  trial.ledger.close();
});

const doors = {
  'memory, text': () => ({ baseUrl: 'http://ledger.invalid', fetch: suiFetch(trial.ledger), format: 'text' as const }),
  'memory, binary': () => ({
    baseUrl: 'http://ledger.invalid',
    fetch: suiFetch(trial.ledger),
    format: 'binary' as const,
  }),
  'loopback, text': () => ({ baseUrl: door.url, format: 'text' as const }),
  'loopback, binary': () => ({ baseUrl: door.url, format: 'binary' as const }),
};

describe.each(Object.entries(doors))('the official client (%s)', (_, options) => {
  let client: SuiGrpcClient;
  let account: TrialAccount;

  beforeAll(() => {
    client = new SuiGrpcClient({ network: 'testnet', transport: new GrpcWebFetchTransport(options()) });
    account = new TrialAccount({ ...trial, client });
  });

  it('reads the chain, the epoch, the gas price and coins', async () => {
    const { chainIdentifier } = await client.core.getChainIdentifier();
    expect(chainIdentifier).toBe(trial.ledger.ids.chainId);
    expect(await client.core.getReferenceGasPrice()).toEqual({ referenceGasPrice: '1000' });
    const { systemState } = await client.core.getCurrentSystemState();
    expect(systemState).toMatchObject({ epoch: '1', parameters: { epochDurationMs: '86400000' } });
    const { coinMetadata } = await client.core.getCoinMetadata({ coinType: walType(trial.ledger) });
    expect(coinMetadata).toMatchObject({ symbol: 'WAL', decimals: 9 });
    const { balances } = await client.core.listBalances({ owner: account.address });
    expect(new Set(balances.map((balance) => balance.coinType.split('::')[2]))).toEqual(new Set(['SUI', 'WAL']));
  });

  it('learns the WAL type from a signature', async () => {
    const found = await client.core.getMoveFunction({
      packageId: trial.ledger.ids.walrusTypePackageId,
      moduleName: 'staking',
      name: 'stake_with_pool',
    });
    expect(found.function.parameters[1]?.body).toMatchObject({
      $kind: 'datatype',
      datatype: { typeParameters: [{ $kind: 'datatype', datatype: { typeName: walType(trial.ledger) } }] },
    });
  });

  it('builds, signs, executes and waits, with gas chosen by the node', async () => {
    const tx = new Transaction();
    const coins = [
      coinWithBalance({ balance: 1_000n }),
      coinWithBalance({ balance: 50n, type: walType(trial.ledger) }),
    ];
    tx.transferObjects(coins, `0x${'d'.repeat(64)}`);
    const result = await account.keypair.signAndExecuteTransaction({ transaction: tx, client });
    const digest = result.Transaction?.digest ?? '';
    const include = { effects: true, events: true, balanceChanges: true, transaction: true, bcs: true } as const;
    const { Transaction: done } = await client.core.waitForTransaction({ digest, include });
    expect(done?.status).toMatchObject({ success: true });
    const mine = done?.balanceChanges.filter((change) => change.address === account.address);
    expect(mine?.find((change) => change.coinType === walType(trial.ledger))?.amount).toBe('-50');
    expect(done?.transaction.sender).toBe(account.address);
  });

  it('reports a failing simulation by the name of the constant', async () => {
    const tx = new Transaction();
    tx.setSender(account.address);
    const { walrusCallPackageId, systemObjectId } = trial.ledger.ids;
    const coin = coinWithBalance({ balance: 100n, type: walType(trial.ledger) });
    const target = `${walrusCallPackageId}::system::reserve_space` as const;
    const given = [tx.object(systemObjectId), tx.pure.u64(1), tx.pure.u32(99), coin];
    tx.transferObjects([tx.moveCall({ target, arguments: given })], account.address);
    await expect(tx.build({ client })).rejects.toThrow(
      /MoveAbort in \d\w\w command, 'EInvalidEpochsAhead', in '0x[0-9a-f]{64}::system_state_inner::reserve_space'/,
    );
  });

  it("serves the SDK's executors, which follow object versions by the effects", async () => {
    const owner = new TrialAccount({ ...trial, client }, 60);
    trial.ledger.fund(owner.address, 10_000_000_000n);
    const executor = new SerialTransactionExecutor({ client, signer: owner.keypair });
    const send = (mist: number) => {
      const tx = new Transaction();
      const [coin] = tx.splitCoins(tx.gas, [mist]);
      tx.transferObjects([coin], owner.address);
      return executor.executeTransaction(tx);
    };
    const results = await Promise.all([send(1), send(2), send(3)]);
    expect(results.map((result) => result.$kind)).toEqual(['Transaction', 'Transaction', 'Transaction']);
  });

  it('says why when there is no money for gas', async () => {
    const poor = new TrialAccount({ ...trial, client }, 55);
    const tx = new Transaction();
    tx.transferObjects([tx.moveCall({ target: '0x2::bag::new' })], poor.address);
    tx.setSender(poor.address);
    await expect(tx.build({ client })).rejects.toThrow(/Unable to perform gas selection/);
  });

  it('builds only the kind of a transaction, for a sponsor', async () => {
    const tx = new Transaction();
    tx.moveCall({ target: '0x2::bag::destroy_empty', arguments: [tx.moveCall({ target: '0x2::bag::new' })] });
    expect((await tx.build({ client, onlyTransactionKind: true })).length).toBeGreaterThan(10);
  });

  it('answers what is missing as missing', async () => {
    const nowhere = `0x${'9'.repeat(64)}`;
    const { objects } = await client.core.getObjects({ objectIds: [nowhere] });
    expect(objects[0]).toMatchObject({ code: 'notExists' });
    const digest = '4btiuiMPvEENsttpZC7CZ53DruC3MAgfznDbASZ7DR6S';
    await expect(client.core.getTransaction({ digest })).rejects.toThrow(/not ?found/i);
  });

  it('pages through history and events', async () => {
    const filter = { sender: account.address } as const;
    const first = await client.core.listTransactions({ filter, limit: 1 });
    expect(first).toMatchObject({ hasNextPage: true });
    const second = await client.core.listTransactions({ filter, limit: 1, after: first.endCursor ?? '' });
    expect(second.transactions).toHaveLength(1);
    expect(second.startCursor).not.toBe(first.startCursor);
    const newest = await client.core.listTransactions({ filter, limit: 1, order: 'descending' } as never);
    expect(newest.transactions).toHaveLength(1);
    trial.ledger.setPrices(1_000n, 2_000n);
    const eventType = `${trial.ledger.ids.walrusTypePackageId}::events::PricesUpdated`;
    const { events } = await client.core.listEvents({ filter: { eventType }, limit: 1_000 });
    expect(events.at(-1)).toMatchObject({ json: { storage_price: '1000', write_price: '2000', epoch: 1 } });
  });

  it('hears of transactions while they happen, until it hangs up', async () => {
    const stop = new AbortController();
    const call = client.subscriptionService.subscribeTransactions(
      { readMask: { paths: ['digest', 'effects.status'] } },
      { abort: stop.signal },
    );
    const heard: (string | undefined)[] = [];
    const listening = (async () => {
      for await (const { transaction } of call.responses) {
        heard.push(transaction?.digest);
        if (heard.length === 2) stop.abort();
      }
    })();
    await call.headers;
    const [one, two] = [trial.ledger.fund(account.address, 1n), trial.ledger.fund(account.address, 1n)];
    await expect(listening).rejects.toThrow();
    expect(heard).toEqual([one.digest, two.digest]);
  });

  it('registers, certifies, extends, describes and deletes a blob with the official Walrus client', async () => {
    const walrus = new WalrusClient({
      suiClient: client,
      packageConfig: {
        systemObjectId: trial.ledger.ids.systemObjectId,
        stakingPoolId: trial.ledger.ids.stakingObjectId,
      },
    });
    const state = await walrus.systemState();
    const staking = await walrus.stakingState();
    expect(staking.committee).toHaveLength(1);
    expect(state.committee.members.map((member) => member.node_id)).toEqual(
      trial.ledger.committee().members.map((member) => member.nodeId),
    );
    const signer = account.keypair;
    const data = new TextEncoder().encode(`a blob for ${options().format} ${options().baseUrl}`);
    const { blobId, rootHash } = await walrus.encodeBlob(data);
    const registered = await walrus.executeRegisterBlobTransaction({
      signer,
      owner: account.address,
      size: data.length,
      epochs: 3,
      deletable: true,
      blobId,
      rootHash,
      attributes: { purpose: 'trial' },
    });
    const { id } = registered.blob;
    expect(blobIdFromInt(registered.blob.blob_id)).toBe(blobId);
    const { signature, message } = certify(trial.ledger, BigInt(registered.blob.blob_id), id);
    const signers = [0, 1, 2, 3];
    await walrus.executeCertifyBlobTransaction({
      signer,
      blobId,
      blobObjectId: id,
      deletable: true,
      certificate: { signers, serializedMessage: message, signature },
    } as never);
    walrus.reset();
    await walrus.executeExtendBlobTransaction({ signer, blobObjectId: id, epochs: 2 });
    expect(await walrus.readBlobAttributes({ blobObjectId: id })).toEqual({ purpose: 'trial' });
    await walrus.executeWriteBlobAttributesTransaction({ signer, blobObjectId: id, attributes: { more: 'yes' } });
    await walrus.executeDeleteBlobTransaction({ signer, blobObjectId: id });
    const last = trial.ledger.eventsAfter(0, 10_000).slice(-4);
    expect(last.map((event) => event.type)).toEqual([
      'BlobRegistered',
      'BlobCertified',
      'BlobCertified',
      'BlobDeleted',
    ]);
  });
});

describe('the loopback door', () => {
  it('gives SUI as the public faucet does', async () => {
    const recipient = `0x${'e'.repeat(64)}`;
    const sent = await requestSuiFromFaucetV2({ host: door.faucetUrl, recipient });
    expect(sent.coins_sent?.[0]).toMatchObject({ amount: 1_000_000_000_000 });
    const { balance } = await trial.client.core.getBalance({ owner: recipient });
    expect(balance.balance).toBe('1000000000000');
    const bad = await fetch(`${door.faucetUrl}/v2/gas`, {
      method: 'POST',
      body: '{"FixedAmountRequest":{"recipient":"me"}}',
    });
    expect(bad.status).toBe(400);
  });

  it('lets pages of other origins in, and only POST', async () => {
    const preflight = await fetch(door.url, { method: 'OPTIONS' });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(door.url)).status).toBe(405);
  });
});
