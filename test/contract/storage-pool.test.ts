/** Storage pools with the official SDK's building blocks: pooled blobs are stored, certified, extended with the pool and deleted. */
import { bcs } from '@mysten/sui/bcs';
import { coinWithBalance, Transaction, type TransactionArgument } from '@mysten/sui/transactions';
import { randomFillSync } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMemoryWorld, type ContractWorld } from './contract-world.ts';

let world: ContractWorld;
beforeAll(async () => {
  world = await openMemoryWorld();
});
afterAll(() => world?.close());

const walMax = 500_000_000n;

/** Runs a transaction whose calls take WAL from one coin; gives the created objects by the last part of their type. */
async function execute(
  build: (transaction: Transaction, target: (name: string) => string, wal: TransactionArgument) => void,
) {
  const { ids, signer } = world;
  const { sui } = world.clients();
  const transaction = new Transaction();
  transaction.setSender(signer.toSuiAddress());
  const wal = transaction.object(coinWithBalance({ balance: walMax, type: `${ids.walPackageId}::wal::WAL` }));
  build(transaction, (name) => `${ids.walrusCallPackageId}::${name}`, wal);
  transaction.transferObjects([wal], signer.toSuiAddress());
  const result = await sui.signAndExecuteTransaction({
    signer,
    transaction,
    include: { effects: true, objectTypes: true },
  });
  if (result.$kind !== 'Transaction') throw new Error(JSON.stringify(result.FailedTransaction.status));
  const { digest, effects, objectTypes } = result.Transaction;
  await sui.waitForTransaction({ digest });
  const created = effects.changedObjects.filter((each) => each.idOperation === 'Created');
  return new Map(created.map(({ objectId }) => [objectTypes[objectId]?.split('::').at(-1) ?? '', objectId]));
}

function u256(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function bitmap(signers: readonly number[], members: number): number[] {
  const bytes = Array.from({ length: Math.ceil(members / 8) }, () => 0);
  for (const signer of signers) bytes[signer >> 3] = (bytes[signer >> 3] ?? 0) | (1 << (signer & 7));
  return bytes;
}

it('keeps a pooled blob as long as its pool and forgets it when deleted', async () => {
  const system = world.ids.systemObjectId;
  const pools = await execute((transaction, target, wal) => {
    const size = transaction.pure.u64(200n * 1024n * 1024n);
    const pool = transaction.moveCall({
      target: target('system::create_storage_pool'),
      arguments: [transaction.object(system), size, transaction.pure.u32(1), wal],
    });
    transaction.transferObjects([pool], world.signer.toSuiAddress());
  });
  const poolId = pools.get('StoragePool') ?? expect.fail('no pool was made');
  const content = randomFillSync(new Uint8Array(700_000));
  const { walrus } = world.clients();
  const { blobId, metadata, rootHash, sliversByNode } = await walrus.encodeBlob(content);
  const idBytes = Buffer.from(blobId, 'base64url');
  const registered = await execute((transaction, target, wal) => {
    transaction.moveCall({
      target: target('system::register_pooled_blob'),
      arguments: [
        transaction.object(system),
        transaction.object(poolId),
        transaction.pure.u256(u256(idBytes)),
        transaction.pure.u256(u256(rootHash)),
        transaction.pure.u64(content.length),
        transaction.pure.u8(1),
        transaction.pure.bool(true),
        wal,
      ],
    });
  });
  const objectId =
    [...registered].find(([type]) => type.startsWith('PooledBlob'))?.[1] ?? expect.fail('no pooled blob');
  const stored = { blobId, metadata, sliversByNode, deletable: true, objectId } as const;
  const confirmations = await walrus.writeEncodedBlobToNodes(stored);
  const certified = { confirmations, blobId, deletable: true, blobObjectId: objectId };
  const certificate = await walrus.certificateFromConfirmations(certified);
  await execute((transaction, target) => {
    const bytes = (value: Iterable<number>) => transaction.pure(bcs.vector(bcs.u8()).serialize([...value]));
    transaction.moveCall({
      target: target('system::certify_pooled_blob'),
      arguments: [
        transaction.object(system),
        transaction.object(poolId),
        transaction.pure.u256(u256(idBytes)),
        bytes(certificate.signature),
        bytes(bitmap(certificate.signers, confirmations.length)),
        bytes(certificate.serializedMessage),
      ],
    });
  });
  expect(await world.clients().walrus.getVerifiedBlobStatus({ blobId })).toMatchObject({
    type: 'deletable',
    initialCertifiedEpoch: 1,
  });
  await execute((transaction, target, wal) => {
    const [self, pool] = [transaction.object(system), transaction.object(poolId)];
    transaction.moveCall({
      target: target('system::extend_storage_pool'),
      arguments: [self, pool, transaction.pure.u32(2), wal],
    });
  });
  await world.nextEpoch();
  expect(Buffer.compare(await world.clients().walrus.readBlob({ blobId }), content)).toBe(0);
  await execute((transaction, target) => {
    const [self, pool] = [transaction.object(system), transaction.object(poolId)];
    transaction.moveCall({
      target: target('system::delete_pooled_blob'),
      arguments: [self, pool, transaction.pure.u256(u256(idBytes))],
    });
  });
  expect(await world.clients().walrus.getVerifiedBlobStatus({ blobId })).toEqual({ type: 'nonexistent' });
}, 60_000);
