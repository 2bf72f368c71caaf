import { describe, expect, it } from 'vitest';
import { encodeBlob, readable, unreadable } from '../../../test/world/any-nodes.ts';
import { readsEverything, saysWhatIsMissing } from '../../../test/world/any-nodes-claims.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';

describe('a reader of a hundred shards', () => {
  it('reads whatever can be read, and nothing else, in each kind of trouble', async () => {
    // Fills the matrix to its last row: slivers of nothing but padding would be the same in both blobs.
    const dice = seededDice(1);
    const [blob, decoy] = [await encodeBlob(dice, 9_100), await encodeBlob(dice, 9_100)];
    for (const kind of readable) await readsEverything(kind, 1, blob, decoy);
    for (const kind of unreadable) await saysWhatIsMissing(kind, 1, blob, decoy);
    expect(blob.bytes.length).toBe(9_100);
  });
});
