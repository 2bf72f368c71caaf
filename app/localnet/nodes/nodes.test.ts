/**
 * One suite for storage nodes behind both doors: the memory door and real sockets must answer alike. The chain is written by hand, the
 * clock is turned by hand, the codec is the portable one.
 */
import { bls12381_min_pk_verify } from '@mysten/walrus-wasm';
import { afterEach, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../domain/bytes.ts';
import { pairOfShard, parseBlobId } from '../../domain/blob-id.ts';
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
import { sampleBlob } from '../network/testing/sample-blob.ts';
import { nodeKeysFromSeed } from './nodes.ts';

import {
  closeWorlds,
  content,
  nodeCount,
  objectId,
  openWorld,
  ownerOf,
  shards,
  uploadAll,
} from '../network/testing/node-world.ts';

const code = redStuff(shards);
afterEach(closeWorlds);

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
    const blob = sampleBlob(shards, content(300_000));
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
});
