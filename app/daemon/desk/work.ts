/** What the engine is doing this moment, from its events. Pure: an event and the work before it give the work after it. */
import type { EngineEvent } from '../../engine/engine.ts';
import type { Work, WorkKind } from '../../wire/activity.ts';

/** A speed over less than this says nothing. */
const speedMsMin = 1_000;

export function workAfter(
  event: EngineEvent,
  before: Work | undefined,
  nowMs: number,
  nameOf: (space: string) => string,
): Work | undefined {
  const next = (kind: WorkKind, counts: Partial<Work>): Work => {
    const goesOn = before?.kind === kind && before.space === event.space;
    const sinceMs = goesOn ? before.sinceMs : nowMs;
    const space = event.space ?? '';
    const bytes = counts.bytes ?? 0;
    const ms = nowMs - sinceMs;
    return {
      kind,
      space,
      spaceName: nameOf(space),
      files: 0,
      ofFiles: 0,
      bytes,
      ofBytes: 0,
      nodes: 0,
      ofNodes: 0,
      sinceMs,
      bytesPerSecond: bytes > 0 && ms >= speedMsMin ? Math.round((bytes / ms) * 1000) : undefined,
      ...counts,
    };
  };
  switch (event.kind) {
    case 'scanning':
      return next('looking', { files: event.seen });
    case 'reading': {
      const { files, ofFiles, bytes, ofBytes } = event;
      return next('reading', { files, ofFiles, bytes, ofBytes });
    }
    case 'packed':
      return next('packing', { bytes: event.bytes });
    case 'encoding':
      return next('encoding', {});
    case 'uploading': {
      const { nodes, ofNodes, bytes, ofBytes } = event;
      return next('uploading', { nodes, ofNodes, bytes, ofBytes });
    }
    case 'certified':
      return next('certifying', {});
    case 'restoring': {
      const { files, ofFiles, bytes, ofBytes } = event;
      return next('restoring', { files, ofFiles, bytes, ofBytes });
    }
    case 'applying':
      return next('applying', { files: event.operations, ofFiles: event.ofOperations });
    case 'recovering':
      return next('recovering', { files: event.packs, ofFiles: event.ofPacks });
    case 'checking':
      return next('checking', { files: event.packs, ofFiles: event.ofPacks });
    case 'published':
      return undefined;
    case 'problem':
      return before;
  }
}
