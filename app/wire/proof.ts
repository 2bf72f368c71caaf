/** What shows that files are really there: who holds a file, drills, checks of what nodes keep, receipts. Plain data: crosses as JSON; ids are texts. */
import type { PathProblem } from './space.ts';
import type { WireFault } from './fault-form.ts';

/** A part of a file's way: one pack that holds bytes of it. Its stage is its own, whatever the rest of the round does. */
export interface PackLine {
  /** Undefined until it is encoded. */
  readonly blobId: string | undefined;
  readonly bytes: number;
  readonly stage: 'packed' | 'uploading' | 'certified';
  /** Nodes that signed that they hold their share, as this device knows; another device's packs have none here. */
  readonly confirmed: readonly string[];
}

export interface FileNodes {
  readonly packs: readonly PackLine[];
  /** More packs than are told. */
  readonly packsMore: number;
  /** Nodes that keep rows with the file's own sealed bytes; any third of all nodes can stand in for them. */
  readonly holders: readonly string[];
  readonly shards: readonly number[];
  readonly ofNodes: number;
}

export interface DrillLine {
  readonly space: string;
  readonly spaceName: string;
  readonly timeMs: number;
  readonly files: number;
  readonly bytes: number;
  readonly refusedShards: number;
  readonly shards: number;
  readonly seconds: number;
  readonly failed: number;
  /** What went wrong, within a bound; nothing is kept of that after the drill itself. */
  readonly problems: readonly PathProblem[];
}

export interface CheckLine {
  readonly checkedMs: number;
  readonly packs: number;
  readonly slivers: number;
  readonly missing: number;
  readonly corrupt: number;
  readonly unreachable: number;
  readonly repaired: number;
  /** How likely so good a sample would be if a pack could not be rebuilt: the worst pack, and all together. */
  readonly doubtWorst: number;
  readonly doubtAll: number;
  /** Packs that could not be looked at or mended, with why; within a bound. */
  readonly problems: readonly { readonly spaceName: string; readonly blobId: string; readonly fault: WireFault }[];
  readonly nodes: readonly {
    readonly node: string;
    readonly name: string;
    readonly sampled: number;
    readonly missing: number;
    readonly corrupt: number;
    readonly unreachable: number;
  }[];
}

/** What a receipt proves, when it does. */
export type ReceiptVerdict =
  | {
      readonly isValid: true;
      readonly network: string;
      readonly epoch: number;
      readonly signedShards: number;
      readonly ofShards: number;
      readonly nodes: number;
      readonly bytes: number;
      readonly sha256: string;
      readonly issuer: string;
      /** The first end of a lease among its blobs, exclusive. */
      readonly endEpoch: number;
      readonly blobIds: readonly string[];
      readonly committeeDigest: string;
      readonly name: { readonly space: string; readonly path: string } | undefined;
    }
  | { readonly isValid: false; readonly reason: string };

export interface ReceiptIssued {
  /** The whole file, as text. */
  readonly text: string;
  readonly verdict: ReceiptVerdict;
}
