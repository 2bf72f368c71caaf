/** What the merge and the plan know of a node: where it is, what it is, and in which snapshot each got its present value (docs/sync.md). */
import type { Dot } from './dot.ts';
import type { NodeId } from './ids.ts';
import type { PathName } from './path-name.ts';
import type { Content, EntryKind } from './space.ts';

export interface NodeState {
  readonly node: NodeId;
  /** The root folder's own node id for what lies in the root. */
  readonly parent: NodeId;
  readonly name: PathName;
  readonly place: Dot;
  readonly kind: EntryKind;
  /** Permission bits. */
  readonly mode: number;
  readonly mtimeNs: bigint;
  /** Of a file, or of a symlink's target; a folder's listing is not part of its state: 0. */
  readonly bytes: number;
  /** Of a file or symlink; a folder's is empty here. */
  readonly content: Content;
  readonly version: Dot;
}

/** Same bytes and same kind; mode and time may differ. */
export function isSameContent(a: NodeState, b: NodeState): boolean {
  if (a.kind !== b.kind || a.bytes !== b.bytes || a.content.depth !== b.content.depth) return false;
  const chunks = b.content.chunks;
  return a.content.chunks.length === chunks.length && a.content.chunks.every((chunk, at) => chunk === chunks[at]);
}
