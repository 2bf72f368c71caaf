/** How much of what a scan finds one round takes: the rest waits for the next, so that a large first copy becomes certified piece by piece. */
import { roundBytesMax } from '../domain/limits.ts';
import type { ContentJob } from '../stages/scan/scan.ts';

export interface Taken {
  files: number;
  bytes: number;
  /** True when something was left for the next round. */
  isPartial: boolean;
}

/** As many files as one round takes; at least one, whatever its size. What was taken is counted in `taken`. */
export async function* withinRound(
  groups: AsyncIterable<readonly ContentJob[]>,
  taken: Taken,
): AsyncGenerator<readonly ContentJob[]> {
  for await (const group of groups) {
    const files: ContentJob[] = [];
    for (const job of group) {
      if (job.target !== undefined) continue;
      taken.isPartial ||= taken.files > 0 && taken.bytes + job.stat.bytes > roundBytesMax;
      if (taken.isPartial) break;
      taken.files++;
      taken.bytes += job.stat.bytes;
      files.push(job);
    }
    yield files;
  }
}
