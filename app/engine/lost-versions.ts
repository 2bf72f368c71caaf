/** Which versions of which files hold chunks that are nowhere any more: what a person is told by name, and nothing more than that is lost. */
import { Fault, orFault } from '../domain/fault.ts';
import type { ChunkId } from '../domain/ids.ts';
import type { SpacePath } from '../domain/path-name.ts';
import type { Content } from '../domain/space.ts';
import { openChunkReader } from '../restore/content/content.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';

export interface LostVersion {
  readonly path: SpacePath;
  /** Sequence of the first snapshot that holds it. */
  readonly since: number;
  /** True while it is what the space holds now. */
  readonly isNewest: boolean;
}

export interface LostVersions {
  readonly versions: readonly LostVersion[];
  /** More than are named. */
  readonly more: number;
  /** Lost chunks that some version holds. */
  readonly held: ReadonlySet<ChunkId>;
}

/** More names are not read by anybody; the number of all is told. */
const namedMax = 1_000;
const pageEntries = 2_000;

export async function lostVersions(
  core: EngineCore,
  { row, keys }: OpenSpace,
  lost: ReadonlySet<ChunkId>,
  signal: AbortSignal,
): Promise<LostVersions> {
  const reader = openChunkReader(keys, core, 'bulk');
  const held = new Set<ChunkId>();
  const known = new Map<string, boolean>();
  const isLost = async (content: Content): Promise<boolean> => {
    const key = content.chunks.join();
    const before = known.get(key);
    if (before !== undefined || content.chunks.length === 0) return before ?? false;
    const own = content.chunks.filter((id) => lost.has(id));
    for (const id of own) held.add(id);
    let isHit = own.length > 0;
    // Of a list that is lost itself nobody can say what it held: then all of it counts as held.
    if (content.depth > 0) isHit = (await inLists(content)) || isHit;
    known.set(key, isHit);
    return isHit;
  };
  const inLists = async (content: Content): Promise<boolean> => {
    const leaves = await orFault(() => reader.flatten(content, signal), signal);
    const below = leaves instanceof Fault ? [...lost] : leaves.filter((id) => lost.has(id));
    for (const id of below) held.add(id);
    return leaves instanceof Fault || below.length > 0;
  };
  const sequences = new Map<number, number>();
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: Awaited<ReturnType<typeof core.catalog.contentSpans>> = await core.catalog.contentSpans(row.num, after);
    for (const { content, since } of page.spans)
      if (await isLost(content)) sequences.set(since, (sequences.get(since) ?? 0) + 1);
    after = page.next;
  }
  const versions: LostVersion[] = [];
  let all = 0;
  for (const [sequence, count] of [...sequences].toSorted(([a], [b]) => b - a)) {
    all += count;
    for (let after: SpacePath | undefined; versions.length < namedMax;) {
      const page = await core.catalog.treeAt(row.num, '', sequence, after, pageEntries);
      if (page.length === 0) break;
      after = page.at(-1)?.path;
      for (const { path, since, until, kind, content } of page)
        if (kind !== 'folder' && since === sequence && (await isLost(content)))
          versions.push({ path, since, isNewest: until === undefined });
    }
  }
  return { versions: versions.slice(0, namedMax), more: Math.max(0, all - namedMax), held };
}
