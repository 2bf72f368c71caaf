/**
 * One line for each file's newest change: what is certified, what is on its way, what could not be kept. Read from the catalog after a round, so that it
 * is the same after a restart; held in memory, newest first, within a bound.
 */
import type { Engine, SpaceStatus, VersionLine } from '../../engine/engine.ts';
import { wireFault } from '../../wire/fault-form.ts';
import type { ActivityLine, ActivityPage } from '../../wire/activity.ts';
import type { SpacePass } from './keeper.ts';

/** A screenful can be scrolled through for minutes; 150 bytes each. */
const linesMax = 50_000;
const pageEntries = 2_000;

export interface ActivityLog {
  readonly revision: number;
  readonly total: number;
  /** Lines that are not certified yet. */
  readonly waiting: number;
  readonly newest: readonly ActivityLine[];
  page(space: string | undefined, only: 'waiting' | 'failed' | undefined, offset: number, limit: number): ActivityPage;
  /** Reads a space anew, where its content changed since the last time. */
  refresh(status: SpaceStatus, pass: SpacePass | undefined, isUploading: boolean): Promise<boolean>;
}

interface SpaceLines {
  readonly mark: string;
  readonly lines: readonly ActivityLine[];
}

const isWaiting = ({ stage }: ActivityLine): boolean => stage === 'saved' || stage === 'uploading';

export function openActivityLog(engine: Pick<Engine, 'tree'>): ActivityLog {
  const spaces = new Map<string, SpaceLines>();
  let all: readonly ActivityLine[] = [];
  let revision = 0;

  return {
    get revision() {
      return revision;
    },
    get total() {
      return all.length;
    },
    get waiting() {
      return all.filter(isWaiting).length;
    },
    get newest() {
      return all.slice(0, 50);
    },
    page(space, only, offset, limit) {
      const wanted = all.filter(
        (line) =>
          (space === undefined || line.space === space || line.spaceName === space) &&
          (only === undefined || (only === 'waiting' ? isWaiting(line) : line.stage === 'failed')),
      );
      return { revision, total: wanted.length, offset, lines: wanted.slice(offset, offset + limit) };
    },
    async refresh(status, pass, isUploading) {
      const problems = pass?.report?.problems ?? [];
      const mark = `${status.snapshot}/${status.sequence}/${status.isPending}/${isUploading}/${pass?.timeMs}/${problems.length}`;
      const known = spaces.get(status.space);
      // A pass without changes only has another time.
      const sameMark = mark.replace(/\/[^/]*\/[^/]*$/, '');
      if (known && known.mark.startsWith(sameMark) && problems.length === 0 && !known.mark.endsWith('+')) return false;
      const failed = problems.map(({ path, fault }): ActivityLine => ({
        space: status.space,
        spaceName: status.name,
        path,
        stage: 'failed',
        bytes: 0,
        timeMs: pass?.timeMs ?? 0,
        fault: wireFault(fault),
      }));
      const lines = await readLines(engine, status, isUploading);
      spaces.set(status.space, { mark: `${mark}${failed.length > 0 ? '+' : ''}`, lines: [...failed, ...lines] });
      all = [...spaces.values()]
        .flatMap((each) => each.lines)
        .sort((a, b) => b.timeMs - a.timeMs)
        .slice(0, linesMax);
      revision++;
      return true;
    },
  };
}

async function readLines(
  engine: Pick<Engine, 'tree'>,
  status: SpaceStatus,
  isUploading: boolean,
): Promise<readonly ActivityLine[]> {
  const lines: ActivityLine[] = [];
  const lineOf = (version: VersionLine): ActivityLine => ({
    space: status.space,
    spaceName: status.name,
    path: version.path,
    stage: version.since <= status.sequence ? 'certified' : isUploading ? 'uploading' : 'saved',
    bytes: version.bytes,
    timeMs: version.timeMs,
    fault: undefined,
  });
  for (let after: string | undefined; ;) {
    const page: readonly VersionLine[] = await engine.tree(status.space, after, pageEntries);
    for (const version of page) if (version.kind === 'file') lines.push(lineOf(version));
    const last = page.at(-1);
    if (last === undefined || page.length < pageEntries) return lines;
    after = last.path;
  }
}
