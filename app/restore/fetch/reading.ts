/**
 * What the parts of a reader share, and whom they ask. While shards are moving, blobs of earlier epochs are with the previous committee
 * (walrus-protocol section 7); as every answer is verified, both holders of a shard are simply asked in that order.
 */
import { rotationOf, type BlobId } from '../../domain/blob-id.ts';
import type { Clock, Dice } from '../../domain/clock.ts';
import type { CommitteeMember, NetworkState } from '../../domain/committee.ts';
import type { Flow } from '../../domain/flow.ts';
import type { Gate } from '../../domain/gate.ts';
import type { NodeHealth } from '../../domain/node-health.ts';
import type { Nodes } from '../../ports/nodes.ts';
import type { Pool } from '../../ports/pool.ts';
import type { ReadLimits } from './limits.ts';

export interface Reading {
  readonly nodes: Nodes;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly health: NodeHealth;
  readonly limits: ReadLimits;
  readonly flow: Flow;
  readonly verifications: Gate;
}

/** One blob as the network has it now. */
export interface Place {
  readonly blobId: BlobId;
  readonly shards: number;
  /** Of sliver pairs over shards. */
  readonly rotation: number;
  /** Those who may hold a shard, in the order in which to ask. */
  holdersOf(shard: number): readonly CommitteeMember[];
  /** Everybody who may have the metadata. */
  readonly members: readonly CommitteeMember[];
}

export function placeOf(blobId: BlobId, network: NetworkState): Place {
  const { committee, previousCommittee, isChanging } = network;
  const committees = isChanging && previousCommittee ? [previousCommittee, committee] : [committee];
  const holders: CommitteeMember[][] = Array.from({ length: committee.shards }, () => []);
  const members = new Map<string, CommitteeMember>();
  for (const member of committees.flatMap((each) => each.members)) {
    members.set(member.nodeId, member);
    for (const shard of member.shards) {
      const known = holders[shard];
      if (known && !known.some(({ nodeId }) => nodeId === member.nodeId)) known.push(member);
    }
  }
  return {
    blobId,
    shards: committee.shards,
    rotation: rotationOf(blobId, committee.shards),
    holdersOf: (shard) => holders[shard] ?? [],
    members: [...members.values()],
  };
}

/** The smaller, the sooner to ask: healthy and fast nodes first, liars last. `luck` in [0, 1) spreads readers over equals. */
export function rankOf(health: NodeHealth, { nodeId }: CommitteeMember, luck: number): number {
  const trouble =
    (health.isLiar(nodeId) ? 4 : 0) + (health.restMs(nodeId) > 0 ? 2 : 0) + (health.isDoubtful(nodeId) ? 1 : 0);
  return trouble * 1e9 + health.latencyMs(nodeId) * (0.5 + luck);
}

/** Something to wait on until anything happened. Rings before the wait are not lost. */
export class Bell {
  #next = Promise.withResolvers<void>();

  ring(): void {
    this.#next.resolve();
  }

  async heard(): Promise<void> {
    await this.#next.promise;
    this.#next = Promise.withResolvers<void>();
  }
}
