/** Slivers that are still to be had: who holds each, whom to ask next, and which one of a line to ask for first. */
import type { CommitteeMember } from '../../domain/committee.ts';
import type { Axis } from '../../domain/encoding.ts';

/** A sliver to be had, and from whom. */
export interface Slot {
  readonly axis: Axis;
  readonly index: number;
  readonly holders: readonly CommitteeMember[];
  readonly luck: number;
  /** Next holder to ask. */
  next: number;
  rounds: number;
  /** Some holder failed in a way that may pass. */
  mayPass: boolean;
}

export interface Request {
  readonly slot: Slot;
  readonly member: CommitteeMember;
  isOutrun: boolean;
}

/** Takes the slot with the least rank out of the line. */
export function takeLeast(queue: Slot[], rank: (slot: Slot) => number): Slot {
  let least = 0;
  let leastRank = Infinity;
  for (const [at, slot] of queue.entries()) {
    const each = rank(slot);
    if (each < leastRank) [least, leastRank] = [at, each];
  }
  const [slot] = queue.splice(least, 1);
  if (slot === undefined) throw new Error('there is no sliver to choose from');
  return slot;
}
