import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GrpcTypes } from '@mysten/sui/grpc';
import { TransactionDataBuilder } from '@mysten/sui/transactions';
import { openLedger, suiFetch } from '../../localnet/sui/sui.ts';
import type { Ledger } from '../../localnet/sui/sui.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { Chain, ChainStep, Prepared, Signer } from '../../ports/chain.ts';
import { openChain } from './chain.ts';
import { deviceSigner } from './device-signer.ts';
import { gasMistMax, suiEpochsValid, visibleMsMax } from './limits.ts';
import { madeBlob } from './testing/committee-keys.ts';
import { countingDice, endpointOf, genesis, shards } from './testing/small-network.ts';
import { standingClock } from './testing/standing-clock.ts';
import { changed, grpcAnswer } from './testing/wire-answers.ts';

const sui = 1_000_000_000n;
const clock = standingClock(Date.UTC(2026, 0, 1));
const signer = deviceSigner(new Uint8Array(32).fill(9));

type Through = (method: string, pass: () => Promise<Response>) => Promise<Response>;

let ledger: Ledger;
let chain: Chain;
/** What stands between the chain and the ledger. */
let through: Through;

beforeEach(() => {
  through = (_, pass) => pass();
  ledger = openLedger({ file: ':memory:', clock, dice: countingDice(), genesis });
  const inner = suiFetch(ledger);
  chain = openChain({
    clock,
    endpoint: endpointOf(ledger.ids),
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : input.toString();
      return through(url.split('/').at(-1) ?? '', () => inner(input, init));
    },
  });
});

afterEach(() => ledger.close());

async function sendBy(signing: Signer, { transaction }: Prepared) {
  return await chain.send(transaction, await signing.sign(transaction));
}

async function done(step: ChainStep) {
  const outcome = await sendBy(signer, await chain.prepare(step, signer.address));
  expect(outcome).toMatchObject({ isSuccess: true });
  return outcome;
}

async function withMoney(): Promise<void> {
  ledger.fund(signer.address, 10n * sui);
  await done({ kind: 'exchange', frost: sui });
}

function register(mark = 1, growBytes = 4 * 1024 * 1024): ChainStep {
  const blob = madeBlob(mark, 100, shards);
  return { kind: 'register', pool: undefined, growBytes, epochsAhead: 5, blob };
}

const someBag: ChainStep = { kind: 'make-bag', entries: [{ key: new Uint8Array(32), value: Uint8Array.of(1) }] };

describe('money', () => {
  it('says how much WAL is needed and how much there is', async () => {
    ledger.fund(signer.address, 10n * sui);
    await done({ kind: 'exchange', frost: 100_000n });
    await expect(chain.prepare(register(), signer.address)).rejects.toMatchObject({
      code: 'money-short',
      retry: 'after-user',
      message: 'This needs 0.00024 WAL and the account of this device has 0.0001 WAL.',
    });
  });

  it('says that there is no SUI for gas', async () => {
    await expect(chain.prepare(someBag, signer.address)).rejects.toMatchObject({
      code: 'money-short',
      retry: 'after-user',
      message: expect.stringMatching(/^This needs 0\.\d+ SUI .* has 0 SUI\.$/) as unknown,
    });
  });

  it('says that SUI does not reach for an exchange', async () => {
    ledger.fund(signer.address, sui);
    await expect(chain.prepare({ kind: 'exchange', frost: 5n * sui }, signer.address)).rejects.toMatchObject({
      code: 'money-short',
      message: expect.stringMatching(/^This needs [5-9]\.?\d* SUI and .* 1 SUI\.$/) as unknown,
    });
  });

  it('pays with many small coins as with one', async () => {
    ledger.fund(signer.address, 10n * sui);
    for (let i = 0; i < 5; i++) await done({ kind: 'exchange', frost: 60_000n });
    const outcome = await done(register());
    expect((await chain.balances(signer.address)).frost).toBe(300_000n - outcome.frost);
  });

  it('says so when the price changes while a step is being prepared', async () => {
    await withMoney();
    through = (method, pass) => {
      if (method === 'SimulateTransaction') ledger.setPrices(12_000n, 20_000n);
      return pass();
    };
    await expect(chain.prepare(register(), signer.address)).rejects.toMatchObject({
      code: 'price-changed',
      retry: 'now',
    });
    expect(await chain.prepare(register(), signer.address)).toMatchObject({
      cost: { frost: 4n * 5n * 12_000n + 20_000n },
    });
  });

  it('edge 93: says so when a coin changes while a step is being prepared', async () => {
    await withMoney();
    const other = await chain.prepare(register(2), signer.address);
    through = async (method, pass) => {
      const listed = await pass();
      if (method !== 'ListOwnedObjects') return listed;
      through = (_, unchanged) => unchanged();
      await sendBy(signer, other);
      return listed;
    };
    await expect(chain.prepare(register(), signer.address)).rejects.toMatchObject({
      code: 'chain-stale',
      retry: 'now',
    });
    await done(register());
  });

  it('asks no money for a lease that is over', async () => {
    await withMoney();
    const pool = (await done(register())).createdPool ?? parseSuiId('0x0');
    for (let epoch = 0; epoch < 5; epoch++) ledger.advanceEpoch();
    for (const step of [
      { kind: 'extend-pool', pool, epochs: 2, shrinkBytes: 0, into: undefined } as const,
      { ...register(2), pool } as ChainStep,
    ]) {
      const prepared = chain.prepare(step, signer.address);
      await expect(prepared).rejects.toMatchObject({
        code: 'chain-refused',
        retry: 'never',
        message: expect.stringContaining('has ended') as unknown,
      });
    }
  });

  it.each([
    ['up', 12_000n, 'ENotEnough'],
    ['down', 10_000n, 'ENonZero'],
  ])('loses nothing but gas when the price goes %s between preparing and sending', async (_, price, failure) => {
    await withMoney();
    const prepared = await chain.prepare(register(), signer.address);
    ledger.setPrices(price, 20_000n);
    const before = await chain.balances(signer.address);
    const outcome = await sendBy(signer, prepared);
    expect(outcome).toMatchObject({ isSuccess: false, failure, frost: 0n, createdPool: undefined });
    const after = await chain.balances(signer.address);
    expect(after).toEqual({ frost: before.frost, mist: before.mist - outcome.gasMist });
    await done(register());
  });
});

describe('sending', () => {
  it('gives the first result again when the same bytes are sent twice, and pays once', async () => {
    await withMoney();
    const prepared = await chain.prepare(register(), signer.address);
    const first = await sendBy(signer, prepared);
    const money = await chain.balances(signer.address);
    expect(await sendBy(signer, prepared)).toEqual(first);
    expect(await chain.outcome(prepared.digest)).toEqual(first);
    expect(await chain.balances(signer.address)).toEqual(money);
  });

  it('gives the first result also when the node looks at versions first', async () => {
    await withMoney();
    const prepared = await chain.prepare(register(), signer.address);
    const first = await sendBy(signer, prepared);
    through = (method, pass) =>
      method === 'ExecuteTransaction'
        ? Promise.resolve(refusal('object 0x1 version 0x2 is unavailable for consumption'))
        : pass();
    expect(await sendBy(signer, prepared)).toEqual(first);
  });

  it('calls bytes stale for ever once something they use has moved on', async () => {
    await withMoney();
    const [early, late] = [
      await chain.prepare(register(1), signer.address),
      await chain.prepare(someBag, signer.address),
    ];
    expect(await sendBy(signer, late)).toMatchObject({ isSuccess: true });
    await expect(sendBy(signer, early)).rejects.toMatchObject({ code: 'chain-stale', retry: 'never' });
    expect(await chain.outcome(early.digest)).toBeUndefined();
  });

  it('refuses a signature of somebody else', async () => {
    await withMoney();
    const prepared = await chain.prepare(register(), signer.address);
    const thief = deviceSigner(new Uint8Array(32).fill(8));
    await expect(sendBy(thief, prepared)).rejects.toMatchObject({ code: 'chain-refused', retry: 'never' });
    expect(await chain.outcome(prepared.digest)).toBeUndefined();
  });

  it('edge 89: does not know what became of bytes whose answer was lost, until it asks', async () => {
    await withMoney();
    const prepared = await chain.prepare(register(), signer.address);
    through = async (method, pass) => {
      const answer = await pass();
      if (method === 'ExecuteTransaction') throw new TypeError('terminated');
      return answer;
    };
    await expect(sendBy(signer, prepared)).rejects.toMatchObject({ code: 'network-unreachable', retry: 'later' });
    through = (_, pass) => pass();
    const known = await chain.outcome(prepared.digest);
    expect(known).toMatchObject({ isSuccess: true });
    expect(await sendBy(signer, prepared)).toEqual(known);
  });

  it('waits until the node shows what it executed', async () => {
    await withMoney();
    const prepared = await chain.prepare(register(), signer.address);
    let looks = 0;
    through = (method, pass) => {
      if (method !== 'GetTransaction') return pass();
      looks++;
      setImmediate(() => clock.push(2_000));
      return looks < 4 ? Promise.resolve(notFound()) : pass();
    };
    expect(await sendBy(signer, prepared)).toMatchObject({ isSuccess: true });
    expect(looks).toBe(4);
  });

  it('gives up waiting at the deadline and says that it does not know', async () => {
    await withMoney();
    const prepared = await chain.prepare(register(), signer.address);
    const startMs = clock.steady();
    through = (method, pass) => {
      if (method !== 'GetTransaction') return pass();
      setImmediate(() => clock.push(2_000));
      return Promise.resolve(notFound());
    };
    await expect(sendBy(signer, prepared)).rejects.toMatchObject({ code: 'network-unreachable', retry: 'later' });
    expect(clock.steady() - startMs).toBeLessThanOrEqual(visibleMsMax + 4_000);
  });

  it('calls bytes stale once the Sui epochs are over in which they may run', async () => {
    await withMoney();
    const prepared = await chain.prepare(someBag, signer.address);
    for (let epoch = 0; epoch <= Number(suiEpochsValid); epoch++) ledger.advanceEpoch();
    await expect(sendBy(signer, prepared)).rejects.toMatchObject({ code: 'chain-stale', retry: 'never' });
    expect(await chain.outcome(prepared.digest)).toBeUndefined();
  });

  it('stops preparing when it is called off, also inside the simulation', async () => {
    await withMoney();
    const caller = new AbortController();
    through = (method, pass) => {
      if (method !== 'SimulateTransaction') return pass();
      caller.abort(new Error('enough'));
      return new Promise<Response>(() => {});
    };
    await expect(chain.prepare(someBag, signer.address, caller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a node that fills in more than it should', () => {
  type Asked = GrpcTypes.Transaction;

  async function tampered(change: (transaction: Asked) => void): Promise<unknown> {
    ledger.fund(signer.address, 10n * sui);
    await done({ kind: 'exchange', frost: sui });
    through = async (method, pass) =>
      method !== 'SimulateTransaction'
        ? await pass()
        : await changed(await pass(), GrpcTypes.SimulateTransactionResponse, (message) => {
            const transaction = message.transaction?.transaction;
            if (transaction === undefined) throw new Error('nothing to change');
            change(transaction);
          });
    return await chain.prepare(register(), signer.address).catch((error: unknown) => error);
  }

  function inputsOf(transaction: Asked): GrpcTypes.Input[] {
    const data = transaction.kind?.data;
    return data?.oneofKind === 'programmableTransaction' ? data.programmableTransaction.inputs : [];
  }

  it('edge 97: is caught when it swaps an object', async () => {
    const fault = await tampered((transaction) => {
      const shared = inputsOf(transaction).find(({ objectId }) => sameId(objectId, ledger.ids.systemObjectId));
      if (shared === undefined) throw new Error('no System among the inputs');
      shared.objectId = ledger.ids.stakingObjectId;
    });
    expect(fault).toMatchObject({ code: 'network-mismatch' });
  });

  it('is caught when it asks for a fortune in gas', async () => {
    const fault = await tampered((transaction) => {
      if (transaction.gasPayment) transaction.gasPayment.budget = gasMistMax + 1n;
    });
    expect(fault).toMatchObject({ code: 'chain-refused' });
  });

  it('is caught when somebody else is to be charged', async () => {
    const fault = await tampered((transaction) => {
      if (transaction.gasPayment) transaction.gasPayment.owner = parseSuiId('0x5');
    });
    expect(fault).toMatchObject({ code: 'network-mismatch' });
  });

  it('cannot change what is done: commands are never taken from it', async () => {
    const prepared = await tampered((transaction) => {
      const data = transaction.kind?.data;
      if (data?.oneofKind === 'programmableTransaction') data.programmableTransaction.commands.pop();
    });
    const { transaction } = prepared as Prepared;
    const last = TransactionDataBuilder.fromBytes(transaction).commands.at(-1);
    expect(last?.$kind).toBe('TransferObjects');
  });
});

function sameId(id: string | undefined, other: string): boolean {
  return id !== undefined && parseSuiId(id) === parseSuiId(other);
}

const refusal = (words: string): Response => grpcAnswer(undefined, 3, words);
const notFound = (): Response => grpcAnswer(undefined, 5, 'Transaction not found');
