/** A row of `entry` or `past` with its stretch of history, as a version. */
import type { PathName, SpacePath } from '../../domain/path-name.ts';
import type { Version } from '../../domain/space.ts';
import { nameFromBytes, recordFromBytes } from './entry-record.ts';
import type { Writers } from './writers.ts';

export interface RawVersion {
  readonly parent: number;
  readonly name: Buffer;
  readonly num: number;
  readonly since: number;
  readonly until: number | null;
  readonly record: Buffer;
}

export function versionFrom(
  raw: RawVersion,
  path: SpacePath,
  writers: Writers,
  name: PathName = nameFromBytes(raw.name),
): Version {
  const { node, kind, mode, mtimeNs, bytes, content, since, place, version } = recordFromBytes(raw.record);
  const dots = { place: writers.dot(place), version: writers.dot(version) };
  return { path, name, node, kind, mode, mtimeNs, bytes, content, ...dots, since, until: raw.until ?? undefined };
}
