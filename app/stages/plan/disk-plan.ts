/**
 * What a plan takes and gives. Places are (parent node, name): whoever carries it out finds a node's path through the folders that hold it at that
 * moment, so a folder's move changes no other operation.
 */
import type { NodeId } from '../../domain/ids.ts';
import type { NodeState } from '../../domain/node-state.ts';
import type { PathName } from '../../domain/path-name.ts';
import type { Look } from '../../ports/catalog.ts';

export interface Place {
  readonly parent: NodeId;
  readonly name: PathName;
}

/** Why a node cannot be on this disk; it stays in the cloud and is listed. */
export type NotHere = 'not-chosen' | 'name-clash' | 'name-refused' | 'folder-not-here';

/** Why a node is left for the next pass. `busy`: it changed here meanwhile; `behind`: it needs a node that waits; `held`: the deletion brake. */
export type Waiting = 'busy' | 'behind' | 'held';

/** What names this disk can hold, and which of them it takes for the same. */
export interface DiskTraits {
  /** Two names with one key are one name to this disk: case folded, normal form. */
  readonly keyOf: (name: PathName) => string;
  /** True for names that cannot be written here: reserved, too long, forbidden characters, our own prefix. */
  readonly isRefused: (name: PathName) => boolean;
}

/** The synced tree: the catalog, and what it knows of this disk. */
export interface SyncedTree {
  readonly get: (node: NodeId) => NodeState | undefined;
  readonly children: (folder: NodeId) => Iterable<NodeId>;
  /** True when it is on this disk: content was seen here and has a look, a folder exists. */
  readonly isHere: (node: NodeId) => boolean;
  /** Of a file or symlink that is here. */
  readonly lookOf: (node: NodeId) => Look | undefined;
  /** Changed on this disk since the synced tree was made: it is left alone. */
  readonly isBusy: (node: NodeId) => boolean;
}

export interface PlanInput {
  readonly root: NodeId;
  readonly synced: SyncedTree;
  /**
   * What is wanted of these nodes; undefined: gone. A merge's `nodes`, and whichever else should be looked at again: a node that is wanted, not
   * here and unchanged is fetched; one that is no longer chosen leaves the disk.
   */
  readonly target: ReadonlyMap<NodeId, NodeState | undefined>;
  /** Of the merge: what `node` holds here is what `beside` keeps, so `beside` is there before `node` is written over. */
  readonly conflicts: readonly { readonly kind: string; readonly node: NodeId; readonly beside: NodeId }[];
  readonly traits: DiskTraits;
  /** Asked with a wanted state whose folder is on this disk (selective folders). */
  readonly isChosen: (state: NodeState) => boolean;
  /** Deletions wait for the user's word. */
  readonly areDeletionsHeld: boolean;
}

/** What one operation does. `after` is the node's synced state once it has succeeded; undefined: its entry goes. */
export type DiskAction =
  | { readonly kind: 'make-folder'; readonly to: Place; readonly after: NodeState }
  /** The node as it lies, a folder with all below it. Nothing may be at `to`. `look`: of a file or symlink, must still hold. */
  | {
      readonly kind: 'move';
      readonly from: Place;
      readonly to: Place;
      readonly look: Look | undefined;
      readonly after: NodeState;
    }
  /**
   * Out of the way for a moment: to `.floe-parked/<node>`, or only its entry when it is not on this disk. Its place is free for another entry from
   * here on, so nothing is committed while something is parked. A folder that is to be deleted may be parked until it is.
   */
  | {
      readonly kind: 'park';
      readonly from: Place;
      readonly isOnDisk: boolean;
      readonly look: Look | undefined;
      readonly after: NodeState;
    }
  /** From `.floe-parked/<node>`; nothing may be at `to`. */
  | { readonly kind: 'unpark'; readonly to: Place; readonly after: NodeState }
  /** Content of a file (`write`) or symlink (`link`). `over` undefined: nothing may be at `at`; else exactly this look. */
  | {
      readonly kind: 'write' | 'link';
      readonly at: Place;
      readonly over: Look | undefined;
      /** A node here that may still hold this very content: no need to fetch it. */
      readonly source: NodeId | undefined;
      readonly after: NodeState;
    }
  /** Mode and time of a file that has this look, or the mode of a folder. */
  | { readonly kind: 'set'; readonly at: Place; readonly look: Look | undefined; readonly after: NodeState }
  /**
   * What lies at `at` as node `instead` becomes this node: equal content (then mode and time are set), or a folder with all below it. The entry of
   * `instead` gets the other identity, so what is in it is this node's.
   */
  | {
      readonly kind: 'take-over';
      readonly instead: NodeId;
      readonly at: Place;
      readonly look: Look | undefined;
      readonly after: NodeState;
    }
  /** `at` undefined: it is parked. `after` is a state when it only leaves this disk and stays in the space. */
  | {
      readonly kind: 'delete-file';
      readonly at: Place | undefined;
      readonly look: Look | undefined;
      readonly after: NodeState | undefined;
    }
  /** Only when it is empty. */
  | { readonly kind: 'delete-folder'; readonly at: Place | undefined; readonly after: NodeState | undefined }
  /** Nothing on the disk: other dots, or a node that is not on this disk. */
  | { readonly kind: 'note'; readonly after: NodeState | undefined };

/** `needs` are positions of earlier operations of the plan without which this one must not run. */
export type DiskOperation = DiskAction & { readonly node: NodeId; readonly needs: readonly number[] };

export interface DiskPlan {
  readonly operations: readonly DiskOperation[];
  /** Nodes of the target that are not on this disk in the end, and why. */
  readonly notHere: ReadonlyMap<NodeId, NotHere>;
  /** Left for the next pass. While this is not empty the other head is not wholly applied. */
  readonly waiting: ReadonlyMap<NodeId, Waiting>;
  /** Files and symlinks on this disk that the plan deletes, or would if deletions were not held. */
  readonly deletions: number;
}
