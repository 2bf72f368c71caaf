/** What is wanted of a blob, and the ways to it that are open to whoever gathers its slivers. */
import type { Axis, BlobMetadata } from '../../domain/encoding.ts';

/** Which slivers suffice: the systematic rows that were wanted, or as many of one axis as a whole blob takes. */
export type Sufficient = 'wanted' | Axis;

export interface Demand {
  readonly metadata: BlobMetadata;
  /** Systematic primary slivers that suffice by themselves; empty when the whole blob is wanted. */
  readonly wanted: ReadonlySet<number>;
  /**
   * Another way, when the wanted slivers do not come from their nodes: the missing rows themselves, or room for the rows of a whole blob. When
   * all of a blob is wanted, it is asked for at once, and there is room.
   */
  otherWay(missing: readonly number[]): Promise<SharedArrayBuffer | ReadonlyMap<number, Uint8Array>>;
  /** Room for primary slivers that are no rows, when it comes to that. */
  otherRoom(): SharedArrayBuffer;
  /** Rows that are in the room already, and genuine. */
  readonly present: readonly number[];
  /**
   * Whether primary slivers that are no rows are looked at one by one. Otherwise they are believed, because the rows that are made of them are looked
   * at anyway: that is a third of the work when a third of the rows is missing, and done again with doubts when somebody lied.
   */
  readonly doubts: boolean;
}
