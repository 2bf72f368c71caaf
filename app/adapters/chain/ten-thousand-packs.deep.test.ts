import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Transaction } from '@mysten/sui/transactions';
import { expect, it } from 'vitest';
import { blobIdToBytes } from '../../domain/blob-id.ts';
import type { SuiId } from '../../domain/ids.ts';
import { encodedBytes, redStuff, storageUnits, unitBytes } from '../../domain/redstuff.ts';
import type { ChainStep, Outcome } from '../../ports/chain.ts';
import { openLedger, suiFetch } from '../../localnet/sui/sui.ts';
import { openChain } from './chain.ts';
import { deviceSigner } from './device-signer.ts';
import { madeBlob } from './testing/committee-keys.ts';
import { countingDice, endpointOf, genesis, shards, storagePrice } from './testing/small-network.ts';
import { standingClock } from './testing/standing-clock.ts';

const packs = 10_000;
const packsAtOnce = 250;
const epochs = 3;
const packSize = 1_000;
const sui = 1_000_000_000n;

it('one transaction renews a pool of ten thousand packs, for what its capacity costs and the gas of any renewal', async () => {
  const clock = standingClock(Date.UTC(2026, 0, 1));
  const ledger = openLedger({ file: ':memory:', clock, dice: countingDice(), genesis });
  const door = suiFetch(ledger);
  const chain = openChain({ clock, fetch: door, endpoint: endpointOf(ledger.ids) });
  const client = new SuiGrpcClient({ network: 'testnet', baseUrl: 'http://ledger.invalid', fetch: door });
  const signer = deviceSigner(new Uint8Array(32).fill(9));
  ledger.fund(signer.address, 1_000n * sui);
  const act = async (step: ChainStep): Promise<Outcome> => {
    const { transaction } = await chain.prepare(step, signer.address);
    const outcome = await chain.send(transaction, await signer.sign(transaction));
    expect(outcome).toMatchObject({ isSuccess: true });
    return outcome;
  };
  await act({ kind: 'exchange', frost: 100n * sui });
  const one = encodedBytes(redStuff(shards), packSize);
  const growBytes = Math.ceil((packs * one) / unitBytes) * unitBytes;
  const first = madeBlob(0, packSize, shards);
  const { createdPool } = await act({ kind: 'register', pool: undefined, growBytes, epochsAhead: 5, blob: first });
  if (createdPool === undefined) throw new Error('a pool was made');

  /** Blobs of other sizes have other ids; none is larger than a pack. */
  const registerMany = async (pool: SuiId, from: number, to: number): Promise<void> => {
    const tx = new Transaction();
    tx.setSender(signer.address);
    const { walPackageId, walrusCallPackageId, systemObjectId } = ledger.ids;
    const { objects } = await client.core.listCoins({ owner: signer.address, coinType: `${walPackageId}::wal::WAL` });
    const coin = tx.object(objects[0]?.objectId ?? '');
    for (let number = from; number < to; number++) {
      const blob = madeBlob(number % 256, 1 + Math.floor(number / 256), shards);
      tx.moveCall({
        target: `${walrusCallPackageId}::system::register_pooled_blob`,
        arguments: [
          tx.object(systemObjectId),
          tx.object(pool),
          tx.pure(Uint8Array.from(blobIdToBytes(blob.blobId))),
          tx.pure(Uint8Array.from(blob.rootHash)),
          tx.pure.u64(blob.unencodedBytes),
          tx.pure.u8(1),
          tx.pure.bool(true),
          coin,
        ],
      });
    }
    const bytes = await tx.build({ client });
    expect(await chain.send(bytes, await signer.sign(bytes))).toMatchObject({ isSuccess: true });
  };
  const extend = { kind: 'extend-pool', pool: createdPool, epochs, shrinkBytes: 0, into: undefined } as const;
  const small = await act(extend);
  for (let from = 1; from < packs; from += packsAtOnce)
    await registerMany(createdPool, from, Math.min(packs, from + packsAtOnce));
  const before = await chain.pool(createdPool);
  expect(before).toMatchObject({ blobCount: packs, capacityBytes: growBytes });
  const outcome = await act(extend);
  expect(await chain.pool(createdPool)).toMatchObject({ endEpoch: (before?.endEpoch ?? 0) + epochs, blobCount: packs });
  expect(outcome.frost).toBe(BigInt(storageUnits(growBytes)) * BigInt(epochs) * storagePrice);
  expect(outcome.gasMist).toBe(small.gasMist);
  ledger.close();
});
