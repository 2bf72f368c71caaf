/**
 * Who gets how many shards, and which (walrus-protocol section 5.6): D'Hondt's apportionment by stake under a cap for each node, and a
 * hand-out in which every node keeps what it may keep, so that as few shards move as the numbers allow. Pure.
 */

export interface Staked {
  readonly nodeId: string;
  /** FROST. */
  readonly stake: bigint;
}

export type ShardLists = ReadonlyMap<string, readonly number[]>;

/** The most shards a node may have, so that no single one is needed: a tenth, or twice the mean where the nodes are few. */
function shardsMaxOf(shards: number, nodes: number): number {
  return Math.max(1, nodes >= 20 ? Math.floor(shards / 10) : Math.ceil((2 * shards) / nodes));
}

/** Shards for each node with stake; nodes too small for one are left out. Undefined when the nodes cannot take all shards. */
export function apportion(nodes: readonly Staked[], shards: number): ReadonlyMap<string, number> | undefined {
  const staked = nodes.filter(({ stake }) => stake > 0n);
  const most = shardsMaxOf(shards, staked.length);
  if (most * staked.length < shards) return undefined;
  const counts = new Map<string, number>();
  const held = (nodeId: string): number => counts.get(nodeId) ?? 0;
  for (let given = 0; given < shards; given++) {
    const next = staked.reduce<Staked | undefined>((best, node) => {
      if (held(node.nodeId) >= most) return best;
      if (best === undefined) return node;
      const [mine, its] = [node.stake * BigInt(held(best.nodeId) + 1), best.stake * BigInt(held(node.nodeId) + 1)];
      return mine > its || (mine === its && node.nodeId < best.nodeId) ? node : best;
    }, undefined);
    if (next === undefined) return undefined;
    counts.set(next.nodeId, held(next.nodeId) + 1);
  }
  return counts;
}

/** The lists of the next committee, in the order of node ids, which is also the order of certificate bits. */
export function handOut(before: ShardLists, counts: ReadonlyMap<string, number>, shards: number): ShardLists {
  const kept = new Map([...counts].map(([nodeId, count]) => [nodeId, (before.get(nodeId) ?? []).slice(0, count)]));
  const taken = new Set([...kept.values()].flat());
  const free = Array.from({ length: shards }, (_, shard) => shard).filter((shard) => !taken.has(shard));
  const order = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(
    order.map(([nodeId, count]) => {
      const own = kept.get(nodeId) ?? [];
      return [nodeId, [...own, ...free.splice(0, count - own.length)]];
    }),
  );
}

export function isSameHandOut(one: ShardLists, other: ShardLists): boolean {
  const isSame = (a: readonly number[], b: readonly number[] | undefined): boolean =>
    b?.length === a.length && a.every((shard, i) => shard === b[i]);
  return one.size === other.size && [...one].every(([nodeId, shards]) => isSame(shards, other.get(nodeId)));
}

interface Vote {
  readonly price: bigint;
  readonly weight: number;
}

/** The lowest price that nodes with two thirds of the shards agree to. */
export function priceOfVotes(votes: readonly Vote[], shards: number): bigint {
  let weight = 0;
  const rising = [...votes].sort((a, b) => (a.price < b.price ? -1 : a.price > b.price ? 1 : 0));
  for (const vote of rising) {
    weight += vote.weight;
    if (3 * weight >= 2 * shards + 1) return vote.price;
  }
  throw new Error('the votes of a whole committee have a quorum');
}
