import { describe, it } from 'vitest';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import { encodeBlob, readable, unreadable } from '../../../test/world/any-nodes.ts';
import { readsEverything, saysWhatIsMissing } from '../../../test/world/any-nodes-claims.ts';

const readableCases = 1_000;
const unreadableCases = 200;

describe('a reader of a hundred shards', () => {
  it('reads whatever can be read, in a thousand random networks', async () => {
    const dice = seededDice(2);
    const [blob, decoy] = [await encodeBlob(dice, 9_100), await encodeBlob(dice, 9_100)];
    for (let seed = 1; seed <= readableCases; seed++) {
      const kind = readable[seed % readable.length] ?? 'gone';
      await readsEverything(kind, seed, blob, decoy);
    }
  });

  it('says what is missing with one sliver fewer than possible, in hundreds of them', async () => {
    const dice = seededDice(3);
    const [blob, decoy] = [await encodeBlob(dice, 9_100), await encodeBlob(dice, 9_100)];
    for (let seed = 1; seed <= unreadableCases; seed++) {
      const kind = unreadable[seed % unreadable.length] ?? 'too few gone';
      await saysWhatIsMissing(kind, seed, blob, decoy);
    }
  });
});
