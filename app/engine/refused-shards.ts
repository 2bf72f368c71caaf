/** Storage nodes of which some shards are not spoken to: how an exercise takes part of the network away without touching it. */
import { shardOfPair } from '../domain/blob-id.ts';
import type { Dice } from '../domain/clock.ts';
import { Fault } from '../domain/fault.ts';
import type { CommitteeMember } from '../domain/committee.ts';
import type { NodeClient, Nodes } from '../ports/nodes.ts';

/** A random share of all shards, rounded down. */
export function chooseShards(shards: number, share: number, dice: Dice): ReadonlySet<number> {
  const all = Array.from({ length: shards }, (_, shard) => ({ shard, luck: dice.fraction() }));
  const chosen = all.sort((a, b) => a.luck - b.luck).slice(0, Math.floor(shards * share));
  return new Set(chosen.map(({ shard }) => shard));
}

/** The same nodes for reading, but for the refused shards; a node all of whose shards are refused is not asked for metadata either. */
export function refuseShards(nodes: Nodes, shards: number, refused: ReadonlySet<number>): Nodes {
  const refuse = (): Promise<never> =>
    Promise.reject(new Fault('node-failed', 'never', 'This shard is left out of the exercise.'));
  const clientOf = (member: CommitteeMember): NodeClient => {
    const client = nodes.node(member);
    const isSilent = member.shards.length > 0 && member.shards.every((shard) => refused.has(shard));
    return {
      member,
      putMetadata: refuse,
      hasMetadata: refuse,
      putSliver: refuse,
      hasSliver: refuse,
      confirmation: refuse,
      ping: (signal) => (isSilent ? refuse() : client.ping(signal)),
      metadata: (blob, bytesMax, signal) => (isSilent ? refuse() : client.metadata(blob, bytesMax, signal)),
      sliver: (blob, pair, axis, bytesMax, signal) =>
        refused.has(shardOfPair(pair, blob, shards)) ? refuse() : client.sliver(blob, pair, axis, bytesMax, signal),
      // A node's symbols come from all its shards together.
      decodingSymbols: (blob, target, axis, bytesMax, signal) =>
        member.shards.some((shard) => refused.has(shard))
          ? refuse()
          : client.decodingSymbols(blob, target, axis, bytesMax, signal),
      recoverySymbols: refuse,
      putInconsistencyProof: refuse,
      sliverInto: (blob, pair, axis, pieces, signal) =>
        refused.has(shardOfPair(pair, blob, shards)) ? refuse() : client.sliverInto(blob, pair, axis, pieces, signal),
    };
  };
  // Closing is the business of whoever opened the nodes.
  return { node: clientOf, close: () => Promise.resolve() };
}
