/**
 * Content of files onto this disk: fetched, verified, written beside its place and renamed over exactly what may be replaced. Small files go together,
 * large ones window by window. A disk that would fall below its reserve is not written to.
 */
import { Fault, faultOf } from '../domain/fault.ts';
import { concatBytes } from '../domain/bytes.ts';
import type { ChunkId } from '../domain/ids.ts';
import { diskReserveBytes, restoreWindowBytes } from '../domain/limits.ts';
import { textFromNameBytes, type SpacePath } from '../domain/path-name.ts';
import type { NodeState } from '../domain/node-state.ts';
import type { Disk, FileStat, Over } from '../ports/disk.ts';
import type { ChunkReader } from '../restore/content/content.ts';

export interface Writing {
  readonly path: SpacePath;
  readonly over: Over;
  readonly after: NodeState;
}

export interface WritePorts {
  readonly disk: Disk;
  readonly reader: ChunkReader;
}

/** Files up to this size are written whole in one go with others. */
export const smallBytesMax = 4 * 1024 * 1024;

/** In order: the look that each has now, or why it was not written. */
export async function writeContents(
  root: string,
  writings: readonly Writing[],
  ports: WritePorts,
  signal: AbortSignal,
): Promise<readonly (FileStat | Fault)[]> {
  const bytes = writings.reduce((sum, { after }) => sum + after.bytes, 0);
  const free = await ports.disk.freeBytes(root);
  if (free - bytes < diskReserveBytes) return writings.map(() => diskFull());
  const [one] = writings;
  if (writings.length === 1 && one && one.after.bytes > smallBytesMax)
    return [await faulty(writeLarge(root, one, ports, signal))];
  try {
    return await writeSmall(root, writings, ports, signal);
  } catch (error) {
    const fault = expected(error);
    if (writings.length === 1) return [fault];
    // One bad piece must not hide the others: each is tried by itself and fails by itself.
    const each: (FileStat | Fault)[] = [];
    for (const writing of writings) each.push(...(await writeContents(root, [writing], ports, signal)));
    return each;
  }
}

const diskFull = (): Fault =>
  new Fault('disk-full', 'later', 'There is too little room on this disk to fetch what other devices stored.');

/** What may be told for one file; everything else ends the pass. */
function expected(error: unknown): Fault {
  const fault = faultOf(error);
  if (fault === undefined || fault.code === 'cancelled' || fault.code === 'network-unreachable') throw error;
  return fault;
}

async function faulty(work: Promise<FileStat>): Promise<FileStat | Fault> {
  try {
    return await work;
  } catch (error) {
    return expected(error);
  }
}

async function writeSmall(
  root: string,
  writings: readonly Writing[],
  { disk, reader }: WritePorts,
  signal: AbortSignal,
): Promise<readonly (FileStat | Fault)[]> {
  const ids = await Promise.all(writings.map(({ after }) => reader.flatten(after.content, signal)));
  const chunks = await reader.chunks(ids.flat(), signal);
  const contents = writings.map((writing, i) => ({ ...writing, bytes: joined(ids[i] ?? [], chunks, writing.after) }));
  const files = contents.filter(({ after }) => after.kind === 'file');
  const placed = await disk.placeSmall(
    root,
    files.map(({ path, over, bytes, after: { mode, mtimeNs } }) => ({ path, over, bytes, mode, mtimeNs })),
    'never',
    true,
  );
  const results = new Map(files.map((file, i) => [file.path, placed[i]]));
  for (const { path, over, bytes, after } of contents) {
    if (after.kind === 'symlink')
      results.set(path, await faulty(disk.placeSymlink(root, path, textFromNameBytes(bytes), over)));
  }
  return contents.map(({ path }) => results.get(path) ?? missingResult());
}

function missingResult(): never {
  throw new Error('each written file has a result');
}

function joined(ids: readonly ChunkId[], chunks: ReadonlyMap<ChunkId, Uint8Array>, after: NodeState): Uint8Array {
  const parts = ids.map((id) => chunks.get(id) ?? new Uint8Array());
  // Before any memory is taken: the listing may claim anything.
  if (parts.reduce((sum, part) => sum + part.length, 0) !== after.bytes) throw wrongLength();
  return concatBytes(...parts);
}

const wrongLength = (): Fault =>
  new Fault('pack-damaged', 'never', 'A stored file is not as long as its listing says.');

async function writeLarge(
  root: string,
  { path, over, after }: Writing,
  { disk, reader }: WritePorts,
  signal: AbortSignal,
): Promise<FileStat> {
  const file = await disk.place(root, path, over);
  try {
    const ids = await reader.flatten(after.content, signal);
    let at = 0;
    const step = Math.max(1, Math.floor(restoreWindowBytes / smallBytesMax));
    for (let next = 0; next < ids.length; next += step) {
      const group = ids.slice(next, next + step);
      const chunks = await reader.chunks(group, signal);
      for (const id of group) {
        const chunk = chunks.get(id) ?? new Uint8Array();
        await file.write(at, chunk);
        at += chunk.length;
      }
    }
    if (at !== after.bytes) throw wrongLength();
    return await file.finish(after.bytes, after, true);
  } catch (error) {
    await file.abandon();
    throw error;
  }
}
