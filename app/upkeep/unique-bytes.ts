/** What single versions keep alive on the network. Pure: from the chunks of versions and the sizes of chunks. */
import type { ChunkId } from '../domain/ids.ts';
import type { Content } from '../domain/space.ts';

type Holder = { readonly content: Content };

/**
 * For each of the versions, the bytes of chunks that none of the others has: what deleting it alone would save. Undefined for a version whose chunks
 * stand in lists (depth above 0), because what is under the lists is not known here.
 */
export function savedByDeleting(
  versions: readonly Holder[],
  bytesOf: (id: ChunkId) => number,
): readonly (number | undefined)[] {
  const holders = new Map<ChunkId, number>();
  const chunksOf = ({ content }: Holder): ReadonlySet<ChunkId> => new Set(content.chunks);
  for (const version of versions) for (const id of chunksOf(version)) holders.set(id, (holders.get(id) ?? 0) + 1);
  return versions.map((version) => {
    if (version.content.depth > 0) return undefined;
    let bytes = 0;
    for (const id of chunksOf(version)) if (holders.get(id) === 1) bytes += bytesOf(id);
    return bytes;
  });
}
