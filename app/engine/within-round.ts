/** How much of what a scan finds one round takes: the rest waits for the next, so that a large first copy becomes certified piece by piece. */
import { bulkFileBytesMax, bulkRoundBytesMax, roundBytesMax } from '../domain/limits.ts';
import type { SpacePath } from '../domain/path-name.ts';
import type { ContentJob } from '../stages/scan/scan.ts';

export interface Taken {
  files: number;
  bytes: number;
  /** Large files that were left for another time, when `isBulkHeld`. */
  readonly bulk: SpacePath[];
  /** True when something was left for the next round. */
  isPartial: boolean;
}

/**
 * As many files as one round takes; at least one, whatever its size. While bulk is held, small files up to a bound alone. What was taken is counted in
 * `taken`.
 */
export async function* withinRound(
  groups: AsyncIterable<readonly ContentJob[]>,
  taken: Taken,
  isBulkHeld: boolean,
): AsyncGenerator<readonly ContentJob[]> {
  for await (const group of groups) {
    const files: ContentJob[] = [];
    for (const job of group) {
      if (job.target !== undefined) continue;
      const { bytes } = job.stat;
      if (isBulkHeld && (bytes > bulkFileBytesMax || taken.bytes + bytes > bulkRoundBytesMax)) {
        taken.bulk.push(job.path);
        continue;
      }
      taken.isPartial ||= taken.files > 0 && taken.bytes + bytes > roundBytesMax;
      if (taken.isPartial) break;
      taken.files++;
      taken.bytes += bytes;
      files.push(job);
    }
    yield files;
  }
}
