/**
 * Side snapshots: certified ones of any device that are not on this catalog's own line. Their trees stay in the packs; the catalog holds their records,
 * and of their trees only the versions that stand nowhere else in it.
 */
import type { DeviceId, NodeId, SnapshotId } from '../domain/ids.ts';
import type { SpacePath } from '../domain/path-name.ts';
import type { Content, TreeEntry, Version } from '../domain/space.ts';

export interface NewSide {
  readonly snapshot: SnapshotId;
  readonly sequence: number;
  readonly parents: readonly SnapshotId[];
  readonly device: DeviceId;
  /** Its name then, for people. */
  readonly deviceName: string;
  readonly timeMs: number;
  readonly files: number;
  readonly bytes: number;
  readonly root: Content;
}

export interface SideRow extends NewSide {
  readonly num: number;
  /** 'known' until its versions are read; 'given-up' when its maker thinned it out. */
  readonly state: 'known' | 'read' | 'given-up';
}

/** A version as a side snapshot brought it. */
export interface SideEntry {
  readonly path: SpacePath;
  readonly num: number;
  readonly parent: number;
  readonly entry: TreeEntry;
}

export interface SideVersion {
  readonly snapshot: SnapshotId;
  readonly version: Version;
}

export interface SideOperations {
  /** Snapshot records in live packs of which neither a round nor a side snapshot is known. */
  strangeSnapshots(space: number, limit: number): readonly SnapshotId[];
  /** By sequence; with `digits`, those whose id begins so. Those that are rounds by now are none any more. */
  sides(space: number, digits?: string): readonly SideRow[];
  addSide(space: number, side: NewSide): void;
  /** What was not in the catalog of these becomes known as versions. To be repeated at will. */
  addSideVersions(side: number, versions: readonly SideEntry[]): void;
  /** 'given-up' takes the versions away again. */
  setSideState(side: number, state: SideRow['state']): void;
  /** Versions that only side snapshots hold, of a node or of what was at a path last; newest first. */
  sideVersions(space: number, at: { readonly node: NodeId } | { readonly path: SpacePath }): readonly SideVersion[];
}
