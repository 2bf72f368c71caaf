/**
 * Looks into the files and links that a scan found changed, while it still finds more. What turns out to be what it was only gets its new look; what is
 * new is given as a change, its chunks on their way into packs.
 */
import { sameBytes } from '../domain/bytes.ts';
import { Fault } from '../domain/fault.ts';
import type { Dot } from '../domain/dot.ts';
import type { Feed } from '../domain/feed.ts';
import { nameBytesFromText, type SpacePath } from '../domain/path-name.ts';
import type { Content } from '../domain/space.ts';
import { contentToBytes } from '../formats/listing.ts';
import type { EntryRow, Look } from '../ports/catalog.ts';
import type { FileStat } from '../ports/disk.ts';
import { chunkFiles } from '../stages/chunk/chunk.ts';
import { lookOf, type Clash, type ContentJob, type Scan } from '../stages/scan/scan.ts';
import { foldContent } from '../stages/snapshot/snapshot.ts';
import { dressJoined, type OtherDress } from './dress-joined.ts';
import type { Intake } from './intake.ts';
import { formerOf, type Rewrite } from './rewrites.ts';
import type { FileProblem, Put, RoundInput, RoundPorts } from './round.ts';
import { withinRound, type Taken } from './within-round.ts';

export interface Contents {
  readonly changes: readonly Put[];
  readonly clashes: readonly Clash[];
  /** Files that had other content before. */
  readonly rewrites: readonly Rewrite[];
  /** Large files that wait. */
  readonly bulk: readonly SpacePath[];
  /** True when another round should follow at once. */
  readonly isPartial: boolean;
}

interface NewContent {
  readonly job: ContentJob;
  readonly bytes: number;
  readonly content: Content;
}

export async function takeContents(
  input: RoundInput,
  feed: Feed<ContentJob>,
  scanning: Promise<Scan>,
  own: Dot,
  intake: Intake,
  problems: FileProblem[],
  ports: RoundPorts,
  signal: AbortSignal,
): Promise<Contents> {
  const changes: Put[] = [];
  const looks: { parent: number; name: ContentJob['name']; look: Look }[] = [];
  const clashes: Clash[] = [];
  const otherDress: OtherDress[] = [];
  const written: NewContent[] = [];
  const unsureFromNs = BigInt(Math.trunc(ports.clock.now()) - input.nature.timeStepMs) * 1_000_000n;
  const keep = (job: ContentJob, content: Content, shown: FileStat, bytes: number): void => {
    const stat = input.nature.keepsModes ? shown : { ...shown, mode: job.stat.mode };
    const look = input.nature.timeStepMs > 0 && stat.ctimeNs >= unsureFromNs ? unsureLook(stat) : lookOf(stat);
    const isAbsent = job.before !== undefined && job.before.look === undefined;
    const before = job.before && isSameContent(job.before, content) ? job.before : undefined;
    if (before && isAbsent && before.mode !== stat.mode && stat.kind === 'file') otherDress.push({ job, before, look });
    else if (before && (isAbsent || before.mode === stat.mode))
      looks.push({ parent: job.parent, name: job.name, look });
    else if (isAbsent) clashes.push({ path: job.path, stat });
    else {
      const entry = {
        kind: stat.kind === 'symlink' ? 'symlink' : 'file',
        mode: stat.mode,
        mtimeNs: stat.mtimeNs,
        bytes,
        content,
        place: job.before?.place ?? own,
        version: own,
      } as const;
      changes.push({ kind: 'put', parent: job.parent, name: job.name, num: job.num, entry, look });
      if (entry.kind === 'file') written.push({ job, bytes, content });
    }
  };
  const taken: Taken = { files: 0, bytes: 0, bulk: [], isPartial: false };
  let done = 0;
  let bytes = 0;
  let found: Scan | undefined;
  void scanning.then(
    (scanned) => (found = scanned),
    () => undefined,
  );
  const tell = (): void => {
    const { files: ofFiles, bytes: ofBytes } = taken;
    ports.onEvent({ kind: 'reading', space: input.row.id, files: done, ofFiles, bytes, ofBytes });
  };
  const groups = withinRound(feed.items(), taken, input.isBulkHeld);
  for await (const batch of chunkFiles(groups, { disk: ports.disk, root: input.folder, sink: intake }, signal)) {
    for (const { file, result } of batch) {
      done++;
      bytes += file.stat.bytes;
      if (result instanceof Fault) problems.push({ path: file.path, fault: result });
      else keep(file, await foldContent(result.chunks, intake.store), result.stat, result.stat.bytes);
    }
    // Until everything is found, what is said is how far the scan is.
    if (found) tell();
  }
  found = await scanning;
  if (done > 0) tell();
  const links = found.jobs.filter((job) => job.target !== undefined);
  await takeLinks(links, intake, keep);
  looks.push(...(await dressJoined(ports.disk, input.folder, otherDress)));
  if (looks.length > 0) await ports.catalog.setLooks(looks);
  const { bulk, isPartial } = taken;
  return { changes, clashes, rewrites: rewritesOf(written, found), bulk, isPartial };
}

/** New content where there was other content before: in place, or instead of a file of another ending that went. */
function rewritesOf(written: readonly NewContent[], { gone, letGo }: Scan): readonly Rewrite[] {
  const wentFrom = [...gone, ...letGo.map((one) => one.row)].filter(({ kind }) => kind === 'file');
  const former = formerOf(wentFrom.map((row) => ({ folder: row.parent, name: row.name, row })));
  return written.flatMap(({ job, bytes, content }) => {
    const before = job.before ?? former(job.parent, job.name)?.row;
    return before?.kind === 'file'
      ? [{ name: job.name, formerName: before.name, bytes, former: before.content, content }]
      : [];
  });
}

/**
 * The look of a file that changed so shortly before it was read that another change would show the same times: one that it never has, so that the next
 * pass reads it again.
 */
const unsureLook = (stat: FileStat): Look => ({ ...lookOf(stat), ctimeNs: stat.ctimeNs - 1n });

async function takeLinks(
  jobs: readonly ContentJob[],
  intake: Intake,
  keep: (job: ContentJob, content: Content, stat: FileStat, bytes: number) => void,
): Promise<void> {
  const targets = jobs.map((job) => nameBytesFromText(job.target ?? ''));
  const contents = jobs.length > 0 ? await intake.store(targets) : [];
  for (const [i, job] of jobs.entries())
    keep(job, contents[i] ?? { depth: 0, chunks: [] }, job.stat, targets[i]?.length ?? 0);
}

/** With the same permissions too, a touched file is no new version. */
function isSameContent(before: EntryRow, content: Content): boolean {
  return sameBytes(contentToBytes(before.content), contentToBytes(content));
}
