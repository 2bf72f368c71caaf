/** What the merge and the plan know of a node: where it is, what it is, and in which snapshot each got its present value (docs/sync.md). */
import type { Dot, Seen } from '../../domain/dot.ts';
import type { DeviceId, NodeId } from '../../domain/ids.ts';
import type { PathName } from '../../domain/path-name.ts';
import type { Content, EntryKind } from '../../domain/space.ts';

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

/** A node that the two trees do not hold alike. At least one side is there. */
export interface Difference {
  readonly mine: NodeState | undefined;
  readonly theirs: NodeState | undefined;
}

export interface MergeInput {
  readonly root: NodeId;
  /** Every node that is not the same, dots included, in both trees. What is not here is the same in both. */
  readonly differences: ReadonlyMap<NodeId, Difference>;
  readonly mine: Seen;
  readonly theirs: Seen;
  /** Lookups into what both sides share: the node's parent and name; undefined for unknown nodes, the root, and nodes in `differences`. */
  readonly shared: {
    readonly placeOf: (node: NodeId) => { readonly parent: NodeId; readonly name: PathName } | undefined;
    /** The shared node at a place, if there is one. Asked only for folders that hold differences on either side. */
    readonly at: (parent: NodeId, name: PathName) => NodeId | undefined;
  };
  /** For what the merge itself decides. */
  readonly dot: Dot;
  /** For conflict names. */
  readonly deviceName: (device: DeviceId) => string;
  /** Identity of a conflict's second file: 16 bytes of a hash of its text, as hex; the same on all devices. */
  readonly deriveNode: (text: string) => NodeId;
}

export interface Conflict {
  readonly kind: 'content' | 'name';
  readonly node: NodeId;
  /** The node that got a conflict name. */
  readonly beside: NodeId;
}

export interface Merged {
  /** The result for every node of `differences` and every node the merge made; undefined: it is gone. */
  readonly nodes: ReadonlyMap<NodeId, NodeState | undefined>;
  readonly conflicts: readonly Conflict[];
  /** True when every difference ended as their side has it: their snapshot can be adopted. */
  readonly isTheirs: boolean;
  /** True when every difference ended as my side has it, dots included: there is nothing to do. */
  readonly isMine: boolean;
}
