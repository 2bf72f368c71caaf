import { describe, expect, it } from 'vitest';
import { openInlinePool } from '../../../test/world/inline-pool.ts';
import { modelCommittee } from '../../../test/world/model-nodes.ts';
import { openNodeDoor } from '../../../test/world/node-door.ts';
import { stateOf } from '../../../test/world/reading-trial.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import { openNodes } from '../../adapters/nodes/nodes.ts';
import { systemClock } from '../../adapters/time/time.ts';
import { blobIdToBytes, parseBlobId } from '../../domain/blob-id.ts';
import { concatBytes } from '../../domain/bytes.ts';
import { metadataBody, metadataBodyBytes } from '../../domain/metadata-form.ts';
import { openNodeHealth } from '../../domain/node-health.ts';
import { encodedSlivers, sliverBodyBytes, sliverDataBytes, sliverForm } from '../../domain/sliver-form.ts';
import { openReader } from './fetch.ts';

const never = new AbortController().signal;
const shards = 1_000;
const packBytes = 64 * 1024 * 1024;
const fileBytes = 10 * 1024;

describe('one small file of a large pack on a thousand shards', () => {
  it('moves the sliver it lies in, or the two, and the metadata once', async () => {
    const dice = seededDice(81);
    const pool = openInlinePool(packBytes);
    const pattern = dice.bytes(65_521);
    const pack = new Uint8Array(packBytes);
    for (let at = 0; at < packBytes; at += pattern.length) pack.set(pattern.subarray(0, packBytes - at), at);
    const bulk = { urgency: 'bulk', signal: never } as const;
    const { metadata, blob, slivers } = await pool.encode(shards, packBytes, async (into) => into.set(pack), bulk);
    const form = sliverForm(shards, packBytes);
    const source = encodedSlivers(form, blob, slivers);
    const blobId = parseBlobId(metadata.blobId);
    const bodies = new Map([['metadata', concatBytes(blobIdToBytes(blobId), metadataBody(metadata))]]);
    for (let row = 0; row < form.code.rows; row++)
      bodies.set(`slivers/${row}/primary`, concatBytes(...source.body('primary', row)));

    const clock = systemClock();
    const committee = modelCommittee(shards, shards);
    for (let trial = 0; trial < 20; trial++) {
      const door = openNodeDoor({ clock, shards, blobs: new Map([[blobId, bodies]]), mannerOf: () => 'honest' });
      const nodes = openNodes({ scheme: 'http', clock, fetch: door.fetch });
      const health = openNodeHealth(clock, dice);
      const network = () => Promise.resolve(stateOf(committee));
      const reader = openReader({ nodes, pool, clock, dice, health, network });
      const start = Math.floor(dice.fraction() * (packBytes - fileBytes));
      const file = await reader.readRange(blobId, start, start + fileBytes, never);
      expect(Buffer.from(file).equals(pack.subarray(start, start + fileBytes))).toBe(true);
      const rowBytes = sliverDataBytes(form, 'primary');
      const touched = Math.floor((start + fileBytes - 1) / rowBytes) - Math.floor(start / rowBytes) + 1;
      expect(touched).toBeLessThanOrEqual(2);
      expect(door.bytes).toBe(metadataBodyBytes(shards) + touched * sliverBodyBytes(form, 'primary'));
    }
  });
});
