import { expect, test } from 'vitest';
import type { FileNodes, PackLine } from '../../app/wire/proof.ts';
import { fileStage } from './activity.ts';

const pack = (stage: PackLine['stage'], confirmed: number): PackLine => ({
  blobId: undefined,
  bytes: 1,
  stage,
  confirmed: Array.from({ length: confirmed }, (_, node) => String(node)),
});
const nodes = (...packs: readonly PackLine[]): FileNodes => ({
  packs,
  packsMore: 0,
  holders: [],
  shards: [],
  ofNodes: 10,
});

test('a file is as far as the least of its packs, and certified only when its round is', () => {
  expect(fileStage({ stage: 'saved' }, undefined).at).toBe(1);
  expect(fileStage({ stage: 'saved' }, nodes()).at).toBe(1);
  expect(fileStage({ stage: 'saved' }, nodes(pack('packed', 0)))).toEqual({ at: 2, confirmed: 0, ofNodes: 10 });
  expect(fileStage({ stage: 'uploading' }, nodes(pack('certified', 9), pack('uploading', 4)))).toEqual({
    at: 2,
    confirmed: 4,
    ofNodes: 10,
  });
  expect(fileStage({ stage: 'uploading' }, nodes(pack('certified', 9))).at).toBe(3);
  expect(fileStage({ stage: 'certified' }, nodes(pack('certified', 9))).at).toBe(4);
});
