import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { openLedger, serveSui, suiFetch } from '../../localnet/sui/sui.ts';
import type { Ledger } from '../../localnet/sui/sui.ts';
import { toHex } from '../../domain/bytes.ts';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';
import { storageUnits } from '../../domain/redstuff.ts';
import type { Bag, BlobToRegister, Chain, ChainStep, HeadMove, Outcome, Signer } from '../../ports/chain.ts';
import { openChain } from './chain.ts';
import { deviceSigner } from './device-signer.ts';
import { certificateBy, madeBlob } from './testing/committee-keys.ts';
import { countingDice, endpointOf, genesis, nodes, shards, storagePrice, writePrice } from './testing/small-network.ts';
import { standingClock } from './testing/standing-clock.ts';
import { systemClock } from '../time/time.ts';

const sui = 1_000_000_000n;

let ledger: Ledger;
let chain: Chain;
let signer: Signer;

beforeEach(() => {
  const clock = standingClock(Date.UTC(2026, 0, 1));
  ledger = openLedger({ file: ':memory:', clock, dice: countingDice(), genesis });
  chain = openChain({ clock, fetch: suiFetch(ledger), endpoint: endpointOf(ledger.ids) });
  signer = deviceSigner(new Uint8Array(32).fill(9));
  ledger.fund(signer.address, 20n * sui);
});

afterEach(() => ledger.close());

async function act(step: ChainStep): Promise<Outcome> {
  const { transaction } = await chain.prepare(step, signer.address);
  return await chain.send(transaction, await signer.sign(transaction));
}

async function done(step: ChainStep): Promise<Outcome> {
  const outcome = await act(step);
  expect(outcome).toMatchObject({ isSuccess: true, failure: undefined });
  return outcome;
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing there');
  return value;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const key = (mark: number): Uint8Array => new Uint8Array(32).fill(mark);

async function funded(): Promise<void> {
  await done({ kind: 'exchange', frost: 2n * sui });
}

async function registered(blob: BlobToRegister, pool?: SuiId): Promise<Outcome> {
  const growBytes = pool === undefined ? 4 * 1024 * 1024 : 0;
  return await done({ kind: 'register', pool, growBytes, epochsAhead: 5, blob });
}

function entriesOf(bag: Bag | undefined): Record<string, string> {
  return Object.fromEntries((bag?.entries ?? []).map((entry) => [toHex(entry.key), toHex(entry.value)]));
}

describe('reading the network', () => {
  it('joins members, shards and addresses in the order of the chain', async () => {
    const network = await chain.network();
    const truth = ledger.committee();
    expect(network).toMatchObject({
      epoch: truth.epoch,
      isChanging: false,
      storagePrice,
      writePrice,
      epochsAheadMax: 53,
      epochDurationMs: 3_600_000,
      nextEpochAtMs: ledger.nextEpochAtMs(),
    });
    expect(network.committee.shards).toBe(shards);
    expect(network.committee.members).toEqual(
      truth.members.map(({ nodeId, name, networkAddress, publicKey, shards: held }, index) => ({
        index,
        nodeId: parseSuiId(nodeId),
        name,
        networkAddress,
        publicKey: Uint8Array.from(publicKey),
        shards: held,
      })),
    );
  });

  it('sees the next epoch and its prices at once, and names the committee before', async () => {
    const before = await chain.network();
    expect(before.previousCommittee).toBeUndefined();
    ledger.advanceEpoch();
    ledger.setPrices(5n, 6n);
    const after = await chain.network();
    expect(after).toMatchObject({ epoch: before.epoch + 1, storagePrice: 5n, writePrice: 6n });
    expect(after.previousCommittee?.epoch).toBe(before.epoch);
    expect(after.previousCommittee?.members.map(({ nodeId }) => nodeId)).toEqual(
      ledger.previousCommittee()?.members.map(({ nodeId }) => nodeId),
    );
  });

  it('tells what an address holds and whether it was ever used', async () => {
    const stranger = deviceSigner(new Uint8Array(32).fill(77)).address;
    expect(await chain.balances(signer.address)).toEqual({ frost: 0n, mist: 20n * sui });
    expect(await chain.balances(stranger)).toEqual({ frost: 0n, mist: 0n });
    expect(await chain.isUsed(signer.address)).toBe(true);
    expect(await chain.isUsed(stranger)).toBe(false);
    expect(await chain.bags(stranger)).toEqual([]);
  });

  it('knows nothing of pools, blobs and transactions that are not there', async () => {
    const nowhere = parseSuiId('0xdead');
    expect(await chain.pool(nowhere)).toBeUndefined();
    expect(await chain.pooledBlob(nowhere, madeBlob(1, 1, shards).blobId)).toBeUndefined();
    expect(await chain.outcome('4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi')).toBeUndefined();
  });
});

describe('each step', () => {
  it('exchanges SUI for exactly the WAL that is wanted', async () => {
    const before = await chain.balances(signer.address);
    const prepared = await chain.prepare({ kind: 'exchange', frost: 1_234_567_891n }, signer.address);
    const outcome = await chain.send(prepared.transaction, await signer.sign(prepared.transaction));
    expect(outcome).toMatchObject({ digest: prepared.digest, isSuccess: true, frost: -1_234_567_891n });
    const after = await chain.balances(signer.address);
    expect(after.frost).toBe(1_234_567_891n);
    expect(before.mist - after.mist).toBeLessThanOrEqual(prepared.cost.mist);
    expect(before.mist - after.mist).toBe(1_234_567_891n + outcome.gasMist);
  });

  it('makes a pool for the first blob and pays to the last unit', async () => {
    await funded();
    const blob = madeBlob(1, 1000, shards);
    const growBytes = 5 * 1024 * 1024 + 1;
    const step: ChainStep = { kind: 'register', pool: undefined, growBytes, epochsAhead: 7, blob };
    const prepared = await chain.prepare(step, signer.address);
    const price = 6n * 7n * storagePrice + BigInt(storageUnits(blob.encodedBytes)) * writePrice;
    expect(prepared.cost.frost).toBe(price);
    const outcome = await chain.send(prepared.transaction, await signer.sign(prepared.transaction));
    expect(outcome).toMatchObject({ isSuccess: true, frost: price, createdBag: undefined });
    const id = there(outcome.createdPool);
    const epoch = ledger.epoch();
    expect(await chain.pool(id)).toEqual({
      id,
      capacityBytes: growBytes,
      usedBytes: blob.encodedBytes,
      startEpoch: epoch,
      endEpoch: epoch + 7,
      blobCount: 1,
    });
    expect(await chain.pooledBlob(id, blob.blobId)).toEqual({
      blobId: blob.blobId,
      objectId: outcome.registeredBlob,
      unencodedBytes: 1000,
      registeredEpoch: epoch,
      certifiedEpoch: undefined,
      deletable: true,
    });
    expect((await chain.balances(signer.address)).frost).toBe(2n * sui - price);
  });

  it('registers into a pool as it is, and grows it to its own end for what is left of it', async () => {
    await funded();
    const pool = there((await registered(madeBlob(1, 10, shards))).createdPool);
    ledger.advanceEpoch();
    const second = madeBlob(2, 20, shards);
    const plain = await registered(second, pool);
    expect(plain).toMatchObject({
      frost: BigInt(storageUnits(second.encodedBytes)) * writePrice,
      createdPool: undefined,
    });
    const third = madeBlob(3, 30, shards);
    const step: ChainStep = { kind: 'register', pool, growBytes: 3 * 1024 * 1024, epochsAhead: 1, blob: third };
    const grown = await done(step);
    expect(grown.frost).toBe(3n * 4n * storagePrice + BigInt(storageUnits(third.encodedBytes)) * writePrice);
    expect(await chain.pool(pool)).toMatchObject({ capacityBytes: 7 * 1024 * 1024, blobCount: 3 });
  });

  it('extends a pool by epochs and deletes a blob from it', async () => {
    await funded();
    const blob = madeBlob(1, 10, shards);
    const pool = there((await registered(blob)).createdPool);
    const { endEpoch } = there(await chain.pool(pool));
    const extended = await done({ kind: 'extend-pool', pool, epochs: 3, shrinkBytes: 0, into: undefined });
    expect(extended.frost).toBe(4n * 3n * storagePrice);
    expect(await chain.pool(pool)).toMatchObject({ endEpoch: endEpoch + 3 });
    await done({ kind: 'delete-blobs', pool, blobIds: [blob.blobId], entry: undefined });
    expect(await chain.pool(pool)).toMatchObject({ usedBytes: 0, blobCount: 0 });
    expect(await chain.pooledBlob(pool, blob.blobId)).toBeUndefined();
  });

  it('splits unused capacity off in the transaction that extends, for another pool that ends then or for later', async () => {
    await funded();
    const unit = 1024 * 1024;
    const first = there((await registered(madeBlob(1, 10, shards))).createdPool);
    const second = there((await registered(madeBlob(2, 10, shards))).createdPool);
    const [one, two] = [there(await chain.pool(first)), there(await chain.pool(second))];
    expect(one.endEpoch).toBe(two.endEpoch);
    const extend = (shrinkBytes: number, into: SuiId | undefined): ChainStep => ({
      kind: 'extend-pool',
      pool: first,
      epochs: 3,
      shrinkBytes,
      into,
    });
    const moved = await done(extend(unit, second));
    expect(moved.frost).toBe((BigInt(one.capacityBytes / unit) - 1n) * 3n * storagePrice);
    expect(await chain.pool(first)).toMatchObject({
      capacityBytes: one.capacityBytes - unit,
      endEpoch: one.endEpoch + 3,
    });
    expect(await chain.pool(second)).toMatchObject({ capacityBytes: two.capacityBytes + unit, endEpoch: two.endEpoch });
    await done(extend(unit, undefined));
    expect(await chain.pool(first)).toMatchObject({ capacityBytes: one.capacityBytes - 2 * unit });
  });

  it('makes a bag with entries, adds to it and replaces in it', async () => {
    const entries = [
      { key: key(1), value: bytes(1, 2, 3) },
      { key: key(2), value: new Uint8Array() },
    ];
    const made = await done({ kind: 'make-bag', entries });
    const bag = there(made.createdBag);
    expect(made.createdPool).toBeUndefined();
    const [first] = await chain.bags(signer.address);
    expect(first?.id).toBe(bag);
    const put = (mark: number, value: number, replaces: boolean): ChainStep => ({
      kind: 'put-entry',
      move: { bag, entry: { key: key(mark), value: bytes(value) }, replaces, seen: undefined },
    });
    await done(put(1, 9, true));
    await done(put(3, 4, false));
    const [now] = await chain.bags(signer.address);
    expect(entriesOf(now)).toEqual({ [toHex(key(1))]: '09', [toHex(key(2))]: '', [toHex(key(3))]: '04' });
    const gone = parseSuiId('0xdead');
    expect(await chain.bagStates([bag, gone])).toEqual(new Map([[bag, now?.state]]));
    expect(now?.state).not.toEqual(first?.state);
    expect(now?.version).toBe(first?.version);
  });

  it('is not changed by a step that was built for an earlier state of it', async () => {
    const entries = [{ key: key(1), value: bytes(1) }];
    const bag = there((await done({ kind: 'make-bag', entries })).createdBag);
    const seen = there((await chain.bags(signer.address))[0]).state;
    const move = (value: number): ChainStep => ({
      kind: 'put-entry',
      move: { bag, entry: { key: key(1), value: bytes(value) }, replaces: true, seen },
    });
    await done(move(2));
    await expect(chain.prepare(move(3), signer.address)).rejects.toMatchObject({ code: 'chain-stale', retry: 'now' });
    expect(entriesOf((await chain.bags(signer.address))[0])).toEqual({ [toHex(key(1))]: '02' });
  });

  it('orders two bags by their making, also when the older one changed last', async () => {
    const make = async (mark: number): Promise<SuiId> =>
      there((await done({ kind: 'make-bag', entries: [{ key: key(mark), value: bytes(mark) }] })).createdBag);
    const older = await make(1);
    const newer = await make(2);
    const move: HeadMove = { bag: older, entry: { key: key(1), value: bytes(7) }, replaces: true, seen: undefined };
    await done({ kind: 'put-entry', move });
    expect((await chain.bags(signer.address)).map(({ id }) => id)).toEqual([older, newer]);
  });

  it('reads a bag of many pages whole', async () => {
    const entries = Array.from({ length: 70 }, (_, i) => ({ key: key(i), value: bytes(i) }));
    const bag = there((await done({ kind: 'make-bag', entries })).createdBag);
    for (const i of [70, 71, 72]) {
      await done({
        kind: 'put-entry',
        move: { bag, entry: { key: key(i), value: bytes(i) }, replaces: false, seen: undefined },
      });
    }
    const [read] = await chain.bags(signer.address);
    expect(Object.keys(entriesOf(read))).toHaveLength(73);
    expect(entriesOf(read)[toHex(key(72))]).toBe('48');
  });
});

describe('certifying', () => {
  async function prepared() {
    await funded();
    const blobs = [madeBlob(1, 10, shards), madeBlob(2, 20, shards)] as const;
    const first = await registered(blobs[0]);
    const pool = there(first.createdPool);
    const second = await registered(blobs[1], pool);
    const objects = [there(first.registeredBlob), there(second.registeredBlob)] as const;
    const made = await done({ kind: 'make-bag', entries: [{ key: key(1), value: bytes(1) }] });
    const entry = { key: key(1), value: bytes(2) };
    const head: HeadMove = { bag: there(made.createdBag), entry, replaces: true, seen: undefined };
    return { blobs, pool, objects, head, committee: (await chain.network()).committee };
  }

  it('certifies blobs and moves the head in one transaction', async () => {
    const { blobs, pool, objects, head, committee } = await prepared();
    const certified = blobs.map(({ blobId }, i) => ({
      blobId,
      certificate: certificateBy(nodes, committee, blobId, there(objects[i]), i === 0 ? [0, 1, 2] : [0, 1, 3]),
    }));
    const outcome = await done({ kind: 'certify', pool, blobs: certified, head });
    expect(outcome.frost).toBe(0n);
    const epoch = ledger.epoch();
    for (const { blobId } of blobs) {
      expect(await chain.pooledBlob(pool, blobId)).toMatchObject({ certifiedEpoch: epoch });
    }
    expect(entriesOf((await chain.bags(signer.address))[0])).toEqual({ [toHex(key(1))]: '02' });
  });

  it('refuses too few signers by the name of the constant, before anything is paid', async () => {
    const { blobs, pool, objects, head, committee } = await prepared();
    const [blob] = blobs;
    const certificate = certificateBy(nodes, committee, blob.blobId, objects[0], [1, 2]);
    const step: ChainStep = { kind: 'certify', pool, blobs: [{ blobId: blob.blobId, certificate }], head };
    const before = await chain.balances(signer.address);
    await expect(chain.prepare(step, signer.address)).rejects.toMatchObject({
      code: 'chain-refused',
      retry: 'never',
      message: expect.stringContaining('ENotEnoughStake') as unknown,
    });
    expect(await chain.balances(signer.address)).toEqual(before);
  });

  it('leaves the head where it was when a certificate is void by the time it arrives', async () => {
    const { blobs, pool, objects, head, committee } = await prepared();
    const [{ blobId }] = blobs;
    const certificate = certificateBy(nodes, committee, blobId, objects[0], [0, 1, 2]);
    const late = await chain.prepare({ kind: 'certify', pool, blobs: [{ blobId, certificate }], head }, signer.address);
    ledger.advanceEpoch();
    const outcome = await chain.send(late.transaction, await signer.sign(late.transaction));
    expect(outcome).toMatchObject({ isSuccess: false, frost: 0n });
    expect(outcome.failure).toMatch(/^E[A-Z]\w+$/);
    expect(await chain.pooledBlob(pool, blobId)).toMatchObject({ certifiedEpoch: undefined });
    expect(entriesOf((await chain.bags(signer.address))[0])).toEqual({ [toHex(key(1))]: '01' });
  });
});

it('lists every blob of a pool over several pages, each once', { timeout: 60_000 }, async () => {
  await done({ kind: 'exchange', frost: 3n * sui });
  const pool = there((await registered(madeBlob(0, 1, shards))).createdPool);
  for (let mark = 1; mark < 54; mark++) await registered(madeBlob(mark, 1, shards), pool);
  const found: string[] = [];
  let pages = 0;
  for await (const page of chain.pooledBlobs(pool)) {
    pages++;
    found.push(...page.map(({ blobId }) => blobId));
  }
  expect(pages).toBeGreaterThan(1);
  expect(found.toSorted()).toEqual(
    Array.from({ length: 54 }, (_, mark) => madeBlob(mark, 1, shards).blobId).toSorted(),
  );
});

it('works over a real socket and by the real clock, from the faucet on', async () => {
  const door = await serveSui(ledger, { host: '127.0.0.1', port: 0 });
  try {
    const endpoint = { ...endpointOf(ledger.ids), grpcUrl: door.url, faucetUrl: door.faucetUrl };
    chain = openChain({ endpoint, clock: systemClock() });
    signer = deviceSigner(new Uint8Array(32).fill(10));
    await chain.faucet(signer.address);
    expect((await chain.balances(signer.address)).mist).toBeGreaterThan(0n);
    await funded();
    const { createdPool } = await registered(madeBlob(1, 1000, shards));
    expect(await chain.pool(there(createdPool))).toMatchObject({ blobCount: 1 });
  } finally {
    await door.close();
  }
});
