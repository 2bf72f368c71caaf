/** Which of the files that changed one round takes; the others are found again. */
import { bulkFileBytesMax, bulkRoundBytesMax, roundBytesMax } from '../domain/limits.ts';
import type { ContentJob } from '../stages/scan/scan.ts';

/** Small files up to a bound go on; the others wait. */
export function withoutBulk(jobs: readonly ContentJob[]): { now: readonly ContentJob[]; bulk: readonly ContentJob[] } {
  let bytes = 0;
  const now: ContentJob[] = [];
  const bulk: ContentJob[] = [];
  for (const job of jobs) {
    const isSmall = job.stat.bytes <= bulkFileBytesMax && bytes + job.stat.bytes <= bulkRoundBytesMax;
    if (isSmall) bytes += job.stat.bytes;
    (isSmall ? now : bulk).push(job);
  }
  return { now, bulk };
}

/** As many files as one round takes; at least one, whatever its size. */
export function withinRound(jobs: readonly ContentJob[]): { files: readonly ContentJob[]; isPartial: boolean } {
  let bytes = 0;
  const over = jobs.findIndex((job, i) => (bytes += job.stat.bytes) > roundBytesMax && i > 0);
  return over < 0 ? { files: jobs, isPartial: false } : { files: jobs.slice(0, over), isPartial: true };
}
