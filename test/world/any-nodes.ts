/**
 * Random networks of a hundred shards that a blob must be readable from, or must not be, down to the last sliver. A case is one seed; what
 * it is said to be is what a failing test prints.
 */
import { openIdleClock } from './idle-clock.ts';
import { openInlinePool } from './inline-pool.ts';
import { modelCommittee } from './model-nodes.ts';
import { absences, lies, openNodeDoor, type Manner, type NodeDoor, type StoredBodies } from './node-door.ts';
import { seededDice } from './seeded-dice.ts';
import { openNodes } from '../../app/adapters/nodes/nodes.ts';
import { blobIdToBytes, pairOfShard, parseBlobId, type BlobId } from '../../app/domain/blob-id.ts';
import { concatBytes } from '../../app/domain/bytes.ts';
import type { Clock, Dice } from '../../app/domain/clock.ts';
import type { Axis } from '../../app/domain/encoding.ts';
import { metadataBody } from '../../app/domain/metadata-form.ts';
import { openNodeHealth } from '../../app/domain/node-health.ts';
import { redStuff } from '../../app/domain/redstuff.ts';
import { encodedSlivers, sliverForm, sliverOfPair } from '../../app/domain/sliver-form.ts';
import { openReader, type BlobReader } from '../../app/restore/fetch/fetch.ts';

export const shards = 100;
const code = redStuff(shards);
const never = new AbortController().signal;
const pool = openInlinePool();

export interface Stored {
  readonly blobId: BlobId;
  readonly bytes: Uint8Array;
  readonly bodies: StoredBodies;
}

/** A random blob with everything that nodes keep of it. */
export async function encodeBlob(dice: Dice, length: number): Promise<Stored> {
  const bytes = dice.bytes(length);
  const encoded = await pool.encode(shards, length, async (into) => into.set(bytes), {
    urgency: 'bulk',
    signal: never,
  });
  const blobId = parseBlobId(encoded.metadata.blobId);
  const source = encodedSlivers(sliverForm(shards, length), encoded.blob, encoded.slivers);
  const bodies = new Map<string, Uint8Array>();
  bodies.set('metadata', concatBytes(blobIdToBytes(blobId), metadataBody(encoded.metadata)));
  for (let pair = 0; pair < shards; pair++) {
    for (const axis of ['primary', 'secondary'] as const) {
      const body = concatBytes(...source.body(axis, sliverOfPair(axis, pair, shards)));
      bodies.set(`slivers/${pair}/${axis}`, body);
    }
  }
  return { blobId, bytes, bodies };
}

/** How a shard behaves on either axis, and for metadata. */
type Manners = Record<Axis | 'metadata', Manner>;

export interface Case {
  readonly words: string;
  readonly blob: Stored;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly door: NodeDoor;
  readonly reader: BlobReader;
}

function pick<T>(dice: Dice, all: readonly T[]): T {
  const one = all[Math.floor(dice.fraction() * all.length)];
  if (one === undefined) throw new Error('there is nothing to choose from');
  return one;
}

/** Which shards are hit: a random set of `count`. */
function chosen(dice: Dice, count: number): ReadonlySet<number> {
  const all = Array.from({ length: shards }, (_, shard) => ({ shard, luck: dice.fraction() }));
  return new Set(
    all
      .sort((a, b) => a.luck - b.luck)
      .slice(0, count)
      .map(({ shard }) => shard),
  );
}

/** One manner for all of a case, or each its own. */
function mannersFrom(dice: Dice, all: readonly Manner[]): () => Manner {
  const one = dice.fraction() < 0.5 ? pick(dice, all) : undefined;
  return () => one ?? pick(dice, all);
}

export const readable = ['gone', 'primary minimum', 'secondary minimum', 'lying', 'minimum among liars'] as const;
export const unreadable = ['too few gone', 'too few among liars'] as const;
export type Kind = (typeof readable)[number] | (typeof unreadable)[number];

function behaviour(kind: Kind, dice: Dice): (shard: number) => Manners {
  const absent = mannersFrom(dice, absences);
  const lying = mannersFrom(dice, lies);
  const honest: Manners = { primary: 'honest', secondary: 'honest', metadata: 'honest' };
  const wholly = (manner: Manner): Manners => ({ primary: manner, secondary: manner, metadata: manner });
  const byShard = new Map<number, Manners>();
  const fill = (of: (shard: number) => Manners): ((shard: number) => Manners) => {
    for (let shard = 0; shard < shards; shard++) byShard.set(shard, of(shard));
    return (shard) => byShard.get(shard) ?? honest;
  };
  /** These many honest slivers of each axis, in shards of their own choice; at least one node has the metadata. */
  const exactly = (primaries: number, secondaries: number, other: () => Manner): ((shard: number) => Manners) => {
    const [first, second, keeper] = [chosen(dice, primaries), chosen(dice, secondaries), chosen(dice, 1)];
    return fill((shard) => ({
      primary: first.has(shard) ? 'honest' : other(),
      secondary: second.has(shard) ? 'honest' : other(),
      metadata: keeper.has(shard) ? 'honest' : other(),
    }));
  };
  switch (kind) {
    case 'gone': {
      const set = chosen(dice, shards - code.rows);
      return fill((shard) => (set.has(shard) ? wholly(absent()) : honest));
    }
    case 'lying': {
      const set = chosen(dice, code.faulty);
      return fill((shard) => (set.has(shard) ? wholly(lying()) : honest));
    }
    case 'primary minimum':
      return exactly(code.rows, 0, absent);
    case 'secondary minimum':
      return exactly(0, code.columns, absent);
    case 'minimum among liars':
      return dice.fraction() < 0.5 ? exactly(code.rows, 0, lying) : exactly(0, code.columns, lying);
    case 'too few gone':
      return exactly(code.rows - 1, code.columns - 1, absent);
    case 'too few among liars':
      return exactly(code.rows - 1, code.columns - 1, lying);
  }
}

export function openCase(kind: Kind, seed: number, blob: Stored, decoy: Stored): Case {
  const dice = seededDice(seed);
  // Streams hand their bytes on over several turns of the event loop.
  const clock = openIdleClock(6);
  const manners = behaviour(kind, dice);
  const blobs = new Map([blob, decoy].map(({ blobId, bodies }) => [blobId, bodies]));
  const mannerOf = (shard: number, what: string): Manner => {
    const axis = what.split('/')[2];
    return manners(shard)[axis === 'primary' || axis === 'secondary' ? axis : 'metadata'];
  };
  const door = openNodeDoor({ clock, shards, blobs, mannerOf });
  const committee = modelCommittee(shards, shards);
  const state = {
    committee,
    previousCommittee: undefined,
    isChanging: false,
    epoch: committee.epoch,
    epochDurationMs: 1000,
    nextEpochAtMs: 0,
    epochsAheadMax: 53,
    storagePrice: 1n,
    writePrice: 1n,
  };
  const reader = openReader({
    nodes: openNodes({ scheme: 'http', clock, fetch: door.fetch }),
    pool,
    clock,
    dice,
    health: openNodeHealth(clock, dice),
    network: () => Promise.resolve(state),
  });
  const counts = new Map<string, number>();
  for (let pair = 0; pair < shards; pair++) {
    for (const axis of ['primary', 'secondary'] as const) {
      const shard = Array.from({ length: shards }, (_, each) => each).find(
        (each) => pairOfShard(each, blob.blobId, shards) === pair,
      );
      const name = `${axis} ${manners(shard ?? 0)[axis]}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const words = `${kind}, seed ${seed}: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}`;
  return { words, blob, clock, dice, door, reader };
}
