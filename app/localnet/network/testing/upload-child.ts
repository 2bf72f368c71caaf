/** A process that puts blobs onto one node on disk, one after the other, until it is killed; says "stored" after each answer. */
import { portableRs2 } from '../../../../native-workers/portable/portable.ts';
import { inlineWorkbench, nodeKeysFromSeed, openNode } from '../../nodes/nodes.ts';
import { createFakeChain, createManualClock, fakeNodeId, seededDice } from './fake-chain.ts';
import { sampleBlob } from './sample-blob.ts';

export const uploadShards = 4;
export const uploadBlobs = 24;

/** Alternately small slivers, that go into the books, and large ones, that become files. */
export function uploadedBlob(number: number) {
  return sampleBlob(uploadShards, seededDice(number).bytes(number % 2 === 0 ? 3000 : 150_000));
}

/** All blobs registered before anything is stored, in a chain that is the same after every restart. */
export function uploadChain() {
  const chain = createFakeChain(1, uploadShards);
  for (let number = 0; number < uploadBlobs; number++) {
    const { id: blobId } = uploadedBlob(number);
    const objectId = `0x${String(number).padStart(64, '0')}`;
    chain.emit({ kind: 'registered', blobId, objectId, deletable: false, term: { endEpoch: 9 } });
  }
  return chain;
}

export function openUploadNode(folder: string, chain = uploadChain()) {
  return openNode({
    index: 0,
    nodeId: fakeNodeId(0),
    keys: nodeKeysFromSeed(new Uint8Array(48).fill(1)),
    chain,
    clock: createManualClock(),
    dice: seededDice(1),
    workbench: inlineWorkbench(portableRs2),
    peers: () => [],
    folder,
  });
}

export async function upload(folder: string, say: (what: string) => void): Promise<void> {
  const node = await openUploadNode(folder);
  const put = async (path: string, body: Uint8Array<ArrayBuffer>): Promise<number> => {
    const common = { method: 'PUT', contentType: undefined, signal: undefined, query: new URLSearchParams() };
    return (await node.handle({ ...common, path, body })).status;
  };
  for (let number = 0; number < uploadBlobs; number++) {
    const blob = uploadedBlob(number);
    await put(`/v1/blobs/${blob.id}/metadata`, blob.metadataBody);
    for (let pair = 0; pair < uploadShards; pair++) {
      for (const axis of ['primary', 'secondary'] as const) {
        const status = await put(`/v1/blobs/${blob.id}/slivers/${pair}/${axis}`, blob.sliver(pair, axis));
        if (status >= 300) throw new Error(`the node answered ${status}`);
        say(`stored ${number}/${pair}/${axis}`);
      }
    }
  }
  await node.close();
}

const folder = process.argv[2];
if (import.meta.main && folder !== undefined) await upload(folder, (what) => process.stdout.write(`${what}\n`));
