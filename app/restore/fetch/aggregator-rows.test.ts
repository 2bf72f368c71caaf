/** Reading with aggregators on real sockets: good ones, and ones that are bad in every way that a server can be. */
import { afterAll, describe, expect, it } from 'vitest';
import {
  badWays,
  liars,
  openTestAggregator,
  rightly,
  type TestAggregator,
  type Way,
} from '../../../test/world/bad-aggregator.ts';
import { chooseNodes, fault, never, openTrial, pool, type Trial } from '../../../test/world/reading-trial.ts';
import { openAggregators } from '../../adapters/aggregators/aggregators.ts';
import { systemClock } from '../../adapters/time/time.ts';
import { parseAggregatorUrl } from '../../domain/aggregator-url.ts';
import { openNodeHealth } from '../../domain/node-health.ts';
import { redStuff } from '../../domain/redstuff.ts';
import { sliverDataBytes, sliverForm } from '../../domain/sliver-form.ts';
import type { Aggregators } from '../../ports/aggregators.ts';
import type { ReadLimits } from './limits.ts';
import { openAggregatorRows, openReader, type AggregatorRows, type BlobReader } from './fetch.ts';

const shards = 10;
const { rows } = redStuff(shards);
const blobBytes = 9_950;
const rowBytes = sliverDataBytes(sliverForm(shards, blobBytes), 'primary');
/** So long an aggregator gets before nodes are asked, and so often it is looked at: short for those that will not answer, long for those that do. */
const short = { aggregatorMs: 150, lookMs: 80 };
const long = { aggregatorMs: 20_000, lookMs: 10_000 };

interface Reading {
  readonly trial: Trial;
  readonly reader: BlobReader;
  readonly source: AggregatorRows;
  readonly servers: readonly TestAggregator[];
}

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function open(seed: number, { aggregatorMs, lookMs }: typeof short, ...ways: readonly Way[]): Promise<Reading> {
  const clock = systemClock();
  const trial = await openTrial(shards, shards, seed, blobBytes, clock);
  const { blob, network, dice, state } = trial;
  const servers = await Promise.all(ways.map((way) => openTestAggregator(blob.blobId, blob.bytes, way)));
  const aggregators = openAggregators({ clock, lookMs });
  const allowed = () => Promise.resolve(servers.map(({ url }) => url));
  const source = openAggregatorRows({ aggregators, allowed, clock, dice });
  closers.push(() => aggregators.close(), ...servers.map(({ close }) => close));
  const health = openNodeHealth(clock, dice);
  const limits = {
    aggregatorMs,
    aggregatorGraceMs: 60_000,
    aggregatorBytesMax: 700,
    nodesBytesPerSecondFirst: 1024 ** 3,
  };
  const told = { nodes: network, pool, clock, dice, health, limits, network: () => Promise.resolve(state.now) };
  return { trial, source, servers, reader: openReader({ ...told, aggregators: source }) };
}

async function readWhole({ reader, trial: { blob } }: Reading): Promise<Buffer> {
  const { bytes, release } = await reader.readWhole(blob.blobId, blobBytes, never);
  const read = Buffer.from(bytes);
  release();
  return read;
}

const standing = ({ source, servers }: Reading, index = 0) => {
  const server = servers[index];
  if (server === undefined) throw new Error('there is no such aggregator');
  return source.standingOf(server.url);
};

describe('a good aggregator', () => {
  it('gives all rows of a blob, each byte once; storage nodes give metadata only', async () => {
    const reading = await open(1, long, rightly);
    const { trial, servers } = reading;
    expect((await readWhole(reading)).equals(trial.blob.bytes)).toBe(true);
    expect([trial.network.count('sliver'), trial.network.count('metadata')]).toEqual([0, 1]);
    const asked = [...(servers[0]?.asked ?? [])].sort(([a], [b]) => a - b);
    expect(asked.map(([start]) => start)).toEqual([0, ...asked.slice(0, -1).map(([, end]) => end)]);
    expect(asked.at(-1)?.[1]).toBe(blobBytes);
    expect(Math.max(...asked.map(([start, end]) => end - start))).toBe(700);
    expect(standing(reading)).toMatchObject({ bytes: rows * rowBytes, lies: 0, trouble: undefined });
  });

  it('gives the rows that ranges lie in, neighbours with one request, and no row twice', async () => {
    const reading = await open(2, long, rightly);
    const { trial, reader, servers } = reading;
    const { blob } = trial;
    const ranges = [
      { start: blobBytes - 3, end: blobBytes },
      { start: 5, end: 9 },
      { start: 5, end: 5 },
    ];
    const parts = await reader.readRanges(blob.blobId, ranges, never);
    expect(parts.map((part) => Buffer.from(part))).toEqual(
      ranges.map(({ start, end }) => Buffer.from(blob.bytes.subarray(start, end))),
    );
    const last = Math.floor((blobBytes - 1) / rowBytes) * rowBytes;
    const asked = servers[0]?.asked ?? [];
    expect([Math.min(...asked.map(([start]) => start)), Math.max(...asked.map(([, end]) => end))]).toEqual([
      0,
      blobBytes,
    ]);
    expect(asked.reduce((sum, [start, end]) => sum + end - start, 0)).toBe(rowBytes + blobBytes - last);
    await reader.readRange(blob.blobId, 0, rowBytes, never);
    expect(servers[0]?.asked).toHaveLength(asked.length);
    expect(trial.network.count('sliver')).toBe(0);
  });

  it('reads what no storage node has any more, but for its metadata', async () => {
    const reading = await open(3, long, rightly);
    for (const { bodies } of reading.trial.network.all)
      for (const name of bodies.keys()) if (/ (primary|secondary)$/.test(name)) bodies.delete(name);
    expect((await readWhole(reading)).equals(reading.trial.blob.bytes)).toBe(true);
  });

  it('is asked beside bad ones, and then before them', async () => {
    const reading = await open(4, long, badWays['not found'], rightly, badWays['a reset']);
    for (let turn = 0; turn < 3; turn++)
      expect((await readWhole(reading)).equals(reading.trial.blob.bytes), `turn ${turn}`).toBe(true);
    expect(reading.trial.network.count('sliver')).toBe(0);
    // Four requests at most are under way when the first one fails.
    expect(reading.servers[0]?.asked.length).toBeLessThanOrEqual(4);
    expect(reading.servers[2]?.asked.length).toBeLessThanOrEqual(4);
  });

  it('ends when the reader is stopped', async () => {
    const { reader, trial } = await open(5, long, badWays.silence);
    const stop = new AbortController();
    const read = reader.readWhole(trial.blob.blobId, blobBytes, stop.signal);
    setTimeout(() => stop.abort(new Error('stopped')), 20);
    await expect(read).rejects.toThrow('stopped');
    await expect(reader.readWhole(trial.blob.blobId, blobBytes, stop.signal)).rejects.toThrow('stopped');
  });
});

describe('a bad aggregator', () => {
  const ways: readonly (readonly [string, Way])[] = Object.entries({ ...badWays, ...liars });

  it.concurrent.each(ways)(
    'edge 95: %s: every read is right and in time, and the aggregator is left alone',
    async (name, way) => {
      const isLiar = name in liars;
      const reading = await open(name.length, isLiar ? long : short, way);
      const { trial, reader, servers } = reading;
      const begun = performance.now();
      expect((await readWhole(reading)).equals(trial.blob.bytes)).toBe(true);
      const part = await reader.readRange(trial.blob.blobId, 30, 5_000, never);
      expect(Buffer.from(part).equals(trial.blob.bytes.subarray(30, 5_000))).toBe(true);
      // What nodes in memory take, and thirty tests at once, is in these seconds; a socket alone would wait for fifteen.
      expect(performance.now() - begun).toBeLessThan(short.aggregatorMs + 5_000);
      expect(standing(reading)).toMatchObject({ lies: isLiar ? 1 : 0, trouble: expect.any(String) as string });
      expect(servers[0]?.asked.length).toBeLessThanOrEqual(isLiar ? 15 : 4);
      expect(trial.network.count('sliver')).toBeGreaterThan(0);
    },
  );

  it('that sends one wrong row: the others are kept, and only what is missing comes from nodes', async () => {
    const reading = await open(40, long, (answering) =>
      answering.start === 700 ? liars['a wrong byte'](answering) : answering.right(),
    );
    expect((await readWhole(reading)).equals(reading.trial.blob.bytes)).toBe(true);
    expect(standing(reading).lies).toBe(1);
    expect(reading.trial.network.count('sliver')).toBeLessThanOrEqual(rows);
  });

  it('is passed over in bounded time with a third of the nodes bad as well, whatever both do: seeds', async () => {
    const tempers = ['down', 'refusing', 'lying', 'confusing'] as const;
    const read = async (seed: number): Promise<void> => {
      const reading = await open(seed, short, rightly, rightly);
      const { trial, servers } = reading;
      const { dice } = trial;
      const pick = <T>(from: readonly T[]): T => from[Math.floor(dice.fraction() * from.length)] as T;
      // Good for some requests, then bad in one way or another.
      for (const server of servers) {
        const way = pick(ways)[1];
        const good = Math.floor(dice.fraction() * 8);
        server.way = (answering) => (server.asked.length > good ? way(answering) : answering.right());
      }
      for (const node of chooseNodes(trial, 3)) node.temper = pick(tempers);
      expect((await readWhole(reading)).equals(trial.blob.bytes), `seed ${seed}`).toBe(true);
      const start = Math.floor(dice.fraction() * blobBytes);
      const part = await reading.reader.readRange(trial.blob.blobId, start, blobBytes, never);
      expect(Buffer.from(part).equals(trial.blob.bytes.subarray(start)), `seed ${seed}`).toBe(true);
    };
    await Promise.all(Array.from({ length: 12 }, (_, i) => read(100 + i)));
  });

  it('that sends elsewhere is not followed', async () => {
    const other = await open(60, long, rightly);
    const location = `${other.servers[0]?.url}/v1/blobs/${other.trial.blob.blobId}`;
    for (const code of [301, 302, 303, 307, 308]) {
      const reading = await open(60, long, ({ response }) => void response.writeHead(code, { location }).end());
      expect((await readWhole(reading)).equals(reading.trial.blob.bytes)).toBe(true);
    }
    expect(other.servers[0]?.asked).toEqual([]);
  });

  /** An aggregator under the virtual clock, and how often it was asked. */
  async function openSlow(latencyMs: number, bytesPerMs: number, limits: Partial<ReadLimits>) {
    const trial = await openTrial(shards, shards, 70, 1_000_000);
    const { blob, network, clock, dice, state } = trial;
    let asked = 0;
    const aggregators: Aggregators = {
      async readInto(_, { start, room, came }, signal) {
        asked++;
        await clock.sleep(latencyMs, signal);
        for (let at = 0; at < room.length; at += 1_000) {
          await clock.sleep(1_000 / bytesPerMs, signal);
          const some = blob.bytes.subarray(start + at, Math.min(start + at + 1_000, start + room.length));
          room.set(some, at);
          came(some.length);
        }
      },
      ping: () => Promise.resolve(1),
      close: () => Promise.resolve(),
    };
    const url = parseAggregatorUrl('https://slow.example.org');
    const source = openAggregatorRows({ aggregators, allowed: () => Promise.resolve([url]), clock, dice });
    const health = openNodeHealth(clock, dice);
    const told = { nodes: network, pool, clock, dice, health, network: () => Promise.resolve(state.now) };
    const reader = openReader({ ...told, limits, aggregators: source });
    return { ...trial, reader, standing: () => source.standingOf(url), asked: () => asked };
  }

  it('that is steady but slow costs no more than its time and that of the nodes, and what it gave is kept', async () => {
    const bound = { aggregatorMs: 2_500, aggregatorBytesMax: 500_000, nodesBytesPerSecondFirst: 1_000_000 };
    const { reader, blob, network, clock, standing } = await openSlow(0, 100, bound);
    const begun = clock.steady();
    const { bytes, release } = await reader.readWhole(blob.blobId, 1_000_000, never);
    expect(Buffer.from(bytes).equals(blob.bytes)).toBe(true);
    release();
    // Two requests at a hundred bytes each ms: seven tenths came in the three and a half seconds that it was given.
    expect(clock.steady() - begun).toBeLessThan(3_500 + 500);
    expect(standing().bytes).toBeGreaterThan(400_000);
    expect(network.count('sliver')).toBeLessThanOrEqual(rows - 2);
    expect(network.count('sliver')).toBeGreaterThan(0);
  });

  it('that answers rightly but much later than nodes is no help, and is not asked at each read', async () => {
    const { reader, blob, network, clock, standing, asked } = await openSlow(1_800, 1_000_000, {});
    const begun = clock.steady();
    for (let row = 0; row < rows; row++) {
      const start = row * sliverDataBytes(sliverForm(shards, 1_000_000), 'primary');
      const part = await reader.readRange(blob.blobId, start, start + 9, never);
      expect(Buffer.from(part).equals(blob.bytes.subarray(start, start + 9))).toBe(true);
    }
    expect(asked()).toBe(1);
    expect(network.count('sliver')).toBe(rows - 1);
    expect(standing().trouble).toMatch(/slower/);
    expect(clock.steady() - begun).toBeLessThan(2_500);
  });

  it('does not make a blob that cannot be had look as if it could', async () => {
    const { reader, trial } = await open(50, long, badWays['not found']);
    for (const node of chooseNodes(trial, 9)) node.temper = 'down';
    await expect(reader.readWhole(trial.blob.blobId, blobBytes, never)).rejects.toEqual(
      fault({ code: 'blob-unavailable' }),
    );
  });
});
