import { describe, expect, it } from 'vitest';
import type { ModelNetwork, Temper } from '../../../test/world/model-nodes.ts';
import { parseBlobId } from '../../domain/blob-id.ts';
import type { NetworkState } from '../../domain/committee.ts';
import { openNodeHealth } from '../../domain/node-health.ts';
import { redStuff } from '../../domain/redstuff.ts';
import { sliverDataBytes, sliverForm } from '../../domain/sliver-form.ts';
import type { Pool } from '../../ports/pool.ts';
import { openReader } from './fetch.ts';
import {
  chooseNodes,
  fault,
  forgeInconsistent,
  keepOnly,
  never,
  openTrial,
  pool,
  readerOf,
  readsRight,
  says,
  stateOf,
} from '../../../test/world/reading-trial.ts';

describe('readRange', () => {
  it('fetches just the systematic slivers that hold the bytes, and metadata once', async () => {
    const trial = await openTrial(10, 10, 1);
    const { reader, blob, network } = trial;
    const row = sliverDataBytes(sliverForm(10, blob.bytes.length), 'primary');
    const part = await reader.readRange(blob.blobId, row - 5, row + 5, never);
    expect(part).toEqual(blob.bytes.subarray(row - 5, row + 5));
    expect(network.count('sliver')).toBe(2);
    await reader.readRange(blob.blobId, 2 * row, 2 * row + 1, never);
    expect(network.count('sliver')).toBe(3);
    // Neighbours share what was fetched.
    await reader.readRange(blob.blobId, row + 5, 2 * row + 5, never);
    expect(network.count('sliver')).toBe(3);
    expect(network.count('metadata')).toBe(1);
  });

  it('fetches a sliver once for several ranges, and nothing for empty ones', async () => {
    const { reader, blob, network } = await openTrial(10, 10, 2);
    const ranges = [
      { start: 10, end: 20 },
      { start: 0, end: 0 },
      { start: 15, end: 40 },
    ];
    const parts = await reader.readRanges(blob.blobId, ranges, never);
    expect(parts).toEqual(ranges.map(({ start, end }) => blob.bytes.slice(start, end)));
    expect(network.count('sliver')).toBe(1);
  });

  it('edge 95: rebuilds the blob when the sliver that holds the bytes is gone, lied about, or does not come', async () => {
    for (const temper of ['down', 'silent', 'refusing', 'lying', 'confusing'] as const) {
      const trial = await openTrial(10, 10, 3);
      const { reader, blob, network, clock } = trial;
      const holder = network.all.find(({ bodies }) => bodies.has(`${blob.blobId} 0 primary`));
      if (holder) holder.temper = temper;
      const part = await reader.readRange(blob.blobId, 1, 9, never);
      expect(part, temper).toEqual(blob.bytes.slice(1, 9));
      // The lost one, as many as rebuild a blob, and one to be safe.
      expect(network.count('sliver')).toBeLessThanOrEqual(2 + redStuff(10).rows);
      expect(clock.steady()).toBeLessThan(5_000);
    }
  });

  it('has the row from symbols of the others when the node that holds it is gone or slow, and moves no more slivers', async () => {
    for (const temper of ['down', 'silent', 'slow', 'refusing', 'lying'] as const) {
      const trial = await openTrial(100, 100, 5, 50_000);
      const { reader, blob, network, clock } = trial;
      const holder = network.all.find(({ bodies }) => bodies.has(`${blob.blobId} 0 primary`));
      if (holder) holder.temper = temper;
      expect(await reader.readRange(blob.blobId, 1, 9, never), temper).toEqual(blob.bytes.slice(1, 9));
      expect(network.count('sliver'), temper).toBe(1);
      expect(clock.steady()).toBeLessThan(5_000);
    }
  });

  it('rebuilds the blob when the symbols are not enough or not true', async () => {
    for (const wrong of [34, 1]) {
      const trial = await openTrial(100, 100, 6, 50_000);
      const { reader, blob, network } = trial;
      const holder = network.all.find(({ bodies }) => bodies.has(`${blob.blobId} 0 primary`));
      const others = chooseNodes(trial, 99).filter((node) => node !== holder);
      if (holder) holder.temper = 'down';
      for (const node of others.slice(0, wrong)) node.temper = wrong === 1 ? 'lying' : 'down';
      expect(await reader.readRange(blob.blobId, 1, 9, never)).toEqual(blob.bytes.slice(1, 9));
    }
  });

  it('refuses bytes that the blob does not have', async () => {
    const { reader, blob } = await openTrial(4, 4, 4, 100);
    await expect(reader.readRange(blob.blobId, 90, 101, never)).rejects.toEqual(fault({ code: 'bad-input' }));
    await expect(reader.readRange(blob.blobId, -1, 5, never)).rejects.toEqual(fault({ code: 'bad-input' }));
  });
});

describe('readWhole', () => {
  const tempers: readonly Temper[] = ['down', 'silent', 'slow', 'refusing', 'lying', 'confusing'];

  it.each(tempers)('reads everything with any third of the nodes %s', async (temper) => {
    for (let seed = 1; seed <= 8; seed++) {
      const trial = await openTrial(10, 10, seed);
      for (const node of chooseNodes(trial, 3)) node.temper = temper;
      await readsRight(trial, `seed ${seed}`);
    }
  });

  it('reads everything with random thirds of the nodes bad in mixed ways', async () => {
    for (let seed = 1000; seed < 1060; seed++) {
      const trial = await openTrial(13, 13, seed, 700);
      for (const node of chooseNodes(trial, 4)) {
        node.temper = tempers[Math.floor(trial.dice.fraction() * tempers.length)] ?? 'down';
      }
      await readsRight(trial, `seed ${seed}`);
    }
  });

  it('reads everything with two thirds of the shards down', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const trial = await openTrial(20, 100, seed, 5000);
      for (const node of chooseNodes(trial, 13)) node.temper = seed % 2 === 0 ? 'down' : 'silent';
      await readsRight(trial, `seed ${seed}`);
    }
  });

  it('reads everything with any 66 of 100 shards bad in mixed ways', async () => {
    for (let seed = 500; seed < 512; seed++) {
      const trial = await openTrial(100, 100, seed, 5000);
      for (const node of chooseNodes(trial, 66)) {
        node.temper = tempers[Math.floor(trial.dice.fraction() * tempers.length)] ?? 'down';
      }
      await readsRight(trial, `seed ${seed}`);
    }
  });

  it('needs exactly the minimum of primary slivers', async () => {
    const { rows } = redStuff(10);
    for (let seed = 1; seed <= 5; seed++) {
      const trial = await openTrial(10, 10, seed);
      keepOnly(trial, (axis, pair) => axis === 'primary' && (pair * 7 + seed) % 10 < rows);
      await readsRight(trial, `seed ${seed}`);
    }
  });

  it('needs exactly the minimum of secondary slivers', async () => {
    const { columns } = redStuff(10);
    for (let seed = 1; seed <= 5; seed++) {
      const trial = await openTrial(10, 10, seed);
      keepOnly(trial, (axis, pair) => axis === 'secondary' && (pair * 3 + seed) % 10 < columns);
      await readsRight(trial, `seed ${seed}`);
    }
  });

  it('fails fast and says what is missing with one sliver fewer than possible', async () => {
    const { rows, columns } = redStuff(10);
    const trial = await openTrial(10, 10, 6);
    keepOnly(trial, (axis, pair) => pair < (axis === 'primary' ? rows : columns) - 1);
    const wanted = fault({
      code: 'blob-unavailable',
      retry: 'later',
      message: says('3 of 4 primary or 6 of 7 secondary'),
    });
    await expect(trial.reader.readWhole(trial.blob.blobId, undefined, never)).rejects.toEqual(wanted);
    await expect(trial.reader.readRange(trial.blob.blobId, 2990, 3000, never)).rejects.toEqual(wanted);
    expect(trial.clock.steady()).toBeLessThan(1_000);
  });

  it('fails in bounded time when nodes never answer', async () => {
    const trial = await openTrial(10, 10, 7);
    for (const node of chooseNodes(trial, 7)) node.temper = 'silent';
    await expect(trial.reader.readWhole(trial.blob.blobId, undefined, never)).rejects.toEqual(
      fault({ code: 'blob-unavailable' }),
    );
    expect(trial.clock.steady()).toBeLessThan(4 * 60_000);
  });

  it('reads from a single node that holds enough, while all others lie', async () => {
    const trial = await openTrial(3, 10, 8);
    const [first, second] = trial.network.all;
    if (first && second) first.temper = second.temper = 'lying';
    // The honest node has three shards; give it one more sliver than its shards would.
    const third = trial.network.all[2];
    for (const [name, body] of first?.bodies ?? []) third?.bodies.set(name, body);
    const moved = trial.network.committee.members.map((member, index) => {
      const all = trial.network.committee.members;
      return {
        ...member,
        shards: index === 2 ? [...(all[0]?.shards ?? []), ...member.shards] : index === 0 ? [] : member.shards,
      };
    });
    trial.state.now = stateOf({ ...trial.network.committee, members: moved });
    await readsRight(trial, 'one honest node');
  });

  it('names a blob that nobody has', async () => {
    const { reader, network } = await openTrial(10, 10, 9);
    const unknown = parseBlobId(new Uint8Array(32).fill(7));
    await expect(reader.readWhole(unknown, undefined, never)).rejects.toEqual(
      fault({ code: 'blob-unavailable', message: says('10 do not have it') }),
    );
    expect(network.count('metadata')).toBe(10);
  });

  it('refuses a blob of another length than the caller knows', async () => {
    const { reader, blob } = await openTrial(4, 4, 10, 100);
    await expect(reader.readWhole(blob.blobId, 99, never)).rejects.toEqual(fault({ code: 'blob-inconsistent' }));
  });

  it('remembers liars and asks them last', async () => {
    const trial = await openTrial(10, 10, 11);
    for (const node of chooseNodes(trial, 3)) node.temper = 'lying';
    await readsRight(trial, 'first');
    await readsRight(trial, 'second');
    trial.network.counts.clear();
    await trial.reader.readWhole(trial.blob.blobId, undefined, never);
    expect(trial.network.count('sliver')).toBe(redStuff(10).rows);
  });

  it('believes slivers that are no rows until a row comes out wrong; then it finds the liars, and fetches no row again', async () => {
    const trial = await openTrial(100, 100, 14);
    const { network, clock, dice, state, blob } = trial;
    const { rows } = redStuff(100);
    const holds = (pair: number) => network.all.find(({ bodies }) => bodies.has(`${blob.blobId} ${pair} primary`));
    const lost = 10;
    for (let row = 0; row < lost; row++) holds(row)?.bodies.delete(`${blob.blobId} ${row} primary`);
    const fetched: number[] = [];
    const nodes: ModelNetwork = {
      ...network,
      node: (member) => {
        const client = network.node(member);
        return {
          ...client,
          sliverInto: (id, pair, ...more) => {
            fetched.push(pair);
            return client.sliverInto(id, pair, ...more);
          },
        };
      },
    };
    let checked = 0;
    const counted: Pool = {
      ...pool,
      verifyRows: (input, options) => {
        checked += input.rows.length;
        return pool.verifyRows(input, options);
      },
    };
    const health = openNodeHealth(clock, dice);
    const asked = () => Promise.resolve(state.now);
    const reader = openReader({ nodes, pool: counted, clock, dice, health, network: asked });
    const readWhole = async () => {
      const { bytes } = await reader.readWhole(blob.blobId, undefined, never);
      expect(Buffer.from(bytes).equals(blob.bytes)).toBe(true);
    };
    await readWhole();
    expect(checked).toBe(rows - lost);

    const liars = Array.from({ length: 30 }, (_, i) => holds(rows + 2 * i));
    for (const liar of liars) if (liar) liar.temper = 'lying';
    fetched.length = checked = 0;
    await readWhole();
    expect(checked).toBeGreaterThan(rows);
    expect(liars.filter((liar) => liar && health.isLiar(liar.member.nodeId)).length).toBeGreaterThan(0);
    for (let row = lost; row < rows; row++) expect(fetched.filter((pair) => pair === row)).toEqual([row]);
  });

  it('edge 94: says so when genuine slivers do not come from one encoding', async () => {
    const trial = await openTrial(4, 4, 12, 60);
    const { network, clock, dice, state } = trial;
    const other = await forgeInconsistent(trial);
    const reader = readerOf(network, clock, dice, state);
    // Its rows are what the id promises; whoever has to rebuild one finds that the others do not give it.
    const row = await reader.readRange(other, 0, 30, never);
    for (const { bodies } of network.all) bodies.delete(`${other} 1 primary`);
    expect(row.length).toBe(30);
    await expect(reader.readWhole(other, undefined, never)).rejects.toEqual(
      fault({ code: 'blob-inconsistent', retry: 'never' }),
    );
  });

  it('ends at once when it is cancelled', async () => {
    const { reader, blob, network, clock } = await openTrial(10, 10, 13);
    for (const node of network.all) node.temper = 'silent';
    const controller = new AbortController();
    const reading = reader.readWhole(blob.blobId, undefined, controller.signal);
    await clock.sleep(50);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    expect(clock.steady()).toBe(50);
  });

  it('keeps many reads at once within its memory, and finishes them all', async () => {
    const { network, clock, dice, state, blob } = await openTrial(10, 10, 14);
    const health = openNodeHealth(clock, dice);
    const limits = { wholeBytesMax: 8_000, rangeBytesMax: 2_000, bytesInFlightMax: 1_000 };
    const network_ = (): Promise<NetworkState> => Promise.resolve(state.now);
    const reader = openReader({ nodes: network, pool, clock, dice, health, network: network_, limits });
    const first = network.all.find(({ bodies }) => bodies.has(`${blob.blobId} 0 primary`));
    if (first) first.temper = 'silent';
    const reads = Array.from({ length: 12 }, (_, i) =>
      i % 2 === 0
        ? reader.readWhole(blob.blobId, undefined, never).then(({ bytes, release }) => {
            const own = new Uint8Array(bytes);
            release();
            return own;
          })
        : reader.readRange(blob.blobId, 0, 3000, never),
    );
    for (const read of await Promise.all(reads)) expect(read).toEqual(blob.bytes);
  });
});

describe('while the epoch changes', () => {
  it('reads from the previous committee first, and from the new one what has moved', async () => {
    const trial = await openTrial(10, 10, 20);
    const { network, state, blob } = trial;
    const before = network.committee;
    // Each shard goes to the next node; the data has not followed yet.
    const members = before.members.map((member, i) => ({
      ...member,
      shards: before.members[(i + 9) % 10]?.shards ?? [],
    }));
    const committee = { ...before, epoch: 6, members };
    state.now = { ...stateOf(committee), previousCommittee: before, isChanging: true };
    await readsRight(trial, 'data with the previous committee');
    expect(network.count('sliver')).toBeLessThanOrEqual(2 * redStuff(10).rows);
    // Now the data is with the new committee only.
    const slivers = network.all.map(({ bodies }) => [...bodies].filter(([name]) => !name.endsWith('metadata')));
    for (const [i, node] of network.all.entries()) {
      for (const [name] of slivers[i] ?? []) node.bodies.delete(name);
      for (const [name, body] of slivers[(i + 9) % 10] ?? []) node.bodies.set(name, body);
    }
    await readsRight(trial, 'data with the new committee');
    expect(blob.bytes.length).toBe(3000);
  });

  it('looks for the new committee when a blob is not where it was', async () => {
    const trial = await openTrial(10, 10, 21);
    const { network, state } = trial;
    await trial.reader.readRange(trial.blob.blobId, 0, 1, never);
    const before = network.committee;
    const members = before.members.map((member, i) => ({ ...member, shards: before.members[9 - i]?.shards ?? [] }));
    const slivers = network.all.map(({ bodies }) => new Map(bodies));
    for (const [i, node] of network.all.entries()) {
      node.bodies.clear();
      for (const [name, body] of slivers[9 - i] ?? []) node.bodies.set(name, body);
    }
    state.now = stateOf({ ...before, epoch: 6, members });
    await readsRight(trial, 'after the epoch');
  });
});
