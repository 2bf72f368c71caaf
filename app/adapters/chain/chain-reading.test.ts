import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GrpcTypes, SuiGrpcClient } from '@mysten/sui/grpc';
import { Transaction } from '@mysten/sui/transactions';
import { openLedger, suiFetch } from '../../localnet/sui/sui.ts';
import type { Ledger } from '../../localnet/sui/sui.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { Chain, ChainStep, Prepared, Signer } from '../../ports/chain.ts';
import { openChain } from './chain.ts';
import { deviceSigner } from './device-signer.ts';
import { countingDice, endpointOf, genesis } from './testing/small-network.ts';
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

const someBag: ChainStep = { kind: 'make-bag', entries: [{ key: new Uint8Array(32), value: Uint8Array.of(1) }] };

describe('reading', () => {
  it('looks again when System and Staking show different epochs', async () => {
    const before = await chain.network();
    const { BatchGetObjectsResponse } = GrpcTypes;
    let old: GrpcTypes.GetObjectResult | undefined;
    let looks = 0;
    through = async (method, pass) => {
      if (method !== 'BatchGetObjects') return await pass();
      looks++;
      return await changed(await pass(), BatchGetObjectsResponse, (message) => {
        old ??= message.objects[3];
      });
    };
    await chain.network();
    ledger.advanceEpoch();
    looks = 0;
    through = async (method, pass) => {
      if (method !== 'BatchGetObjects') return await pass();
      setImmediate(() => clock.push(1_000));
      return await changed(await pass(), BatchGetObjectsResponse, (message) => {
        if (++looks === 1 && old !== undefined) message.objects[3] = old;
      });
    };
    expect(await chain.network()).toMatchObject({ epoch: before.epoch + 1, committee: { epoch: before.epoch + 1 } });
    // The mixed look, the true one, and the storage nodes.
    expect(looks).toBe(3);
  });

  it('reads the state of the version that the chain names now, not of the one seen before', async () => {
    await chain.network();
    const { BatchGetObjectsResponse } = GrpcTypes;
    let looks = 0;
    through = async (method, pass) => {
      if (method !== 'BatchGetObjects') return await pass();
      looks++;
      return await changed(await pass(), BatchGetObjectsResponse, (message) => {
        const root = message.objects[0]?.result;
        // The version follows the 32-byte id.
        if (looks === 1 && root?.oneofKind === 'object') root.object.contents?.value?.fill(9, 32, 33);
      });
    };
    await expect(chain.network()).rejects.toMatchObject({ code: 'network-mismatch', retry: 'after-user' });
    expect(looks).toBe(2);
  });

  it('knows an emptied address by what it once sent, if the node keeps a history', async () => {
    await withMoney();
    const empty = GrpcTypes.ListOwnedObjectsResponse;
    through = async (method, pass) =>
      method === 'ListOwnedObjects'
        ? await changed(await pass(), empty, (list) => list.objects.splice(0))
        : await pass();
    expect(await chain.isUsed(signer.address)).toBe(true);
    const held = through;
    through = (method, pass) =>
      method === 'ListTransactions' ? Promise.resolve(grpcAnswer(undefined, 12, 'no')) : held(method, pass);
    expect(await chain.isUsed(signer.address)).toBe(false);
  });

  it('leaves out entries of other types, and orders bags also without a history', async () => {
    ledger.fund(signer.address, sui);
    const client = new SuiGrpcClient({ network: 'local', baseUrl: 'http://sui.local', fetch: suiFetch(ledger) });
    const tx = new Transaction();
    tx.setSender(signer.address);
    const bag = tx.moveCall({ target: '0x2::bag::new' });
    tx.moveCall({
      target: '0x2::bag::add',
      typeArguments: ['u64', 'vector<u8>'],
      arguments: [bag, tx.pure.u64(5), tx.pure.vector('u8', [1])],
    });
    tx.transferObjects([bag], signer.address);
    const strange = await tx.build({ client });
    await chain.send(strange, await signer.sign(strange));
    const made = await done(someBag);
    through = (method, pass) =>
      method === 'ListTransactions' ? Promise.resolve(grpcAnswer(undefined, 12, 'no')) : pass();
    const bags = await chain.bags(signer.address);
    expect(bags.map(({ entries }) => entries.length)).toEqual([0, 1]);
    expect(bags[1]?.id).toBe(made.createdBag);
  });

  it('reads no pool out of an object of another type', async () => {
    const id = parseSuiId(ledger.ids.systemObjectId);
    await expect(chain.pool(id)).rejects.toMatchObject({ code: 'network-mismatch' });
  });
});
