/**
 * A pack that cannot be rebuilt from its slivers is made anew from what this computer has: its chunks are looked for in other packs, in the catalog, in the
 * files of the folder, and in whatever rows of the pack itself can still be read. Sealing takes fresh chance, so the bytes are others: what is found goes
 * into new packs, which are paid from the pool and certified like any other. What is nowhere is said by name. It may be killed anywhere and run again.
 */
import type { BlobId } from '../domain/blob-id.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import { parseChunkId, type ChunkId } from '../domain/ids.ts';
import type { ChunkPlace } from '../domain/space.ts';
import type { NewPack, SpaceRow } from '../ports/catalog.ts';
import { startPacker, type Packer } from '../stages/pack/pack.ts';
import type { BrokenPack } from './audit.ts';
import { collect } from './collect.ts';
import { shipMoved } from './compact.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { proveInconsistent, submitProof, type KeptProof } from './inconsistency.ts';
import { startIntake } from './intake.ts';
import { lostVersions, type LostVersion } from './lost-versions.ts';
import { moveHeadFrom } from './move-head.ts';
import type { Subject } from './pack-probes.ts';
import { findInFiles, findListings, findOldListings, findSnapshots, type Search } from './remake-sources.ts';
import { packBytesFor } from './spaces.ts';
import { setUnsound } from './unsound-packs.ts';

export interface RemadePack {
  readonly space: string;
  readonly blobId: BlobId;
  readonly health: 'lost' | 'inconsistent';
  /** Chunks that were in no other pack, and how many of them are in a new one now. */
  readonly chunks: number;
  readonly remade: number;
  /** Versions of files that nothing can give back, by name; and how many more there are. */
  readonly lost: readonly LostVersion[];
  readonly lostMore: number;
  /** Listings and records of snapshots among what is lost: this computer has the history, one that begins with the phrase would not find all of it. */
  readonly lostHistory: number;
  /** Why nothing was done, or not all of it. */
  readonly problem: Fault | undefined;
  /** Where the blob was proved inconsistent. */
  readonly proof: KeptProof | undefined;
}

/** Reads of the broken pack that fail one after another before the rest of it is given up: each may wait for nodes that are silent. */
const failedReadsMax = 8;

/** Work on one broken pack. Trouble that a later run may not meet is in the report. */
export async function remakePack(
  core: EngineCore,
  { subject, health }: BrokenPack,
  signal: AbortSignal,
): Promise<RemadePack> {
  const { space, pack } = subject;
  const { blobId } = pack;
  if (blobId === undefined) throw new Error('a certified pack has its blob id');
  const none = { chunks: 0, remade: 0, lost: [], lostMore: 0, lostHistory: 0 };
  let report: RemadePack = {
    ...{ space: space.name, blobId, health, ...none },
    ...{ problem: undefined, proof: undefined },
  };
  try {
    // What is proved is kept before anything else happens; nodes that believe it stop giving the blob, so they are told last.
    const proof = health === 'inconsistent' ? await proveInconsistent(core, subject, signal) : undefined;
    if (health === 'inconsistent' && proof === undefined) throw unproved();
    report = { ...report, ...(await remakeChunks(core, subject, signal)), proof };
    if (proof) report = { ...report, proof: await submitProof(core, subject, proof, signal) };
  } catch (error) {
    const problem = faultOf(error);
    if (problem === undefined || problem.code === 'cancelled' || signal.aborted) throw error;
    report = { ...report, problem };
  }
  return report;
}

const unproved = (): Fault =>
  new Fault(
    'blob-inconsistent',
    'later',
    'Too few storage nodes answered to prove that this pack was encoded wrongly, so nothing was changed. Try again later.',
  );

async function remakeChunks(
  core: EngineCore,
  subject: Subject,
  signal: AbortSignal,
): Promise<Pick<RemadePack, 'chunks' | 'remade' | 'lost' | 'lostMore' | 'lostHistory'>> {
  const { pack } = subject;
  const row = (await core.catalog.spaces()).find(({ num }) => num === pack.space);
  if (row === undefined || pack.blobId === undefined) throw new Error('a pack is of a known space');
  await checkOwn(core, subject, row);
  const space = core.open(row);
  const self = await core.ready(signal);
  await setUnsound(core.catalog, row.num, pack.blobId, 'lost');
  await shipMoved(core, space, self, signal);
  const places = new Map((await core.catalog.packChunks(pack.num)).map((place) => [place.id, place]));
  const wanted = await unknownOf(core, [...places.keys()]);
  const chunks = wanted.size;
  if (chunks > 0) {
    await repack(core, space, { subject, places, wanted }, signal);
    await shipMoved(core, space, self, signal);
  }
  const { versions, more, held } = await lostVersions(core, space, wanted, signal);
  const history = [...wanted].filter((id) => places.get(id)?.kind !== 'file');
  if (await moveHeadFrom(core, space, self, pack.num, signal)) {
    await core.catalog.moveSnapshots(pack.num);
    // What no version holds is nobody's loss.
    if (held.size === 0 && history.length === 0) await giveUp(core, space, pack.blobId, signal);
  }
  return { chunks, remade: chunks - wanted.size, lost: versions, lostMore: more, lostHistory: history.length };
}

/** The old pack goes the way of everything that nobody needs: on a doom list first, which the other devices answer. */
async function giveUp(core: EngineCore, space: OpenSpace, blobId: BlobId, signal: AbortSignal): Promise<void> {
  await setUnsound(core.catalog, space.row.num, blobId, 'remade');
  core.point('remake:done');
  // Nobody is called gone here: whose answers are missing is waited for, and the next upkeep goes on.
  await collect(core, space, { gone: new Set() }, signal);
}

/** A pack of another device's pool is that device's to make anew, and a round on its way comes first. */
async function checkOwn(core: EngineCore, { pack }: Subject, row: SpaceRow): Promise<void> {
  if (row.pool === undefined || pack.pool !== row.pool)
    throw new Fault(
      'blob-unavailable',
      'after-user',
      "This pack was stored by another of your computers. Run 'floe check --repair' there.",
    );
  if (await core.catalog.pendingRound(row.num))
    throw new Fault(
      'blob-unavailable',
      'later',
      "Changes of this space are still on their way. Run 'floe sync', then 'floe check --repair' again.",
    );
}

/** Ids in one question to the catalog. */
const idsAtOnce = 5_000;

/** Those that are in no pack that counts. */
async function unknownOf(core: EngineCore, ids: readonly ChunkId[]): Promise<Set<ChunkId>> {
  const unknown = new Set<ChunkId>();
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const some = ids.slice(at, at + idsAtOnce);
    const known = await core.catalog.knownChunks(some);
    some.forEach((id, i) => known[i] || unknown.add(id));
  }
  return unknown;
}

interface Repacking {
  readonly subject: Subject;
  readonly places: ReadonlyMap<ChunkId, ChunkPlace>;
  /** Shrinks by what is packed. */
  readonly wanted: Set<ChunkId>;
}

/** What can be found, into packs of the spool with their rows; from here on a kill loses nothing. */
async function repack(core: EngineCore, space: OpenSpace, work: Repacking, signal: AbortSignal): Promise<void> {
  const { row, keys } = space;
  const { wanted, places } = work;
  const { shards } = work.subject.committee;
  const onPack = async (pack: NewPack): Promise<void> => void (await core.catalog.addPack(pack));
  const packBytes = packBytesFor(shards, core.pool.packBytesMax);
  // They count as of the newest certified round: nothing waits for them.
  const packer = startPacker({ space: row, indexKey: keys.index, round: row.sequence, packBytes, onPack }, core);
  const taking = { ...packer, add: noting(packer, wanted) };
  const asked = new Set(wanted);
  const knownChunks = async (ids: readonly ChunkId[]): Promise<readonly boolean[]> => ids.map((id) => !asked.has(id));
  const ports = { pool: core.pool, dice: core.dice, catalog: { knownChunks } };
  const sink = startIntake({ keys, limits: row.limits, packer: taking }, ports, signal);
  const search: Search = { space, wanted, sink };
  const isWanted = (kind: ChunkPlace['kind']): boolean => [...wanted].some((id) => places.get(id)?.kind === kind);
  try {
    await findSnapshots(core, search);
    if (isWanted('tree')) await findListings(core, search, signal);
    // Lists of long files' chunks are trees too.
    if (row.folder !== undefined && wanted.size > 0) await findInFiles(core, search, row.folder, signal);
    const hasMore = (): boolean => isWanted('tree');
    await findOldListings(core, search, work.subject.pack.round, hasMore, signal);
    await sink.settled();
    await salvage(core, space, work, taking, signal);
    const last = await packer.finish();
    if (last) await onPack(last);
  } catch (error) {
    await sink.settled();
    await packer.abandon();
    throw error;
  }
  core.point('remake:spooled');
}

const noting =
  (packer: Packer, wanted: Set<ChunkId>): Packer['add'] =>
  async (sealed, chunks, kind) => {
    await packer.add(sealed, chunks, kind);
    for (const { id } of chunks) wanted.delete(parseChunkId(id));
  };

/** Chunks out of rows of the broken pack that can still be read. Each is opened, so its keyed id is proven whatever the blob is worth. */
async function salvage(
  core: EngineCore,
  { keys }: OpenSpace,
  { subject, places, wanted }: Repacking,
  packer: Pick<Packer, 'add'>,
  signal: AbortSignal,
): Promise<void> {
  const { blobId, bytes: packBytes } = subject.pack;
  let failed = 0;
  for (const place of places.values()) {
    if (!wanted.has(place.id) || blobId === undefined) continue;
    if (failed >= failedReadsMax) return;
    const { id, start, bytes, plainBytes, kind } = place;
    try {
      const [read] = await core.blobs.readRanges(blobId, packBytes, [{ start, end: start + bytes }], signal);
      const sealed = Uint8Array.from(read ?? []);
      const task = { chunks: [{ id, start: 0, bytes, plainBytes }], sealKey: keys.seal, idKey: keys.chunkId };
      await core.pool.open({ ...task, buffer: sealed.slice().buffer }, { urgency: 'bulk', signal });
      await packer.add(sealed.buffer, [{ id, start: 0, bytes, plainBytes }], kind);
      failed = 0;
    } catch (error) {
      const code = faultOf(error)?.code;
      const isNothing = code === 'blob-unavailable' || code === 'blob-inconsistent' || code === 'pack-damaged';
      if (!isNothing || signal.aborted) throw error;
      failed++;
    }
  }
}
