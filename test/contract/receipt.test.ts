/** A receipt against the official SDK: the same blob is certified in the same epoch, and the committee that signed is the one that the SDK reads. */
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { WalrusClient } from '@mysten/walrus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toHex } from '../../app/domain/bytes.ts';
import { verifyReceipt } from '../../app/formats/verify-receipt.ts';
import { openWorld, type World } from '../world/world.ts';

const never = new AbortController().signal;
let world: World;
beforeAll(async () => {
  world = await openWorld({ seed: 5, nodes: 12, shards: 100 });
});
afterAll(() => world?.close());

it('names the epoch of certification and the committee that the official SDK reads', async () => {
  const laptop = await world.device('laptop');
  laptop.disk.user.write('/home/folder/file', 'proven');
  await laptop.protect('/home/folder');
  await laptop.sync();
  const request = { space: 'folder', path: 'file', at: undefined, withName: false };
  const verdict = verifyReceipt((await laptop.engine.receipt(request, never)).bytes);
  if (!verdict.valid) expect.fail(verdict.reason);
  const { committee, blobs } = verdict.receipt;
  const { systemObjectId, stakingObjectId } = world.endpoint;
  const walrus = new WalrusClient({
    packageConfig: { systemObjectId, stakingPoolId: stakingObjectId },
    suiClient: new SuiGrpcClient({ network: 'localnet', baseUrl: world.endpoint.grpcUrl, fetch: world.suiFetch }),
    storageNodeUrlScheme: 'http',
    storageNodeClientOptions: { fetch: world.nodeFetch },
  });
  for (const { blobId, certifiedEpoch } of blobs) {
    expect(await walrus.getVerifiedBlobStatus({ blobId })).toMatchObject({
      type: 'deletable',
      initialCertifiedEpoch: certifiedEpoch,
    });
  }
  const state = await walrus.systemState();
  expect(committee.epoch).toBe(state.committee.epoch);
  expect(committee.shards).toBe(state.committee.n_shards);
  expect(committee.members.map(({ node, publicKey, weight }) => [node, toHex(publicKey), weight])).toEqual(
    state.committee.members.map((member) => [
      member.node_id,
      toHex(Uint8Array.from(member.public_key.bytes)),
      member.weight,
    ]),
  );
}, 60_000);
