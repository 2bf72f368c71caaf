/**
 * What the space holds and this device's folder has never held is put there: after joining a space with an empty folder, or after an interrupted
 * fetch. An entry that was once seen here and is missing now is not fetched: that is a deletion, and the scan's business.
 */
import type { Version } from '../domain/space.ts';
import type { FileStat } from '../ports/disk.ts';
import { openChunkReader } from '../restore/content/content.ts';
import { restore } from '../restore/reassemble/reassemble.ts';
import { lookOf } from '../stages/scan/scan.ts';
import type { EngineCore, OpenSpace } from './engine.ts';

const fetchedKey = (space: number): string => `fetched:${space}`;

/** Number of entries that were put into the folder. */
export async function fetchSpace(core: EngineCore, space: OpenSpace, signal: AbortSignal): Promise<number> {
  const { row, keys } = space;
  const isFetched = (await core.catalog.record(fetchedKey(row.num))) === 'yes';
  if (isFetched || row.folder === undefined || row.sequence === 0) {
    if (row.sequence === 0) await core.catalog.setRecord(fetchedKey(row.num), 'yes');
    return 0;
  }
  let placed = 0;
  const onPlaced = async (
    versions: readonly { readonly version: Version; readonly stat: FileStat }[],
  ): Promise<void> => {
    placed += versions.length;
    const looks = [];
    for (const { version, stat } of versions) {
      const entry = await core.catalog.entryAt(row.num, version.path);
      if (entry) looks.push({ parent: entry.parent, name: entry.name, look: lookOf(stat) });
    }
    await core.catalog.setLooks(looks);
  };
  const totals = await core.catalog.totals(row.num);
  const onProgress = (files: number, bytes: number): void =>
    core.emit({ kind: 'restoring', space: row.id, files, ofFiles: totals.files, bytes, ofBytes: totals.bytes });
  const reader = openChunkReader(keys, core, 'bulk');
  const { problems } = await restore(
    {
      space: row.num,
      sequence: row.sequence,
      paths: [''],
      target: row.folder,
      overwrite: 'never',
      onProgress,
      onPlaced,
    },
    { catalog: core.catalog, disk: core.disk, reader },
    signal,
  );
  const [problem] = problems;
  if (problem) throw problem.fault;
  await core.catalog.setRecord(fetchedKey(row.num), 'yes');
  return placed;
}
