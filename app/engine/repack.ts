/** Chunks of broken packs, as many as can be found on this computer or in what is left of the packs, into new packs of the spool with their rows. */
import { Fault, orFault } from '../domain/fault.ts';
import { parseChunkId, type ChunkId } from '../domain/ids.ts';
import { sliverDataBytes, sliverForm } from '../domain/sliver-form.ts';
import type { ChunkPlace } from '../domain/space.ts';
import type { NewPack } from '../ports/catalog.ts';
import { startPacker, type Packer } from '../stages/pack/pack.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { startIntake } from './intake.ts';
import { goodRows, type Subject } from './pack-probes.ts';
import { findInFiles, findListings, findOldListings, findSnapshots, type Search } from './remake-sources.ts';
import { packBytesFor } from './spaces.ts';

export interface Source {
  readonly subject: Subject;
  readonly places: ReadonlyMap<ChunkId, ChunkPlace>;
}

/** Reads of rows that were there a moment ago and fail now, before the rest of a pack is given up: each may wait for nodes that are silent. */
const failedReadsMax = 8;

/** `wanted` shrinks by what is packed. When this returns, a kill loses nothing any more. */
export async function repack(
  core: EngineCore,
  space: OpenSpace,
  sources: readonly Source[],
  wanted: Set<ChunkId>,
  signal: AbortSignal,
): Promise<void> {
  const { row, keys } = space;
  const { shards } = (await core.chain.network(signal)).committee;
  const onPack = async (pack: NewPack): Promise<void> => void (await core.catalog.addPack(pack));
  const packBytes = packBytesFor(shards, core.pool.packBytesMax);
  // They count as of the newest certified round: nothing waits for them.
  const packer = startPacker({ space: row, indexKey: keys.index, round: row.sequence, packBytes, onPack }, core);
  const noting: Packer = {
    ...packer,
    async add(sealed, chunks, kind) {
      await packer.add(sealed, chunks, kind);
      for (const { id } of chunks) wanted.delete(parseChunkId(id));
    },
  };
  const asked = new Set(wanted);
  const knownChunks = async (ids: readonly ChunkId[]): Promise<readonly boolean[]> => ids.map((id) => !asked.has(id));
  const ports = { pool: core.pool, dice: core.dice, catalog: { knownChunks } };
  const sink = startIntake({ keys, limits: row.limits, packer: noting }, ports, signal);
  const search: Search = { space, wanted, sink };
  // Lists of long files' chunks are trees too.
  const trees = sources.flatMap(({ places }) => [...places.values()].filter(({ kind }) => kind === 'tree'));
  const wantsTrees = (): boolean => trees.some(({ id }) => wanted.has(id));
  try {
    await findSnapshots(core, search);
    if (wantsTrees()) await findListings(core, search, signal);
    if (row.folder !== undefined && wanted.size > 0) await findInFiles(core, search, row.folder, signal);
    const rounds = new Set(sources.map(({ subject }) => subject.pack.round));
    await findOldListings(core, search, rounds, wantsTrees, signal);
    for (const source of sources) await salvage(core, space, source, wanted, noting, signal);
    await sink.settled();
    const last = await packer.finish();
    if (last) await onPack(last);
  } catch (error) {
    await sink.settled();
    await packer.abandon();
    throw error;
  }
  core.point('remake:spooled');
}

/** Chunks out of rows that nodes still give. Each is opened, so its keyed id is proven whatever the blob is worth. */
async function salvage(
  core: EngineCore,
  { keys }: OpenSpace,
  { subject, places }: Source,
  wanted: ReadonlySet<ChunkId>,
  packer: Pick<Packer, 'add'>,
  signal: AbortSignal,
): Promise<void> {
  const { blobId, bytes: packBytes } = subject.pack;
  const left = [...places.values()].filter(({ id }) => wanted.has(id));
  if (blobId === undefined || left.length === 0) return;
  const rowBytes = sliverDataBytes(sliverForm(subject.committee.shards, packBytes), 'primary');
  const rows = await goodRows(core, subject, signal);
  const isThere = ({ start, bytes }: ChunkPlace): boolean => {
    for (let row = Math.floor(start / rowBytes); row * rowBytes < start + bytes; row++)
      if (!rows.has(row)) return false;
    return true;
  };
  // Never as a whole: that is what cannot be had.
  core.blobs.willRead(blobId, 0);
  let failed = 0;
  for (const place of left.filter(isThere)) {
    if (failed >= failedReadsMax) return;
    const sealed = await readSealed(core, subject, place, keys, signal);
    if (sealed === undefined) failed++;
    else await packer.add(sealed, [{ ...place, start: 0 }], place.kind);
  }
}

/** A chunk as it was sealed, once it has opened; undefined when it does not, or cannot be read. */
async function readSealed(
  core: EngineCore,
  { pack }: Subject,
  { id, start, bytes, plainBytes }: ChunkPlace,
  keys: OpenSpace['keys'],
  signal: AbortSignal,
): Promise<ArrayBuffer | undefined> {
  const { blobId, bytes: packBytes } = pack;
  if (blobId === undefined) return undefined;
  const sealed = await orFault(async () => {
    const [read] = await core.blobs.readRanges(blobId, packBytes, [{ start, end: start + bytes }], signal);
    const copy = Uint8Array.from(read ?? []);
    const task = { buffer: copy.slice().buffer, chunks: [{ id, start: 0, bytes, plainBytes }] };
    await core.pool.open({ ...task, sealKey: keys.seal, idKey: keys.chunkId }, { urgency: 'bulk', signal });
    return copy.buffer;
  }, signal);
  return sealed instanceof Fault ? undefined : sealed;
}
