import { afterEach, expect, it } from 'vitest';
import {
  closeWorlds,
  content,
  openWorld,
  ownerOf,
  shards,
  uploadAll,
  type NodeWorld,
} from '../network/testing/node-world.ts';
import { sampleBlob, type SampleBlob } from '../network/testing/sample-blob.ts';

afterEach(closeWorlds);

/** A certified blob on all nodes; the wiped node has two of the ten shards, so that seven others suffice. */
async function openStored(bytes = 20_000): Promise<{ world: NodeWorld; blob: SampleBlob }> {
  const world = await openWorld('memory');
  const blob = sampleBlob(shards, content(bytes));
  world.register(blob);
  await uploadAll(world, blob);
  world.certify(blob);
  await world.nodes[wiped]?.wipe();
  return { world, blob };
}

const wiped = 3;

/** Every sliver of the wiped node that it serves, against what was uploaded; how many there are. */
async function served({ world, blob }: { world: NodeWorld; blob: SampleBlob }): Promise<number> {
  let count = 0;
  for (let pair = 0; pair < shards; pair++) {
    if (ownerOf(world, blob, pair) !== wiped) continue;
    for (const axis of ['primary', 'secondary'] as const) {
      const response = await world.get(wiped, `/v1/blobs/${blob.id}/slivers/${pair}/${axis}`);
      if (response.status !== 200) continue;
      expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), blob.sliver(pair, axis))).toBe(0);
      count++;
    }
  }
  return count;
}

it('a wiped node rebuilds metadata and slivers from the others, byte for byte, and confirms again', async () => {
  for (const bytes of [1, 20_000, 1_500_000]) {
    const stored = await openStored(bytes);
    const { world, blob } = stored;
    expect(await served(stored)).toBe(0);
    expect(await world.nodes[wiped]?.heal()).toMatchObject({ rebuilt: 4, lacking: 0 });
    expect(await served(stored)).toBe(4);
    expect((await world.answer(wiped, `/v1/blobs/${blob.id}/confirmation/permanent`))[0]).toBe(200);
    expect(await world.nodes[wiped]?.heal()).toMatchObject({ rebuilt: 0, lacking: 0 });
  }
});

it('says what it cannot rebuild while too many are gone, and rebuilds it when they are back', async () => {
  const stored = await openStored();
  const { nodes } = stored.world;
  nodes[0]?.stop();
  // Seven symbols make a primary sliver, four a secondary one; five shards are left.
  expect(await nodes[wiped]?.heal()).toMatchObject({ rebuilt: 2, lacking: 2 });
  nodes[0]?.start();
  expect(await nodes[wiped]?.heal()).toMatchObject({ rebuilt: 2, lacking: 0 });
  expect(await served(stored)).toBe(4);
});

it('never takes a wrong sliver from nodes that hand out wrong bytes', async () => {
  const stored = await openStored();
  const { nodes } = stored.world;
  nodes[1]?.setFault({ kind: 'corrupt', rate: 1 });
  const { rebuilt = 0, lacking = 0 } = (await nodes[wiped]?.heal()) ?? {};
  expect([rebuilt + lacking, await served(stored)]).toEqual([4, rebuilt]);
  nodes[1]?.setFault(undefined);
  expect(await nodes[wiped]?.heal()).toMatchObject({ rebuilt: lacking, lacking: 0 });
  expect(await served(stored)).toBe(4);
});

it('leaves alone what is not certified', async () => {
  const world = await openWorld('memory');
  const blob = sampleBlob(shards, content(500));
  world.register(blob);
  await uploadAll(world, blob);
  await world.nodes[wiped]?.wipe();
  expect(await world.nodes[wiped]?.heal()).toMatchObject({ rebuilt: 0, lacking: 0 });
});
