/** What the engine tells while it works: for progress bars, the window and the log. Reports only; nothing is steered by it. */
import type { SpaceId } from '../domain/ids.ts';

export type EngineEvent =
  | { readonly kind: 'scanning'; readonly space: SpaceId; readonly seen: number }
  | {
      readonly kind: 'reading';
      readonly space: SpaceId;
      readonly files: number;
      readonly ofFiles: number;
      readonly bytes: number;
      readonly ofBytes: number;
    }
  | { readonly kind: 'packed'; readonly space: SpaceId; readonly packs: number; readonly bytes: number }
  | { readonly kind: 'encoding'; readonly space: SpaceId; readonly pack: string }
  | {
      readonly kind: 'uploading';
      readonly space: SpaceId;
      readonly pack: string;
      readonly nodes: number;
      readonly ofNodes: number;
      readonly bytes: number;
      readonly ofBytes: number;
    }
  | { readonly kind: 'certified'; readonly space: SpaceId; readonly pack: string }
  | { readonly kind: 'published'; readonly space: SpaceId; readonly snapshot: string }
  | {
      readonly kind: 'restoring';
      readonly space: SpaceId;
      readonly files: number;
      readonly ofFiles: number;
      readonly bytes: number;
      readonly ofBytes: number;
    }
  | {
      readonly kind: 'applying';
      readonly space: SpaceId;
      readonly operations: number;
      readonly ofOperations: number;
    }
  | { readonly kind: 'recovering'; readonly space: SpaceId; readonly packs: number; readonly ofPacks: number }
  | { readonly kind: 'checking'; readonly space: SpaceId; readonly packs: number; readonly ofPacks: number }
  | { readonly kind: 'problem'; readonly space: SpaceId | undefined; readonly code: string; readonly message: string };

export type OnEvent = (event: EngineEvent) => void;

/** Durable points at which a crash test kills the engine; `test/crash` has each by name. */
export type DurablePoint = string;
export type OnPoint = (point: DurablePoint) => void;
