/** Adding a folder: as a new space with a key of its own, or as this device's copy of a space that exists. */
import { chunkLimitsFor } from '../domain/chunk.ts';
import { Fault } from '../domain/fault.ts';
import { parseNodeId, parseSpaceId } from '../domain/ids.ts';
import { displayName } from '../domain/path-name.ts';
import { blobBytesMax, redStuff } from '../domain/redstuff.ts';
import type { SpaceMode } from '../domain/space.ts';
import { fullPackBytes } from '../formats/pack.ts';
import { spaceKeyBytes, wrapSpaceKey } from '../formats/space-keys.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import type { EngineCore } from './engine-core.ts';
import { findSpace } from './look.ts';
import { forgetMark, isMarked, readMarker } from './root-folder.ts';

/** Epochs that a lease is bought for when nothing else is asked: half a year on mainnet. */
export const leaseEpochsUsual = 13;

export interface NewSpaceInput {
  readonly folder: string;
  readonly name: string | undefined;
  readonly mode: SpaceMode;
  readonly leaseEpochs: number | undefined;
  /** Join this space (id or name) instead of making one. */
  readonly space: string | undefined;
}

/** Packs this large cost little per byte even where a blob's own metadata is small; larger ones only take more memory to encode. */
const packBytesEnough = 32 * 1024 * 1024;

/**
 * The size of a full pack on a network. A blob's metadata on every shard is paid for whatever the blob's size (64 MB at 1,000 shards), so packs are large
 * enough that it stays below a quarter of the slivers; beyond that, memory decides. Bounded by what the codec encodes at once and the network takes.
 */
export function packBytesFor(shards: number, codecBytesMax: number): number {
  const code = redStuff(shards);
  const metadataBytes = shards * (64 * shards + 32);
  const sliversPerByte = (shards * (code.rows + code.columns)) / (code.rows * code.columns);
  const worthwhile = Math.max(packBytesEnough, (4 * metadataBytes) / sliversPerByte);
  return fullPackBytes(code, Math.min(worthwhile, codecBytesMax, blobBytesMax(code)));
}

export async function addSpace(core: EngineCore, input: NewSpaceInput, signal: AbortSignal): Promise<SpaceRow> {
  const folder = await core.disk.resolveFolder(input.folder);
  const spaces = await core.catalog.spaces();
  refuseWithin(folder, spaces);
  if (input.space !== undefined) return joinSpace(core, input.space, folder);
  await refuseMoved(core, folder, spaces, signal);

  const network = await core.chain.network(signal);
  const leaseEpochs = input.leaseEpochs ?? Math.min(leaseEpochsUsual, network.epochsAheadMax);
  if (leaseEpochs < 1 || leaseEpochs > network.epochsAheadMax) {
    throw new Fault(
      'bad-input',
      'after-user',
      `A lease runs for 1 to ${network.epochsAheadMax} epochs on this network.`,
    );
  }
  const name = input.name ?? folder.split('/').findLast((part) => part !== '') ?? 'Folder';
  if (spaces.some((space) => space.name === name)) {
    throw new Fault(
      'already-exists',
      'after-user',
      `There is a space named '${name}' already. Choose another name with --name.`,
    );
  }
  const id = parseSpaceId(core.dice.bytes(16));
  const spaceKey = core.dice.bytes(spaceKeyBytes);
  return core.catalog.addSpace({
    id,
    name,
    mode: input.mode,
    folder,
    sealedKey: wrapSpaceKey(core.crypto, core.account.key, core.dice.bytes(12), id, spaceKey),
    limits: chunkLimitsFor(packBytesFor(network.committee.shards, core.pool.packBytesMax)),
    leaseEpochs,
    pool: undefined,
    rootNode: parseNodeId(core.dice.bytes(16)),
  });
}

/** Throws Fault 'already-exists' for a folder that holds the folder of one of these spaces, or lies in it. */
export function refuseWithin(folder: string, spaces: readonly SpaceRow[]): void {
  for (const space of spaces) {
    if (space.folder === undefined) continue;
    if (!isWithin(folder, space.folder) && !isWithin(space.folder, folder)) continue;
    throw new Fault(
      'already-exists',
      'after-user',
      `This folder and the folder of '${space.name}' lie within one another. A file belongs to one space.`,
    );
  }
}

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer === '/' ? outer : `${outer}/`);

/** A folder that was moved is no new space; a copy of one that is still at its place may become one. */
async function refuseMoved(
  core: EngineCore,
  folder: string,
  spaces: readonly SpaceRow[],
  signal: AbortSignal,
): Promise<void> {
  const mark = await readMarker(core, folder, signal);
  const known = spaces.find(({ id }) => id === mark);
  if (known?.folder === undefined || (await isMarked(core, known, known.folder, signal))) return;
  throw new Fault(
    'already-exists',
    'after-user',
    `This is the folder of the space '${known.name}'. ${sayMoved(known, folder)}`,
  );
}

const sayMoved = ({ name }: SpaceRow, path: string): string =>
  `If it was moved, say so: floe move '${displayName(name)}' '${displayName(path)}'`;

/** What lies in the folder already is compared by the first pass: what is equal is the space's, what is not goes beside it. */
async function joinSpace(core: EngineCore, name: string, folder: string): Promise<SpaceRow> {
  const row = await findSpace(core.catalog, name);
  if (row.folder !== undefined)
    throw new Fault(
      'already-exists',
      'after-user',
      `The space '${row.name}' has a folder on this device already: ${row.folder}. ${sayMoved(row, folder)}`,
    );
  // Of a folder that was left the mark may still be known, when Floe was killed meanwhile.
  await forgetMark(core, row);
  await core.catalog.setFolder(row.num, folder);
  return { ...row, folder };
}
