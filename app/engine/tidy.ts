/** The upkeep of what is stored, space by space: thinner history, fewer and fuller packs, and what nobody needs deleted. */
import type { DeviceId } from '../domain/ids.ts';
import type { SpaceId } from '../domain/ids.ts';
import { collect, type CollectReport } from './collect.ts';
import { compact, type CompactReport } from './compact.ts';
import type { EngineCore } from './engine.ts';

export interface TidyRequest {
  /** Id or name. */
  readonly space: string;
  /** Devices that are gone for good. */
  readonly gone: readonly DeviceId[];
}

export interface TidyReport {
  readonly space: SpaceId;
  readonly compacted: CompactReport;
  readonly collected: CollectReport;
}
