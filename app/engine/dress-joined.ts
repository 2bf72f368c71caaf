/**
 * A joined folder's files that hold what the space has, under other permissions: the space's are the ones that count, since a folder that joins brings
 * contents and no decisions. What changed meanwhile, or cannot be dressed, is compared again by the next pass.
 */
import { Fault } from '../domain/fault.ts';
import type { EntryRow, Look } from '../ports/catalog.ts';
import type { Disk } from '../ports/disk.ts';
import { lookOf, type ContentJob } from '../stages/scan/scan.ts';

export interface OtherDress {
  readonly job: ContentJob;
  readonly before: EntryRow;
  readonly look: Look;
}

export interface Dressed {
  readonly parent: number;
  readonly name: ContentJob['name'];
  readonly look: Look;
}

export async function dressJoined(
  disk: Disk,
  folder: string,
  files: readonly OtherDress[],
): Promise<readonly Dressed[]> {
  if (files.length === 0) return [];
  const stats = await disk.act(
    folder,
    files.map(({ job, before, look }) => ({ kind: 'dress', path: job.path, look, placement: before })),
  );
  return files.flatMap(({ job: { parent, name } }, i) => {
    const stat = stats[i];
    return stat === undefined || stat instanceof Fault ? [] : [{ parent, name, look: lookOf(stat) }];
  });
}
