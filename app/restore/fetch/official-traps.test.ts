/** Networks on which the official TypeScript reader hangs or fails, by their number in walrus-protocol section 13.5. Ours reads. */
import { describe, expect, it } from 'vitest';
import { redStuff } from '../../domain/redstuff.ts';
import { chooseNodes, keepOnly, never, openTrial, readsRight, stateOf } from '../../../test/world/reading-trial.ts';

describe('where the official reader gives up, ours', () => {
  it('1: needs not one sliver more than the minimum, on any number of shards, even a single one', async () => {
    for (const shards of [1, 2, 4, 7, 10, 13]) {
      const trial = await openTrial(shards, shards, shards, 300);
      keepOnly(trial, (axis, pair) => axis === 'primary' && pair >= shards - redStuff(shards).rows);
      await readsRight(trial, `${shards} shards`);
      expect(trial.clock.steady(), `${shards} shards`).toBeLessThan(5_000);
    }
  });

  it('3: finds metadata on a small committee whose other nodes all fail', async () => {
    for (let nodes = 4; nodes <= 11; nodes++) {
      const trial = await openTrial(nodes, nodes, 30 + nodes, 300);
      const [keeper] = chooseNodes(trial, 1);
      for (const node of trial.network.all) {
        if (node !== keeper) node.bodies.delete(`${trial.blob.blobId} metadata`);
      }
      await readsRight(trial, `${nodes} nodes`);
      for (const node of chooseNodes(trial, redStuff(nodes).faulty)) if (node !== keeper) node.temper = 'down';
      await readsRight(trial, `${nodes} nodes, some of them down`);
    }
  });

  it('4: asks nobody for a status: one node is a committee, and a bare third of the nodes may answer', async () => {
    await readsRight(await openTrial(1, 1, 40, 300), 'one node');
    const trial = await openTrial(10, 10, 41);
    for (const node of chooseNodes(trial, 10 - redStuff(10).rows)) node.temper = 'silent';
    await readsRight(trial, 'four of ten answer');
    expect(trial.network.count('status')).toBe(0);
  });

  it('8: goes on after any number of epochs without being opened anew', async () => {
    const trial = await openTrial(10, 10, 50);
    const { network, state, reader, blob } = trial;
    for (let epoch = 6; epoch < 12; epoch++) {
      const before = state.now.committee;
      // All shards change hands, and those who had them delete what they held at once.
      const members = before.members.map((member, i) => ({
        ...member,
        shards: before.members[(i + 3) % 10]?.shards ?? [],
      }));
      const bodies = network.all.map((node) => new Map(node.bodies));
      for (const [i, node] of network.all.entries()) {
        node.bodies.clear();
        for (const [name, body] of bodies[(i + 3) % 10] ?? []) node.bodies.set(name, body);
      }
      state.now = stateOf({ ...before, epoch, members });
      const { bytes: whole } = await reader.readWhole(blob.blobId, blob.bytes.length, never);
      expect(Buffer.from(whole).equals(blob.bytes), `epoch ${epoch}`).toBe(true);
    }
  });
});
