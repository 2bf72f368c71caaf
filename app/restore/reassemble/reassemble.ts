/**
 * A moment of a space back onto a disk: folders, then files window by window, then the folders' own times. What stands at the place already is
 * compared first, so an interrupted restore that is run again goes on where it was. Nothing is half visible, and nothing newer is written over
 * unless the user said 'always'.
 */
import { concatBytes, releaseBuffer } from '../../domain/bytes.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { Gate } from '../../domain/gate.ts';
import type { BlobId } from '../../domain/blob-id.ts';
import type { ChunkId } from '../../domain/ids.ts';
import { restoreInFlightBytes, restoreWindowBytes } from '../../domain/limits.ts';
import { joinPath, pathNames, textFromNameBytes, type SpacePath } from '../../domain/path-name.ts';
import type { Version } from '../../domain/space.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Disk, FileStat, ListedEntry } from '../../ports/disk.ts';
import type { ChunkReader, ReadingPlan } from '../content/content.ts';

export type Overwrite = 'never' | 'if-older' | 'always';

export interface RestoreInput {
  readonly space: number;
  readonly sequence: number;
  /** Paths to restore, each with all below it; the root is everything. */
  readonly paths: readonly SpacePath[];
  /** Empty in a dry run whose folder is not there yet. */
  readonly target: string;
  readonly overwrite: Overwrite;
  /** Only count what would be written and what stands in the way. */
  readonly isDry?: boolean;
  readonly onProgress: (files: number, bytes: number) => void;
  /** Told what now stands on the disk, for a folder that this device keeps in step. */
  readonly onPlaced?: (versions: readonly { readonly version: Version; readonly stat: FileStat }[]) => Promise<void>;
}

export interface RestoreReport {
  readonly files: number;
  readonly bytes: number;
  /** Packs in which the written files lie, and bytes of sealed chunks to be fetched from them. Lists of very large files are not looked through. */
  readonly packs: number;
  readonly fetchBytes: number;
  /** Already there, equal by size, time and mode. */
  readonly unchanged: number;
  readonly problems: readonly { readonly path: SpacePath; readonly fault: Fault }[];
}

interface Ports {
  /** The moment that is restored: the catalog, or a tree that is read from its packs. */
  readonly tree: Pick<Catalog, 'entryAtSequence' | 'treeAt'>;
  readonly disk: Disk;
  readonly reader: ChunkReader;
}

const pageEntries = 2000;
/** Files up to this size are written whole in one go with others. */
const smallBytesMax = 4 * 1024 * 1024;
/** Files put in the order of their packs at once: some tens of megabytes of memory. */
const wantedMax = 50_000;

class Restore {
  files = 0;
  bytes = 0;
  unchanged = 0;
  readonly problems: { path: SpacePath; fault: Fault }[] = [];
  readonly folders: Version[] = [];
  /** To be written, and not written yet. */
  readonly wanted: Version[] = [];
  readonly packs = new Set<BlobId>();
  fetchBytes = 0;
  /** Folders whose place is taken by something else. */
  readonly blocked: SpacePath[] = [];
  readonly input: RestoreInput;
  readonly ports: Ports;
  readonly signal: AbortSignal;

  constructor(input: RestoreInput, ports: Ports, signal: AbortSignal) {
    this.input = input;
    this.ports = ports;
    this.signal = signal;
  }

  isBlocked(path: SpacePath): boolean {
    return this.blocked.some((folder) => path === folder || path.startsWith(`${folder}/`));
  }

  done(version: Version): void {
    if (version.kind === 'file') {
      this.files++;
      this.bytes += version.bytes;
    }
    this.input.onProgress(this.files, this.bytes);
  }

  fail(path: SpacePath, error: unknown): void {
    const fault = faultOf(error);
    if (fault === undefined || fault.code === 'cancelled' || fault.code === 'disk-full') throw error;
    this.problems.push({ path, fault });
  }
}

export async function restore(input: RestoreInput, ports: Ports, signal: AbortSignal): Promise<RestoreReport> {
  const run = new Restore(input, ports, signal);
  for (const path of input.paths) {
    if (!input.isDry) await makeParents(run, path);
    const top = path === '' ? undefined : await ports.tree.entryAtSequence(input.space, path, input.sequence);
    if (path !== '' && top === undefined) throw new Fault('not-found', 'never', `There was nothing at '${path}' then.`);
    if (top) await takePage(run, [top]);
    for (let after: SpacePath | undefined; top === undefined || top.kind === 'folder';) {
      signal.throwIfAborted();
      const page = await ports.tree.treeAt(input.space, path, input.sequence, after, pageEntries);
      if (page.length === 0) break;
      await takePage(run, page);
      after = page.at(-1)?.path;
    }
  }
  await restoreWanted(run);
  // A folder's time changes while things are put into it, so the deepest get theirs first, and all of them last.
  if (!input.isDry)
    for (const folder of run.folders.reverse()) await ports.disk.setFolder(input.target, folder.path, folder);
  const { files, bytes, unchanged, problems, packs, fetchBytes } = run;
  return { files, bytes, unchanged, problems, packs: packs.size, fetchBytes };
}

async function makeParents(run: Restore, path: SpacePath): Promise<void> {
  const names = pathNames(path);
  for (let i = 1; i < names.length; i++) await run.ports.disk.makeFolder(run.input.target, names.slice(0, i).join('/'));
}

const parentOf = (path: SpacePath): SpacePath => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** What stands in the folders of a page's files: one listing a folder instead of one look a file. */
async function looksFor(run: Restore, page: readonly Version[]): Promise<ReadonlyMap<SpacePath, ListedEntry>> {
  const looks = new Map<SpacePath, ListedEntry>();
  if (run.input.target === '') return looks;
  for (const folder of new Set(
    page.filter((version) => version.kind !== 'folder').map((version) => parentOf(version.path)),
  )) {
    // A dry run makes no folders, so some are not there yet.
    if (run.input.isDry && (await run.ports.disk.look(run.input.target, folder))?.kind !== 'folder') continue;
    const { entries } = await run.ports.disk.list(run.input.target, folder);
    for (const entry of entries) looks.set(joinPath(folder, entry.name), entry);
  }
  return looks;
}

/** A folder, unless something else stands at its place: that is kept, and what would lie in the folder is passed over. */
async function makeFolder(run: Restore, path: SpacePath): Promise<void> {
  try {
    await run.ports.disk.makeFolder(run.input.target, path);
  } catch (error) {
    run.fail(path, error);
    run.blocked.push(path);
  }
}

/** Makes a page's folders and notes which of its files are to be written. */
async function takePage(run: Restore, page: readonly Version[]): Promise<void> {
  for (const version of page) {
    if (version.kind === 'folder' && !run.isBlocked(version.path) && !run.input.isDry)
      await makeFolder(run, version.path);
  }
  const open = page.filter((version) => !run.isBlocked(version.path));
  const looks = await looksFor(run, open);
  for (const version of open) {
    if (version.kind === 'folder') run.folders.push(version);
    else {
      try {
        if (await isWanted(run, version, looks.get(version.path))) run.wanted.push(version);
      } catch (error) {
        run.fail(version.path, error);
      }
    }
  }
  if (run.wanted.length >= wantedMax) await restoreWanted(run);
}

/** Writes what is wanted so far in the order in which it lies in the packs, so that each pack is read once. */
async function restoreWanted(run: Restore): Promise<void> {
  const { reader } = run.ports;
  const wanted = run.wanted.splice(0);
  const plan = await reader.plan(wanted.flatMap(({ content }) => content.chunks));
  for (const [pack, bytes] of plan.packs) {
    run.packs.add(pack);
    run.fetchBytes += bytes;
  }
  if (run.input.isDry) return wanted.forEach((version) => run.done(version));
  reader.willRead(plan);
  const turnOf = ({ content }: Version): number => turnAt(plan, content.chunks[0]);
  wanted.sort((a, b) => turnOf(a) - turnOf(b));
  await sideBySide(
    windows(wanted, (version) => (isSmall(version) ? version.bytes : Infinity)),
    (group) => Math.min(restoreWindowBytes, sumOf(group)),
    (group) => {
      const [first] = group;
      return first && !isSmall(first) ? restoreLarge(run, first) : restoreSmall(run, group);
    },
    run.signal,
  );
}

/** Begun in order, as many at once as the bytes in flight allow: one group is fetched while another is opened and a third is written. */
async function sideBySide(
  groups: Iterable<readonly Version[]>,
  costOf: (group: readonly Version[]) => number,
  work: (group: readonly Version[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const gate = new Gate(restoreInFlightBytes);
  const begun = new Set<Promise<void>>();
  const troubles: unknown[] = [];
  for (const group of groups) {
    const leave = await gate.enter(costOf(group), signal).catch((error: unknown) => void troubles.push(error));
    if (leave === undefined || troubles.length > 0) break;
    const working = work(group)
      .catch((error: unknown) => void troubles.push(error))
      .finally(() => {
        leave();
        begun.delete(working);
      });
    begun.add(working);
  }
  // What was begun ends by itself: nothing is left half written behind the caller's back.
  await Promise.all(begun);
  if (troubles.length > 0) throw troubles[0];
}

const sumOf = (versions: readonly Version[]): number => versions.reduce((sum, { bytes }) => sum + bytes, 0);

/** What lies in no pack, empty files among it, comes first. */
const turnAt = ({ turns }: ReadingPlan, id: ChunkId | undefined): number =>
  (id === undefined ? undefined : turns.get(id)) ?? -1;

const isSmall = ({ kind, bytes }: Version): boolean => bytes <= smallBytesMax || kind === 'symlink';

/** Whether a version has to be written, by what stands at its place now. */
async function isWanted(run: Restore, version: Version, entry: ListedEntry | undefined): Promise<boolean> {
  if (entry === undefined) return true;
  const { stat } = entry;
  if (await isSame(run, entry, version)) {
    run.unchanged++;
    await run.input.onPlaced?.([{ version, stat }]);
    return false;
  }
  const { overwrite } = run.input;
  if (overwrite === 'always' || (overwrite === 'if-older' && stat.mtimeNs < version.mtimeNs)) return true;
  run.problems.push({
    path: version.path,
    fault: new Fault('already-exists', 'after-user', 'Something else is at this place and was kept.'),
  });
  return false;
}

/** A disk may keep a time less exactly than it was; whole microseconds are kept everywhere that Floe writes. */
const sameTime = (a: bigint, b: bigint): boolean => a / 1000n === b / 1000n;

async function isSame(run: Restore, { stat, target }: ListedEntry, version: Version): Promise<boolean> {
  if (stat.kind !== version.kind || stat.bytes !== version.bytes) return false;
  if (version.kind !== 'symlink') return sameTime(stat.mtimeNs, version.mtimeNs) && stat.mode === version.mode;
  // A link has nothing but its target; its own time is not kept.
  const bytes = await run.ports.reader.bytes(version.content, version.bytes, run.signal);
  return target === textFromNameBytes(bytes);
}

/** Items in groups of at most a window of bytes each; one larger item stands alone. */
function* windows<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  most = restoreWindowBytes / 2,
): Generator<readonly T[]> {
  let group: T[] = [];
  let bytes = 0;
  for (const item of items) {
    if (group.length > 0 && bytes + bytesOf(item) > most) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(item);
    bytes += bytesOf(item);
  }
  if (group.length > 0) yield group;
}

async function contentsOf(
  run: Restore,
  versions: readonly Version[],
): Promise<readonly { readonly version: Version; readonly bytes: Uint8Array }[]> {
  const { reader } = run.ports;
  const ids = await Promise.all(versions.map((version) => reader.flatten(version.content, run.signal)));
  const chunks = await reader.chunks(ids.flat(), run.signal);
  const contents = versions.map((version, i) => ({ version, bytes: put(ids[i] ?? [], chunks, version.bytes) }));
  release(chunks);
  return contents;
}

/** Chunks that were written: their memory goes back before the collector would see to it. */
function release(chunks: ReadonlyMap<ChunkId, Uint8Array>): void {
  for (const { buffer } of chunks.values())
    if (buffer instanceof ArrayBuffer && !buffer.detached) releaseBuffer(buffer);
}

async function restoreSmall(run: Restore, versions: readonly Version[]): Promise<void> {
  const { disk } = run.ports;
  let contents: Awaited<ReturnType<typeof contentsOf>>;
  try {
    contents = await contentsOf(run, versions);
  } catch (error) {
    // One bad piece must not hide the others: each file of the group is tried by itself and fails by itself.
    if (versions.length === 1 && versions[0]) return run.fail(versions[0].path, error);
    for (const version of versions) await restoreSmall(run, [version]);
    return;
  }
  const over = run.input.overwrite === 'never' ? 'never' : 'replace';
  const files = contents.filter(({ version }) => version.kind === 'file');
  const placed = await disk.placeSmall(
    run.input.target,
    files.map(({ version, bytes }) => ({ path: version.path, bytes, mode: version.mode, mtimeNs: version.mtimeNs })),
    over,
    false,
  );
  const kept: { version: Version; stat: FileStat }[] = [];
  for (const [i, { version }] of files.entries()) {
    const result = placed[i];
    if (result === undefined || result instanceof Fault)
      run.fail(version.path, result ?? new Error('each placed file has a result'));
    else kept.push({ version, stat: result });
  }
  for (const { version, bytes } of contents.filter(({ version }) => version.kind === 'symlink')) {
    try {
      kept.push({
        version,
        stat: await disk.placeSymlink(run.input.target, version.path, textFromNameBytes(bytes), over),
      });
    } catch (error) {
      run.fail(version.path, error);
    }
  }
  for (const { version } of kept) run.done(version);
  await run.input.onPlaced?.(kept);
}

function put(ids: readonly ChunkId[], chunks: ReadonlyMap<ChunkId, Uint8Array>, bytes: number): Uint8Array {
  const parts = ids.map((id) => chunks.get(id) ?? new Uint8Array());
  // Before any memory is taken: the listing may claim anything.
  if (parts.reduce((sum, part) => sum + part.length, 0) !== bytes)
    throw new Fault('pack-damaged', 'never', 'A stored file is not as long as its listing says.');
  return concatBytes(...parts);
}

async function restoreLarge(run: Restore, version: Version): Promise<void> {
  const { reader, disk } = run.ports;
  const file = await disk.place(run.input.target, version.path, run.input.overwrite === 'never' ? 'never' : 'replace');
  try {
    const ids = await reader.flatten(version.content, run.signal);
    let at = 0;
    for (const group of windows(ids, () => smallBytesMax, restoreWindowBytes)) {
      const chunks = await reader.chunks(group, run.signal);
      for (const id of group) {
        const chunk = chunks.get(id) ?? new Uint8Array();
        await file.write(at, chunk);
        at += chunk.length;
      }
      release(chunks);
    }
    if (at !== version.bytes)
      throw new Fault('pack-damaged', 'never', 'A stored file is not as long as its listing says.');
    const stat = await file.finish(version.bytes, version, false);
    run.done(version);
    await run.input.onPlaced?.([{ version, stat }]);
  } catch (error) {
    await file.abandon();
    run.fail(version.path, error);
  }
}
