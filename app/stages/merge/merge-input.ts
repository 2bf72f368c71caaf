/** What a merge takes and gives (docs/sync.md). */
import type { Dot, Seen } from '../../domain/dot.ts';
import type { DeviceId, NodeId } from '../../domain/ids.ts';
import type { NodeState } from '../../domain/node-state.ts';
import type { PathName } from '../../domain/path-name.ts';

/** A node that the two trees do not hold alike. At least one side is there. */
export interface Difference {
  readonly mine: NodeState | undefined;
  readonly theirs: NodeState | undefined;
}

export interface MergeInput {
  readonly root: NodeId;
  /** Every node but the root that is not the same, dots included, in both trees. What is not here is the same in both. */
  readonly differences: ReadonlyMap<NodeId, Difference>;
  readonly mine: Seen;
  readonly theirs: Seen;
  /** What both sides hold alike. */
  readonly shared: {
    /** Undefined for unknown nodes, the root, and nodes in `differences`. */
    readonly get: (node: NodeId) => NodeState | undefined;
    /** The shared node at a place, if there is one. Asked once for each name that a difference has in the end. */
    readonly at: (parent: NodeId, name: PathName) => NodeId | undefined;
  };
  /** For what the merge itself decides; later than every dot of both sides. */
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
  /** What this merge decided; a conflict that a device before it decided is not named again. */
  readonly conflicts: readonly Conflict[];
  /** True when every difference ended as their side has it: their snapshot can be adopted. */
  readonly isTheirs: boolean;
  /** True when every difference ended as my side has it, dots included: there is nothing to do. */
  readonly isMine: boolean;
}
