/**
 * Who has seen what (docs/sync.md). A dot names the snapshot in which something got its present value; a vector says, for each device, up to which
 * sequence its snapshots are contained in a state.
 */
import type { DeviceId, NodeId } from './ids.ts';

export interface Dot {
  readonly device: DeviceId;
  /** Of the snapshot, at least 1. */
  readonly sequence: number;
}

export type Vector = ReadonlyMap<DeviceId, number>;

/** What a state has seen: its vector, and single dots of nodes that were taken over before all of their device was. */
export interface Seen {
  readonly vector: Vector;
  readonly taken: ReadonlyMap<NodeId, readonly Dot[]>;
}

export const sameDot = (a: Dot, b: Dot): boolean => a.sequence === b.sequence && a.device === b.device;

/** Sequence first, then the device's id: the same order on every device. */
export function compareDots(a: Dot, b: Dot): number {
  if (a.sequence !== b.sequence) return a.sequence - b.sequence;
  return a.device < b.device ? -1 : a.device > b.device ? 1 : 0;
}

export function hasSeen(seen: Seen, node: NodeId, dot: Dot): boolean {
  if ((seen.vector.get(dot.device) ?? 0) >= dot.sequence) return true;
  return seen.taken.get(node)?.some((one) => sameDot(one, dot)) ?? false;
}

/** The union of two vectors. */
export function joinVectors(a: Vector, b: Vector): Vector {
  const joined = new Map(a);
  for (const [device, sequence] of b) joined.set(device, Math.max(joined.get(device) ?? 0, sequence));
  return joined;
}

/** True when everything in `inner` is in `outer`. */
export function containsVector(outer: Vector, inner: Vector): boolean {
  return [...inner].every(([device, sequence]) => (outer.get(device) ?? 0) >= sequence);
}
