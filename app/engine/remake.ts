/**
 * Packs that cannot be rebuilt from their slivers are made anew from what this computer has: their chunks are looked for in other packs, in the catalog, in
 * the files of the folder, and in rows of the packs themselves that can still be read. Sealing takes fresh chance, so the bytes are others: what is found
 * goes into new packs, paid from the pool and certified like any other. What is nowhere is said by name. It may be killed anywhere and run again.
 */
import type { BlobId } from '../domain/blob-id.ts';
import { Fault, orFault } from '../domain/fault.ts';
import type { ChunkId } from '../domain/ids.ts';
import type { ChunkPlace } from '../domain/space.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import type { BrokenPack } from './audit.ts';
import { collect } from './collect.ts';
import { shipMoved } from './compact.ts';
import type { Self } from './doom-lists.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { proveInconsistent, submitProof, type KeptProof } from './inconsistency.ts';
import { lostVersions, type LostVersion } from './lost-versions.ts';
import { moveHeadFrom } from './move-head.ts';
import type { Subject } from './pack-probes.ts';
import { repack } from './repack.ts';
import { setUnsound } from './unsound-packs.ts';

export interface RemadePack {
  readonly space: string;
  readonly blobId: BlobId;
  readonly health: BrokenPack['health'];
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

/** A pack on its way through. */
interface Work {
  readonly subject: Subject;
  readonly blobId: BlobId;
  readonly health: BrokenPack['health'];
  readonly places: ReadonlyMap<ChunkId, ChunkPlace>;
  /** Chunks of it that lay nowhere else. */
  readonly alone: ReadonlySet<ChunkId>;
  readonly proof: KeptProof | undefined;
}

/** Trouble with one pack, or with one space, keeps no other back: it is in the report. */
export async function remakePacks(
  core: EngineCore,
  broken: readonly BrokenPack[],
  signal: AbortSignal,
): Promise<readonly RemadePack[]> {
  const done: RemadePack[] = [];
  for (const num of new Set(broken.map(({ subject }) => subject.space.num)))
    done.push(
      ...(await remakeOf(
        core,
        num,
        broken.filter(({ subject }) => subject.space.num === num),
        signal,
      )),
    );
  return done;
}

async function remakeOf(
  core: EngineCore,
  num: number,
  broken: readonly BrokenPack[],
  signal: AbortSignal,
): Promise<readonly RemadePack[]> {
  const row = (await core.catalog.spaces()).find((known) => known.num === num);
  if (row === undefined) throw new Error('a pack is of a known space');
  const space = core.open(row);
  const failed: RemadePack[] = [];
  const mine: { readonly pack: BrokenPack; readonly proof: KeptProof | undefined }[] = [];
  for (const pack of broken) {
    const ready = await orFault(() => prepare(core, row, pack, signal), signal);
    if (ready instanceof Fault) failed.push(reportOf(pack, { problem: ready }));
    else mine.push({ pack, proof: ready.proof });
  }
  if (mine.length === 0) return failed;
  const done = await orFault(() => remakeAll(core, space, mine, signal), signal);
  if (!(done instanceof Fault)) return [...failed, ...done];
  return [...failed, ...mine.map(({ pack, proof }) => reportOf(pack, { problem: done, proof }))];
}

function reportOf({ subject, health }: BrokenPack, more: Partial<RemadePack>): RemadePack {
  const { blobId } = subject.pack;
  if (blobId === undefined) throw new Error('a certified pack has its blob id');
  const none = { chunks: 0, remade: 0, lost: [], lostMore: 0, lostHistory: 0, problem: undefined, proof: undefined };
  return { space: subject.space.name, blobId, health, ...none, ...more };
}

/** A pack of another device's pool is that device's to make anew, a round on its way comes first, and nothing is called inconsistent without proof. */
async function prepare(
  core: EngineCore,
  row: SpaceRow,
  { subject, health }: BrokenPack,
  signal: AbortSignal,
): Promise<{ readonly proof: KeptProof | undefined }> {
  const { pack } = subject;
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
  const proof = health === 'inconsistent' ? await proveInconsistent(core, subject, signal) : undefined;
  if (health === 'inconsistent' && proof === undefined)
    throw new Fault(
      'blob-inconsistent',
      'later',
      'Too few storage nodes answered to prove that this pack was encoded wrongly, so nothing was changed. Try again later.',
    );
  if (pack.blobId !== undefined) await setUnsound(core.catalog, row.num, pack.blobId, 'lost');
  return { proof };
}

async function remakeAll(
  core: EngineCore,
  space: OpenSpace,
  packs: readonly { readonly pack: BrokenPack; readonly proof: KeptProof | undefined }[],
  signal: AbortSignal,
): Promise<readonly RemadePack[]> {
  const self = await core.ready(signal);
  await shipMoved(core, space, self, signal);
  const works: Work[] = [];
  for (const { pack, proof } of packs) {
    const { subject, health } = pack;
    const places = new Map((await core.catalog.packChunks(subject.pack.num)).map((place) => [place.id, place]));
    const alone = await unknownOf(core, [...places.keys()]);
    const { blobId } = subject.pack;
    if (blobId !== undefined) works.push({ subject, blobId, health, places, alone, proof });
  }
  const wanted = new Set(works.flatMap(({ alone }) => [...alone]));
  if (wanted.size > 0) {
    await repack(core, space, works, wanted, signal);
    await shipMoved(core, space, self, signal);
  }
  const reports: RemadePack[] = [];
  for (const work of works) reports.push(await conclude(core, space, self, work, wanted, signal));
  await giveUp(core, space, signal);
  return reports;
}

/** Ids in one question to the catalog. */
const idsAtOnce = 5_000;

/** Those that are in no pack that counts. */
async function unknownOf(core: EngineCore, ids: readonly ChunkId[]): Promise<ReadonlySet<ChunkId>> {
  const unknown = new Set<ChunkId>();
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const some = ids.slice(at, at + idsAtOnce);
    const known = await core.catalog.knownChunks(some);
    some.forEach((id, i) => known[i] || unknown.add(id));
  }
  return unknown;
}

/** What is left of one pack: names, its place as a head's pack, and whether it is still worth anything. */
async function conclude(
  core: EngineCore,
  space: OpenSpace,
  self: Self,
  { subject, blobId, health, places, alone, proof }: Work,
  wanted: ReadonlySet<ChunkId>,
  signal: AbortSignal,
): Promise<RemadePack> {
  const { num } = subject.pack;
  const left = new Set([...alone].filter((id) => wanted.has(id)));
  const { versions, more, held } = await lostVersions(core, space, left, signal);
  const lostHistory = [...left].filter((id) => places.get(id)?.kind !== 'file').length;
  if (await moveHeadFrom(core, space, self, num, signal)) {
    await core.catalog.moveSnapshots(num);
    // What no version holds is nobody's loss.
    if (held.size === 0 && lostHistory === 0) await setUnsound(core.catalog, space.row.num, blobId, 'remade');
  }
  core.point('remake:done');
  return reportOf(
    { subject, health },
    {
      chunks: alone.size,
      remade: alone.size - left.size,
      lost: versions,
      lostMore: more,
      lostHistory,
      // Nodes that believe the proof stop giving the blob, so they are told last.
      proof: proof && (await submitProof(core, subject, proof, signal)),
    },
  );
}

/** Old packs go the way of everything that nobody needs: on a doom list first, which the other devices answer. What hinders that now, upkeep does later. */
async function giveUp(core: EngineCore, space: OpenSpace, signal: AbortSignal): Promise<void> {
  const fault = await orFault(() => collect(core, space, { gone: new Set() }, signal), signal);
  if (fault instanceof Fault) core.log.write('warning', 'remake.collect-later', { code: fault.code });
}
