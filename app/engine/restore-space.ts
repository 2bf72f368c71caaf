/** A moment of a space to a folder of the user's choice. Needs the account and the network, no money and no folder of the space itself. */
import { faultOf } from '../domain/fault.ts';
import type { SpacePath } from '../domain/path-name.ts';
import { pathNames } from '../domain/path-name.ts';
import { openChunkReader } from '../restore/content/content.ts';
import { restore, type Overwrite, type RestoreReport } from '../restore/reassemble/reassemble.ts';
import type { SnapshotId } from '../domain/ids.ts';
import type { EngineCore } from './engine-core.ts';
import { findSpace } from './look.ts';
import { findMoment } from './moment.ts';

export interface RestoreRequest {
  readonly space: string;
  /** Absolute folder that exists. */
  readonly to: string;
  /** Empty: everything. */
  readonly paths: readonly SpacePath[];
  readonly at: string | undefined;
  readonly overwrite: Overwrite;
  /** Only count; nothing is written. */
  readonly isDry?: boolean;
}

export interface RestoreDone extends RestoreReport {
  readonly snapshot: SnapshotId;
  readonly fetchedBytes: number;
}

/** The folder to restore into. A dry run may be asked about one that is not there yet: then nothing stands in the way. */
async function targetOf(core: EngineCore, { to, isDry }: RestoreRequest): Promise<string> {
  try {
    return await core.disk.resolveFolder(to);
  } catch (error) {
    if (isDry && faultOf(error)?.code === 'not-found') return '';
    throw error;
  }
}

export async function restoreSpace(
  core: EngineCore,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<RestoreDone> {
  const row = await findSpace(core.catalog, request.space);
  const moment = await findMoment(core, row, request.at, signal);
  const target = await targetOf(core, request);
  const paths =
    request.paths.length === 0 ? [''] : request.paths.map((path) => pathNames(path.replace(/\/+$/, '')).join('/'));
  const reader = openChunkReader(core.open(row).keys, core);
  const onProgress = (files: number, bytes: number): void =>
    core.emit({ kind: 'restoring', space: row.id, files, ofFiles: moment.files, bytes, ofBytes: moment.bytes });
  const input = {
    space: row.num,
    sequence: moment.sequence,
    paths,
    target,
    overwrite: request.overwrite,
    isDry: request.isDry ?? false,
    onProgress,
  };
  const report = await restore(input, { tree: moment.tree, disk: core.disk, reader }, signal);
  return { ...report, snapshot: moment.snapshot, fetchedBytes: reader.fetchedBytes };
}
