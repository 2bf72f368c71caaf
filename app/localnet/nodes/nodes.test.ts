/**
 * One suite for storage nodes behind both doors: the memory door and real sockets must answer alike. The chain is written by hand, the
 * clock is turned by hand, the codec is the portable one.
 */
import { bls12381_min_pk_verify } from '@mysten/walrus-wasm';
import { afterEach, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../domain/bytes.ts';
import { pairOfShard, parseBlobId, shardOfPair } from '../../domain/blob-id.ts';
import { redStuff } from '../../domain/redstuff.ts';
import { portableRs2, verifySymbolProof } from '../../../native-workers/portable/portable.ts';
import {
  encodeMetadata,
  encodeMetadataWithId,
  encodeSliver,
  parseConfirmationMessage,
  parseDecodingSymbols,
  parseRecoverySymbols,
  parseSliver,
} from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import { createByteBudget } from '../network/byte-budget.ts';
import { httpDoor, type HttpDoor } from '../network/http-server.ts';
import { nodeFetch } from '../network/memory-door.ts';
import { createFakeChain, createManualClock, fakeNodeId, seededDice } from '../network/testing/fake-chain.ts';
import { sampleBlob, type SampleBlob } from '../network/testing/sample-blob.ts';
import { bodyBytesMax, inlineWorkbench, nodeKeysFromSeed, openNode, tooLargeReply, type RunningNode } from './nodes.ts';

const [nodeCount, shards] = [4, 10];
const code = redStuff(shards);
const objectId = `0x${'ab'.repeat(32)}`;
const octets = { 'content-type': 'application/octet-stream' };
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function openWorld(door: 'memory' | 'loopback') {
  const chain = createFakeChain(nodeCount, shards);
  const clock = createManualClock();
  const nodes: RunningNode[] = [];
  for (let index = 0; index < nodeCount; index++) {
    const node = await openNode({
      index,
      nodeId: fakeNodeId(index),
      keys: nodeKeysFromSeed(new Uint8Array(48).fill(index + 1)),
      chain,
      clock,
      dice: seededDice(index),
      workbench: inlineWorkbench(portableRs2),
      folder: undefined,
    });
    chain.listeners.add(() => node.catchUp());
    nodes.push(node);
    closers.push(() => node.close());
  }
  const get = door === 'memory' ? memoryGet(nodes) : await loopbackGet(nodes);
  /** Status and reason, or data. */
  const answer = async (index: number, path: string, init?: RequestInit): Promise<[number, unknown]> => {
    const response = await get(index, path, init);
    const text = await response.text();
    if (!text.startsWith('{')) return [response.status, text];
    const body = JSON.parse(text) as { success?: { data: unknown }; error?: { details: { reason: string }[] } };
    return [response.status, body.success ? body.success.data : body.error?.details[0]?.reason];
  };
  const put = (index: number, path: string, body: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = octets) =>
    answer(index, path, { method: 'PUT', body, headers });
  const register = (blob: SampleBlob, deletable = false, endEpoch = 3): void =>
    chain.emit({ kind: 'registered', blobId: blob.id, objectId, deletable, term: { endEpoch } });
  return { chain, clock, nodes, get, answer, put, register };
}

type Get = (index: number, path: string, init?: RequestInit) => Promise<Response>;

function memoryGet(nodes: readonly RunningNode[]): Get {
  const ask = nodeFetch(nodes, shards);
  return (index, path, init) => ask(`http://node-${index}.local${path}`, init);
}

async function loopbackGet(nodes: readonly RunningNode[]): Promise<Get> {
  const budget = createByteBudget(64 * 1024 * 1024);
  const doors: { door: HttpDoor; port: number }[] = [];
  for (const node of nodes) {
    const onTrouble = (error: unknown): void => expect.fail(String(error));
    const door = httpDoor({
      door: node,
      bodyBytesMax: (path) => bodyBytesMax(path, shards),
      tooLarge: tooLargeReply,
      budget,
      onTrouble,
    });
    doors.push({ door, port: await door.listen(0) });
    closers.push(() => door.stop());
  }
  return (index, path, init) => fetch(`http://127.0.0.1:${doors[index]?.port}${path}`, init);
}

const content = (length: number, seed = 7): Uint8Array<ArrayBuffer> => seededDice(seed).bytes(length);

/** Which node owns a pair. */
function ownerOf(world: Awaited<ReturnType<typeof openWorld>>, blob: SampleBlob, pair: number): number {
  const shard = shardOfPair(pair, parseBlobId(blob.id), shards);
  return world.chain.committee().members.findIndex((member) => member.shards.includes(shard));
}

async function uploadAll(world: Awaited<ReturnType<typeof openWorld>>, blob: SampleBlob): Promise<void> {
  for (let index = 0; index < nodeCount; index++) {
    expect(await world.put(index, `/v1/blobs/${blob.id}/metadata`, blob.metadataBody)).toEqual([
      201,
      'metadata successfully stored',
    ]);
  }
  for (let pair = 0; pair < shards; pair++) {
    for (const axis of ['primary', 'secondary'] as const) {
      const path = `/v1/blobs/${blob.id}/slivers/${pair}/${axis}`;
      expect(await world.put(ownerOf(world, blob, pair), path, blob.sliver(pair, axis))).toEqual([
        201,
        'sliver stored successfully',
      ]);
    }
  }
}

describe.each(['memory', 'loopback'] as const)('a storage node behind the %s door', (door) => {
  it('takes a registered blob, serves it back byte for byte and confirms it with a signature that wasm accepts', async () => {
    const world = await openWorld(door);
    const blob = sampleBlob(shards, content(20_000));
    world.register(blob);
    await uploadAll(world, blob);
    const { id } = blob;
    expect((await world.put(0, `/v1/blobs/${id}/metadata`, blob.metadataBody))[0]).toBe(200);
    const metadata = new Uint8Array(await (await world.get(1, `/v1/blobs/${id}/metadata`)).arrayBuffer());
    const expected = { encodingType: 1, unencodedBytes: 20_000, hashes: blob.metadata.hashes };
    expect(toHex(metadata)).toBe(toHex(encodeMetadataWithId(blob.metadata.blobId, expected)));
    for (let pair = 0; pair < shards; pair++) {
      const owner = ownerOf(world, blob, pair);
      const path = `/v1/blobs/${id}/slivers/${pair}/secondary`;
      expect((await world.put(owner, path, blob.sliver(pair, 'secondary')))[0]).toBe(200);
      const response = await world.get(owner, path);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
      expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), blob.sliver(pair, 'secondary'))).toBe(0);
      expect(await world.answer(owner, `${path}/status`)).toEqual([200, 'stored']);
    }
    for (let index = 0; index < nodeCount; index++) {
      const [status, data] = await world.answer(index, `/v1/blobs/${id}/confirmation/permanent`);
      expect(status).toBe(200);
      const { signed } = data as { signed: { serializedMessage: string; signature: string } };
      const message = Buffer.from(signed.serializedMessage, 'base64');
      const key = nodeKeysFromSeed(new Uint8Array(48).fill(index + 1));
      const signature = Buffer.from(signed.signature, 'base64');
      expect(bls12381_min_pk_verify(signature, key.publicKeyShort, message)).toBe(true);
      expect(parseConfirmationMessage(message)).toEqual({
        epoch: 1,
        blobId: blob.metadata.blobId,
        persistence: { kind: 'permanent' },
      });
    }
    expect(await world.answer(0, `/v1/blobs/${id}/confirmation/deletable/${objectId}`)).toEqual([
      400,
      'NOT_REGISTERED',
    ]);
    expect(await world.answer(0, `/v1/blobs/${id}/metadata/status`)).toEqual([200, 'stored']);
  });

  it('refuses each wrong kind of write with the reason a real node gives', async () => {
    const world = await openWorld(door);
    const blob = sampleBlob(shards, content(5000));
    const other = sampleBlob(shards, content(5000, 8));
    const path = `/v1/blobs/${blob.id}/metadata`;
    const sliverPath = (pair: number | string, axis = 'primary') => `/v1/blobs/${blob.id}/slivers/${pair}/${axis}`;
    const owner = ownerOf(world, blob, 0);
    expect(await world.put(owner, path, blob.metadataBody)).toEqual([400, 'NOT_REGISTERED']);
    expect(await world.put(owner, sliverPath(0), blob.sliver(0, 'primary'))).toEqual([400, 'NOT_REGISTERED']);
    world.register(blob);
    expect(await world.put(owner, sliverPath(0), blob.sliver(0, 'primary'))).toEqual([400, 'METADATA_NOT_FOUND']);
    expect(await world.put(owner, path, other.metadataBody)).toEqual([400, 'INVALID_METADATA']);
    const { hashes } = blob.metadata;
    const short = encodeMetadata({ encodingType: 1, unencodedBytes: 5000, hashes: hashes.slice(64) });
    expect(await world.put(owner, path, short)).toEqual([400, 'INVALID_METADATA']);
    const oldType = encodeMetadata({ encodingType: 0, unencodedBytes: 5000, hashes });
    expect(await world.put(owner, path, oldType)).toEqual([400, 'UNSUPPORTED_ENCODING_TYPE']);
    expect(await world.put(owner, path, fromHex('00'))).toEqual([400, 'INVALID_CONTENT_TYPE']);
    expect(await world.put(owner, path, blob.metadataBody, { 'content-type': 'application/json' })).toEqual([
      400,
      'INVALID_CONTENT_TYPE',
    ]);
    expect(await world.put(owner, path, blob.metadataBody)).toEqual([201, 'metadata successfully stored']);
    const right = parseSliver(blob.sliver(0, 'primary'));
    expect(await world.put((owner + 1) % nodeCount, sliverPath(0), blob.sliver(0, 'primary'))).toEqual([
      400,
      'SHARD_NOT_ASSIGNED',
    ]);
    expect(await world.put(owner, sliverPath(shards), blob.sliver(0, 'primary'))).toEqual([400, 'INDEX_OUT_OF_RANGE']);
    expect(await world.put(owner, sliverPath('x'), blob.sliver(0, 'primary'))).toEqual([400, 'INDEX_OUT_OF_RANGE']);
    expect(await world.put(owner, sliverPath(0), encodeSliver({ ...right, index: 1 }))).toEqual([
      400,
      'SLIVER_INDEX_MISMATCH',
    ]);
    expect(await world.put(owner, sliverPath(0), encodeSliver({ ...right, data: right.data.slice(2) }))).toEqual([
      400,
      'INVALID_SLIVER',
    ]);
    const damaged = right.data.slice();
    damaged[3] = (damaged[3] ?? 0) ^ 1;
    expect(await world.put(owner, sliverPath(0), encodeSliver({ ...right, data: damaged }))).toEqual([
      400,
      'INVALID_SLIVER',
    ]);
    expect(await world.put(owner, sliverPath(0), other.sliver(0, 'primary'))).toEqual([400, 'INVALID_SLIVER']);
    expect((await world.put(owner, sliverPath(0, 'tertiary'), blob.sliver(0, 'primary')))[0]).toBe(400);
    expect(await world.answer(owner, `/v1/blobs/${blob.id}/confirmation/permanent`)).toEqual([400, 'MISSING_SLIVERS']);
    expect(await world.answer(owner, sliverPath(0))).toEqual([404, 'SLIVER_NOT_FOUND']);
  });

  it('writes errors and unknown things as real nodes do', async () => {
    const world = await openWorld(door);
    const { id } = sampleBlob(shards, content(10));
    const response = await world.get(0, `/v1/blobs/${id}/metadata`);
    expect(response.status).toBe(404);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual({
      error: {
        code: 404,
        status: 'NOT_FOUND',
        message: 'the requested metadata is unavailable',
        details: [{ '@type': 'ErrorInfo', reason: 'METADATA_NOT_FOUND', domain: 'storage.walrus.space', metadata: {} }],
      },
    });
    expect(await world.answer(0, `/v1/blobs/${id}/status`)).toEqual([200, 'nonexistent']);
    expect(await world.answer(0, `/v1/blobs/${id}/metadata/status`)).toEqual([200, 'nonexistent']);
    for (const path of [
      '/',
      '/v2/health',
      '/v1/blobs',
      `/v1/blobs/${id}`,
      `/v1/blobs/${id}/x`,
      `/v1/blobs/${id}/metadata/y/z`,
    ]) {
      expect((await world.get(0, path)).status, path).toBe(404);
    }
    expect((await world.get(0, '/v1/blobs/short/metadata')).status).toBe(400);
    expect((await world.get(0, `/v1/blobs/${id}/metadata`, { method: 'DELETE' })).status).toBe(405);
    const [status, health] = await world.answer(0, '/v1/health?detailed=true');
    expect(status).toBe(200);
    expect(health).toMatchObject({ epoch: 1, nodeStatus: 'Active', shardSummary: { owned: 3, readOnly: 0 } });
    const large = new Uint8Array(2 * 1024 * 1024 + 1);
    expect(await world.put(0, `/v1/blobs/${id}/metadata`, large)).toEqual([400, 'INVALID_CONTENT_TYPE']);
    const tooLarge = new Uint8Array(code.columns * 65_534 + 129);
    expect((await world.put(0, `/v1/blobs/${id}/slivers/0/primary`, tooLarge))[0]).toBe(413);
  });

  it('tells a blob’s state through registration, certification, deletion and expiry, and forgets what ended', async () => {
    const world = await openWorld(door);
    const blob = sampleBlob(shards, content(3000));
    const status = async () => (await world.answer(0, `/v1/blobs/${blob.id}/status`))[1];
    world.register(blob, true);
    const counts = { count_deletable_total: 1, count_deletable_certified: 0 };
    expect(await status()).toEqual({ deletable: { initialCertifiedEpoch: null, deletableCounts: counts } });
    await uploadAll(world, blob);
    expect((await world.answer(0, `/v1/blobs/${blob.id}/confirmation/permanent`))[1]).toBe('NOT_REGISTERED');
    const [code200, data] = await world.answer(0, `/v1/blobs/${blob.id}/confirmation/deletable/${objectId}`);
    const { signed } = data as { signed: { serializedMessage: string } };
    expect([code200, Buffer.from(signed.serializedMessage, 'base64').length]).toEqual([200, 72]);
    const permanentId = `0x${'cd'.repeat(32)}`;
    world.chain.emit({
      kind: 'registered',
      blobId: blob.id,
      objectId: permanentId,
      deletable: false,
      term: { endEpoch: 4 },
    });
    world.chain.emit({
      kind: 'certified',
      epoch: 1,
      blobId: blob.id,
      objectId: permanentId,
      isExtension: false,
      term: { endEpoch: 4 },
    });
    expect(await status()).toEqual({
      permanent: {
        endEpoch: 4,
        isCertified: true,
        statusEvent: { txDigest: 'digest3', eventSeq: '0' },
        deletableCounts: counts,
        initialCertifiedEpoch: 1,
      },
    });
    world.chain.emit({ kind: 'deleted', blobId: blob.id, objectId });
    expect(world.nodes[0]?.counts()).toMatchObject({ blobs: 1, objects: 1 });
    world.chain.emit({ kind: 'epoch', epoch: 3 });
    expect((await world.answer(0, `/v1/blobs/${blob.id}/metadata/status`))[1]).toBe('stored');
    world.chain.emit({ kind: 'epoch', epoch: 4 });
    expect(await status()).toBe('nonexistent');
    for (const node of world.nodes) expect(node.counts()).toEqual({ objects: 0, blobs: 0, slivers: 0, bytes: 0 });
  });

  it('keeps pooled blobs as long as their pool, and drops what was proved invalid', async () => {
    const world = await openWorld(door);
    const [blob, wrong] = [sampleBlob(shards, content(300)), sampleBlob(shards, content(301))];
    const poolId = `0x${'ee'.repeat(32)}`;
    world.chain.emit({ kind: 'pool', poolId, endEpoch: 2 });
    world.chain.emit({ kind: 'registered', blobId: blob.id, objectId, deletable: true, term: { poolId } });
    await uploadAll(world, blob);
    world.chain.emit({ kind: 'pool', poolId, endEpoch: 3 });
    world.chain.emit({ kind: 'epoch', epoch: 2 });
    expect((await world.answer(1, `/v1/blobs/${blob.id}/confirmation/deletable/${objectId}`))[0]).toBe(200);
    world.chain.emit({ kind: 'epoch', epoch: 3 });
    expect(await world.answer(1, `/v1/blobs/${blob.id}/metadata`)).toEqual([404, 'METADATA_NOT_FOUND']);
    world.chain.emit({ kind: 'registered', blobId: wrong.id, objectId, deletable: false, term: { endEpoch: 9 } });
    await uploadAll(world, wrong);
    world.chain.emit({ kind: 'invalid', blobId: wrong.id });
    expect(await world.answer(2, `/v1/blobs/${wrong.id}/metadata`)).toEqual([404, 'METADATA_NOT_FOUND']);
    expect(await world.put(2, `/v1/blobs/${wrong.id}/metadata`, wrong.metadataBody)).toEqual([400, 'INVALID_BLOB']);
    expect((await world.answer(2, `/v1/blobs/${wrong.id}/status`))[1]).toMatchObject({
      invalid: { event: { eventSeq: '0' } },
    });
    expect(world.nodes[2]?.counts()).toMatchObject({ blobs: 0, slivers: 0 });
  });

  it('buffers what comes before the registration, and the waiting confirmation answers when it comes', async () => {
    const world = await openWorld(door);
    const blob = sampleBlob(shards, content(200_000));
    const pairs = Array.from({ length: shards }, (_, pair) => pair).filter((pair) => ownerOf(world, blob, pair) === 0);
    expect((await world.put(0, `/v1/blobs/${blob.id}/metadata?pending=true`, blob.metadataBody))[0]).toBe(202);
    for (const pair of pairs) {
      for (const axis of ['primary', 'secondary'] as const) {
        const path = `/v1/blobs/${blob.id}/slivers/${pair}/${axis}`;
        expect((await world.put(0, `${path}?pending=true`, blob.sliver(pair, axis)))[0]).toBe(202);
        expect((await world.answer(0, `${path}/status`))[1]).toBe('buffered');
      }
    }
    const path = `/v1/blobs/${blob.id}/confirmation/permanent`;
    expect(await world.answer(0, path)).toEqual([400, 'NOT_REGISTERED']);
    const waiting = world.answer(0, `${path}?wait_for_registration=true&wait_millis=5000`);
    world.register(blob);
    expect((await waiting)[0]).toBe(200);
    expect((await world.answer(0, `/v1/blobs/${blob.id}/slivers/${pairs[0]}/primary/status`))[1]).toBe('stored');
  });

  it('gives symbols that rebuild a sliver, each with a proof against its own sliver', async () => {
    const world = await openWorld(door);
    const blob = sampleBlob(shards, content(4000));
    world.register(blob);
    await uploadAll(world, blob);
    const bytesOf = async (index: number, path: string) =>
      new Uint8Array(await (await world.get(index, path)).arrayBuffer());
    for (const axis of ['primary', 'secondary'] as const) {
      const target = 6;
      const symbols = [];
      const plain = [];
      for (let index = 0; index < nodeCount; index++) {
        const query = `targetSliver=${target}&targetType=${axis}`;
        symbols.push(...parseRecoverySymbols(await bytesOf(index, `/v1/blobs/${blob.id}/recoverySymbols?${query}`)));
        const decoding = `targetSlivers=${target}&targetSlivers=2&targetType=${axis}`;
        const map = parseDecodingSymbols(await bytesOf(index, `/v1/blobs/${blob.id}/decodingSymbols?${decoding}`));
        plain.push(...(map.get(target) ?? []));
        expect(map.has(2)).toBe(true);
      }
      for (const { symbol, targetIndex, path } of symbols) {
        expect([symbol.axis, targetIndex]).toEqual([axis, target]);
        const pair = axis === 'primary' ? shards - 1 - symbol.index : symbol.index;
        const at = pair * 64 + (axis === 'primary' ? 32 : 0);
        expect(verifySymbolProof(blob.metadata.hashes.subarray(at, at + 32), target, shards, symbol.data, path)).toBe(
          true,
        );
      }
      const pair = axis === 'primary' ? target : shards - 1 - target;
      const expected = toHex(parseSliver(blob.sliver(pair, axis)).data);
      const symbolBytes = symbols[0]?.symbol.data.length ?? 0;
      expect(
        toHex(
          portableRs2.recover(
            code,
            axis,
            symbolBytes,
            symbols.map((each) => each.symbol),
          ),
        ),
      ).toBe(expected);
      expect(toHex(portableRs2.recover(code, axis, symbolBytes, plain))).toBe(expected);
    }
    const pair = pairOfShard(0, parseBlobId(blob.id), shards);
    const base = `/v1/blobs/${blob.id}`;
    expect(
      parseRecoverySymbols(await bytesOf(0, `${base}/recoverySymbols?id=${pair}-3&proofAxis=primary`)),
    ).toHaveLength(1);
    expect(await world.answer(3, `${base}/recoverySymbols?id=${pair}-3&proofAxis=primary`)).toEqual([
      400,
      'SYMBOL_NOT_PRESENT_AT_SHARDS',
    ]);
    expect(await world.answer(0, `${base}/recoverySymbols`)).toEqual([400, 'NO_SYMBOLS_SPECIFIED']);
    expect(await world.answer(0, `${base}/recoverySymbols?id=99-1`)).toEqual([400, 'INDEX_OUT_OF_RANGE']);
    expect(await world.answer(0, `${base}/recoverySymbols?id=a-b`)).toEqual([400, 'INVALID_FILTER']);
    expect(await world.answer(0, `${base}/decodingSymbols`)).toEqual([400, 'NO_TARGET_SLIVERS_SPECIFIED']);
  });

  it('misbehaves on command and behaves again', async () => {
    const world = await openWorld(door);
    const blob = sampleBlob(shards, content(1000));
    world.register(blob);
    await uploadAll(world, blob);
    const node = world.nodes[0] ?? expect.fail();
    const pair = pairOfShard(0, parseBlobId(blob.id), shards);
    const path = `/v1/blobs/${blob.id}/slivers/${pair}/primary`;
    const read = async () => Buffer.from(await (await world.get(0, path)).arrayBuffer());
    node.setFault({ kind: 'corrupt', rate: 1 });
    expect((await read()).equals(blob.sliver(pair, 'primary'))).toBe(false);
    node.setFault({ kind: 'refuse', rate: 1 });
    expect(await world.answer(0, path)).toEqual([503, 'UNAVAILABLE']);
    node.setFault({ kind: 'silent' });
    await expect(world.get(0, path, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
    node.setFault({ kind: 'slow', ms: 10_000 });
    const late = read();
    let isAnswered = false;
    void late.then(() => {
      isAnswered = true;
    });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 20; i++) await turn();
    expect(isAnswered).toBe(false);
    for (let i = 0; i < 1000 && !isAnswered; i++) {
      await world.clock.advance(10_000);
      await turn();
    }
    expect(isAnswered).toBe(true);
    node.setFault(undefined);
    expect((await read()).equals(blob.sliver(pair, 'primary'))).toBe(true);
  });

  it('confirms what it never stored when told to lie, with good or bad signatures', async () => {
    const world = await openWorld(door);
    const blob = sampleBlob(shards, content(1000));
    world.register(blob);
    const node = world.nodes[0] ?? expect.fail();
    const path = `/v1/blobs/${blob.id}/confirmation/permanent`;
    const isSigned = async (): Promise<boolean> => {
      const [, data] = await world.answer(0, path);
      const { signed } = data as { signed: { serializedMessage: string; signature: string } };
      const [signature, message] = [
        Buffer.from(signed.signature, 'base64'),
        Buffer.from(signed.serializedMessage, 'base64'),
      ];
      return bls12381_min_pk_verify(signature, nodeKeysFromSeed(new Uint8Array(48).fill(1)).publicKeyShort, message);
    };
    node.setFault({ kind: 'lie-confirm', rate: 0 });
    expect((await world.put(0, `/v1/blobs/${blob.id}/metadata`, blob.metadataBody))[0]).toBe(201);
    expect(node.counts().blobs).toBe(0);
    expect(await isSigned()).toBe(true);
    node.setFault({ kind: 'lie-confirm', rate: 1 });
    expect(await isSigned()).toBe(false);
  });

  it('refuses while stopped, catches up when started, and loses everything when wiped', async () => {
    const world = await openWorld(door);
    const blob = sampleBlob(shards, content(1000));
    const node = world.nodes[0] ?? expect.fail();
    node.stop();
    world.register(blob);
    if (door === 'memory') await expect(world.get(0, '/v1/health')).rejects.toThrow('fetch failed');
    node.start();
    await uploadAll(world, blob);
    await node.wipe();
    expect(node.counts()).toEqual({ objects: 1, blobs: 0, slivers: 0, bytes: 0 });
    expect(await world.answer(0, `/v1/blobs/${blob.id}/confirmation/permanent`)).toEqual([400, 'MISSING_SLIVERS']);
    expect((await world.put(0, `/v1/blobs/${blob.id}/metadata`, blob.metadataBody))[0]).toBe(201);
  });

  it('answers hostile bodies and paths with a refusal, never a crash (seed 5)', async () => {
    const world = await openWorld(door);
    const blob = sampleBlob(shards, content(600));
    world.register(blob);
    await world.put(0, `/v1/blobs/${blob.id}/metadata`, blob.metadataBody);
    const dice = seededDice(5);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(dice.fraction() * items.length)] ?? expect.fail();
    const parts = [
      'v1',
      'blobs',
      blob.id,
      'metadata',
      'slivers',
      '0',
      '9',
      '-1',
      'primary',
      'status',
      '%00',
      'confirmation',
      'deletable',
      '0xzz',
      'recoverySymbols',
      '..',
      '',
      'x'.repeat(300),
    ];
    for (let round = 0; round < 300; round++) {
      const free = Array.from({ length: Math.floor(dice.fraction() * 8) }, () => pick(parts)).join('/');
      const known = pick([
        `${blob.id}/metadata`,
        `${blob.id}/slivers/${pick(parts)}/primary`,
        `${blob.id}/recoverySymbols?id=${pick(parts)}`,
        `${blob.id}/decodingSymbols?targetSlivers=${pick(parts)}&targetType=primary`,
        `${blob.id}/confirmation/deletable/${pick(parts)}`,
      ]);
      const path = dice.fraction() < 0.5 ? `/${free}` : `/v1/blobs/${known}`;
      const body = dice.bytes(Math.floor(dice.fraction() * 200));
      const isPut = dice.fraction() < 0.6;
      const response = await world.get(pick([0, 1, 2, 3]), path, isPut ? { method: 'PUT', body, headers: octets } : {});
      await response.arrayBuffer();
      expect([200, 400, 404, 405], `${path} ${response.status}`).toContain(response.status);
    }
    expect(await world.answer(0, `/v1/blobs/${blob.id}/metadata/status`)).toEqual([200, 'stored']);
  });
});
