/**
 * One line for each file's newest change: what is certified, what is on its way, what could not be kept. Read from the catalog when a round was sealed or
 * certified, so that it is the same after a restart; held in memory, newest first, within a bound.
 */
import type { Engine, SpaceStatus, VersionLine } from '../../engine/engine.ts';
import { wireFault } from '../../wire/fault-form.ts';
import type { ActivityLine, ActivityPage } from '../../wire/activity.ts';
import type { SpacePass } from './keeper.ts';

/** A screenful can be scrolled through for minutes; some 150 bytes each. */
const linesMax = 50_000;
const newestMax = 50;
const pageEntries = 2_000;

export interface ActivityLog {
  /** Grows whenever a line changed. */
  readonly revision: number;
  readonly total: number;
  /** Lines that are not certified yet. */
  readonly waiting: number;
  readonly newest: readonly ActivityLine[];
  page(wanted: ActivityWanted, offset: number, limit: number): ActivityPage;
  /** Reads a space anew, if a round of it was sealed or certified since the last time, or its last pass had problems. */
  refresh(status: SpaceStatus, pass: SpacePass | undefined): Promise<void>;
  /** The space whose packs are being sent now. */
  setSending(space: string | undefined): void;
}

export interface ActivityWanted {
  readonly space: string | undefined;
  readonly only: 'waiting' | 'failed' | undefined;
  /** Part of the path. */
  readonly text: string | undefined;
}

interface SpaceLines {
  readonly mark: string;
  readonly pass: SpacePass | undefined;
  readonly files: readonly ActivityLine[];
  readonly failed: readonly ActivityLine[];
}

const isWaiting = ({ stage }: ActivityLine): boolean => stage === 'saved' || stage === 'uploading';

export function openActivityLog(engine: Pick<Engine, 'tree'>): ActivityLog {
  const spaces = new Map<string, SpaceLines>();
  let all: readonly ActivityLine[] = [];
  let waiting = 0;
  let revision = 0;
  let sending: string | undefined;

  const gather = (): void => {
    all = [...spaces.values()]
      .flatMap(({ failed, files }) => [...failed, ...files])
      .sort((a, b) => b.timeMs - a.timeMs)
      .slice(0, linesMax);
    waiting = all.filter(isWaiting).length;
    revision++;
  };
  /** What waits is being sent, or waits for its turn: known only now. */
  const asNow = (line: ActivityLine): ActivityLine =>
    line.stage === 'saved' && line.space === sending ? { ...line, stage: 'uploading' } : line;

  return {
    get revision() {
      return revision;
    },
    get total() {
      return all.length;
    },
    get waiting() {
      return waiting;
    },
    get newest() {
      return all.slice(0, newestMax).map(asNow);
    },
    page({ space, only, text }, offset, limit) {
      const part = text === undefined || text === '' ? undefined : text.toLowerCase();
      const wanted =
        space === undefined && only === undefined && part === undefined
          ? all
          : all.filter(
              (line) =>
                (space === undefined || line.space === space || line.spaceName === space) &&
                (only === undefined || (only === 'waiting' ? isWaiting(line) : line.stage === 'failed')) &&
                (part === undefined || line.path.toLowerCase().includes(part)),
            );
      return { revision, total: wanted.length, offset, lines: wanted.slice(offset, offset + limit).map(asNow) };
    },
    async refresh(status, pass) {
      const mark = `${status.snapshot}/${status.sequence}/${status.isPending}`;
      const known = spaces.get(status.space);
      const isSame = known?.mark === mark;
      const hadProblems = (known?.failed.length ?? 0) > 0 || (pass?.report?.problems.length ?? 0) > 0;
      if (isSame && (known.pass === pass || !hadProblems)) return;
      const files = isSame ? known.files : await readLines(engine, status);
      spaces.set(status.space, { mark, pass, files, failed: failedLines(status, pass) });
      gather();
    },
    setSending(space) {
      if (sending === space) return;
      sending = space;
      if (waiting > 0) revision++;
    },
  };
}

function failedLines(status: SpaceStatus, pass: SpacePass | undefined): readonly ActivityLine[] {
  return (pass?.report?.problems ?? []).map(({ path, fault }) => ({
    space: status.space,
    spaceName: status.name,
    path,
    stage: 'failed',
    bytes: 0,
    timeMs: pass?.timeMs ?? 0,
    fault: wireFault(fault),
  }));
}

async function readLines(engine: Pick<Engine, 'tree'>, status: SpaceStatus): Promise<readonly ActivityLine[]> {
  const lines: ActivityLine[] = [];
  const lineOf = (version: VersionLine): ActivityLine => ({
    space: status.space,
    spaceName: status.name,
    path: version.path,
    stage: version.since <= status.sequence ? 'certified' : 'saved',
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
