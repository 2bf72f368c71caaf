/** Nodes that misbehave, stop, lose their disk or meet hostile requests, behind both doors. */
import { bls12381_min_pk_verify } from '@mysten/walrus-wasm';
import { afterEach, describe, expect, it } from 'vitest';
import { pairOfShard, parseBlobId } from '../../domain/blob-id.ts';
import { seededDice } from '../network/testing/fake-chain.ts';
import { sampleBlob } from '../network/testing/sample-blob.ts';
import { nodeKeysFromSeed } from './nodes.ts';

import { closeWorlds, content, octets, openWorld, shards, uploadAll } from '../network/testing/node-world.ts';

afterEach(closeWorlds);

describe.each(['memory', 'loopback'] as const)('a storage node behind the %s door', (door) => {
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

  it('can be wiped and closed while answers wait', async () => {
    const world = await openWorld(door);
    const node = world.nodes[0] ?? expect.fail();
    for (const fault of [{ kind: 'slow', ms: 1000 }, { kind: 'silent' }] as const) {
      node.setFault(fault);
      const waiting = world.answer(0, '/v1/health').catch(() => [0]);
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
      await node.wipe();
      if (door === 'memory') expect((await waiting)[0]).toBe(0);
      expect(node.fault()).toEqual(fault);
    }
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
