import { afterEach, describe, expect, it } from 'vitest';
import { portableRs2 } from '../../../native-workers/portable/portable.ts';
import { aggregatorFetch, memoryAggregatorUrl } from '../network/memory-door.ts';
import { closeWorlds, content, openWorld, shards, uploadAll } from '../network/testing/node-world.ts';
import { seededDice } from '../network/testing/fake-chain.ts';
import { sampleBlob } from '../network/testing/sample-blob.ts';
import { inlineWorkbench } from '../nodes/nodes.ts';
import { openAggregator } from './aggregator.ts';

afterEach(closeWorlds);

async function openStored(bytes = 20_000) {
  const world = await openWorld('memory');
  const { chain, nodes, clock } = world;
  const blob = sampleBlob(shards, content(bytes));
  world.register(blob);
  await uploadAll(world, blob);
  const workbench = inlineWorkbench(portableRs2);
  const aggregator = openAggregator({ chain, nodes: () => nodes, workbench, clock, dice: seededDice(3) });
  const ask = aggregatorFetch(aggregator);
  const get = (path: string, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<Response> =>
    ask(`${memoryAggregatorUrl}${path}`, { headers, ...(signal === undefined ? {} : { signal }) });
  const path = `/v1/blobs/${blob.id}`;
  return { ...world, blob, aggregator, get, path };
}

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

describe('the aggregator of the embedded network', () => {
  it('serves a blob when it is certified, and says what it is', async () => {
    const { get, path, blob, certify } = await openStored();
    expect((await get(path)).status).toBe(404);
    certify(blob);
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe(`"${blob.id}"`);
    expect(response.headers.get('cache-control')).toContain('max-age=86400');
    expect((await bytesOf(response)).equals(blob.content)).toBe(true);
    expect((await get('/status')).status).toBe(200);
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=4095-12000', 4095, 12_001],
    ['bytes=19999-', 19_999, 20_000],
    ['bytes=-100', 19_900, 20_000],
    ['bytes=19000-99999', 19_000, 20_000],
  ])('serves ranges: %s', async (range, start, end) => {
    const { get, path, blob, certify } = await openStored();
    certify(blob);
    const response = await get(path, { range });
    expect([response.status, response.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end - 1}/20000`]);
    expect((await bytesOf(response)).equals(blob.content.subarray(start, end))).toBe(true);
    const part = await get(`${path}/byte-range?start=${start}&length=${end - start}`);
    expect([part.status, part.headers.get('content-range')]).toEqual([200, null]);
    expect((await bytesOf(part)).equals(blob.content.subarray(start, end))).toBe(true);
  });

  it('refuses what is not there or has no sense', async () => {
    const { get, path, blob, certify } = await openStored();
    certify(blob);
    for (const [asked, status, range] of [
      [`/v1/blobs/${'A'.repeat(43)}`, 404],
      ['/v1/blobs/short', 400],
      ['/v1/elsewhere', 404],
      [path, 416, 'bytes=20000-20001'],
      [`${path}/byte-range`, 416],
      [`${path}/byte-range?start=19999&length=2`, 416],
      [`${path}/byte-range?start=0&length=0`, 416],
    ] as const)
      expect((await get(asked, range === undefined ? {} : { range })).status, asked).toBe(status);
    // Several ranges, and none: all of it.
    expect((await get(path, { range: 'bytes=0-1,5-6' })).status).toBe(200);
  });

  it('rebuilds what a stopped or lying node holds, and says so when too many are gone', async () => {
    const { get, path, blob, certify, nodes } = await openStored();
    certify(blob);
    nodes[3]?.stop();
    expect((await bytesOf(await get(path))).equals(blob.content)).toBe(true);
    nodes[3]?.start();
    nodes[2]?.setFault({ kind: 'corrupt', rate: 1 });
    expect((await bytesOf(await get(path))).equals(blob.content)).toBe(true);
    nodes[2]?.setFault(undefined);
    nodes[0]?.stop();
    nodes[1]?.stop();
    expect((await get(path)).status).toBe(503);
  });

  it('misbehaves when it is told to', async () => {
    const { get, path, blob, certify, aggregator } = await openStored();
    certify(blob);
    aggregator.setFault({ kind: 'short' });
    const short = await get(path, { range: 'bytes=0-99' });
    expect([short.headers.get('content-length'), (await bytesOf(short)).length]).toEqual(['50', 50]);
    aggregator.setFault({ kind: 'corrupt', rate: 1 });
    const wrong = await bytesOf(await get(path));
    expect([wrong.length, wrong.equals(blob.content)]).toEqual([20_000, false]);
    aggregator.setFault({ kind: 'refuse', rate: 1 });
    expect((await get(path)).status).toBe(503);
    aggregator.setFault({ kind: 'silent' });
    await expect(get(path, {}, AbortSignal.timeout(20))).rejects.toThrow();
    aggregator.setFault(undefined);
    aggregator.stop();
    await expect(get(path)).rejects.toThrow('fetch failed');
    aggregator.start();
    expect((await bytesOf(await get(path))).equals(blob.content)).toBe(true);
  });
});
