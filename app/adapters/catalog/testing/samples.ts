/** Ids, spaces, packs and rounds for the catalog's tests, all made from small numbers. */
import { parseBlobId } from '../../../domain/blob-id.ts';
import { usualChunkLimits } from '../../../domain/chunk.ts';
import type { Dot } from '../../../domain/dot.ts';
import { parseChunkId, parseDeviceId, parseNodeId, parseSpaceId, parseSuiId } from '../../../domain/ids.ts';
import type { ChunkId, DeviceId, NodeId, SuiId } from '../../../domain/ids.ts';
import type { BlobId } from '../../../domain/blob-id.ts';
import { parsePathName } from '../../../domain/path-name.ts';
import type { ChunkPlace, Content } from '../../../domain/space.ts';
import type { CatalogOperations, EntryChange, FolderContent, Look, NewPack, NewSpace } from '../../../ports/catalog.ts';

const hex = (bytes: number, number: number): string => number.toString(16).padStart(2 * bytes, '0');

export const chunkId = (number: number): ChunkId => parseChunkId(hex(32, number));
export const nodeId = (number: number): NodeId => parseNodeId(hex(16, number));
export const deviceId: DeviceId = parseDeviceId(hex(16, 0xd0));
export const dot: Dot = { device: deviceId, sequence: 1 };
export const suiId = (number: number): SuiId => parseSuiId(`0x${number.toString(16)}`);
export const blobId = (number: number): BlobId =>
  parseBlobId(Uint8Array.from({ length: 32 }, (_, i) => (number >> (8 * (i % 4))) & 255));
export const content = (...numbers: readonly number[]): Content => ({ depth: 0, chunks: numbers.map(chunkId) });

export const newSpace = (number = 1): NewSpace => ({
  id: parseSpaceId(hex(16, number)),
  name: `Space ${number}`,
  mode: 'sync',
  folder: `/home/user/space ${number}`,
  sealedKey: Uint8Array.of(1, 2, 3, number),
  limits: usualChunkLimits,
  leaseEpochs: 4,
  pool: undefined,
  rootNode: nodeId(0xf000_0000 + number),
});

export const look = (number: number): Look => ({
  device: 2n ** 64n - 1n,
  inode: 2n ** 63n + BigInt(number),
  bytes: 2 ** 40 + number,
  mtimeNs: 1_700_000_000_123_456_789n + BigInt(number),
  ctimeNs: -5n - BigInt(number),
});

export const place = (number: number, kind: ChunkPlace['kind'] = 'file'): ChunkPlace => ({
  id: chunkId(number),
  kind,
  start: 100 * number,
  bytes: 100,
  plainBytes: 71,
});

export const newPack = (
  space: number,
  round: number,
  chunks: readonly ChunkPlace[],
  name = `pack-${round}`,
): NewPack => ({
  space,
  name,
  bytes: 100 * chunks.length,
  digest: new Uint8Array(32).fill(round),
  round,
  chunks,
});

type Put = Extract<EntryChange, { kind: 'put' }>;

export const put = (
  parent: number,
  name: string,
  num: number,
  entry: Partial<Put['entry']> = {},
  seen?: Look,
): Put => ({
  kind: 'put',
  parent,
  name: parsePathName(name),
  num,
  entry: {
    kind: 'file',
    mode: 0o644,
    mtimeNs: 1n,
    bytes: 10,
    content: content(num),
    place: dot,
    version: dot,
    ...entry,
  },
  look: seen,
});

export const remove = (parent: number, name: string): EntryChange => ({
  kind: 'remove',
  parent,
  name: parsePathName(name),
});

/** The first number that tests' snapshots take their ids from. */
const snapshotBase = 0x5000_0000;

export const roundOf = (space: number, sequence: number) => ({
  space,
  sequence,
  snapshot: chunkId(snapshotBase + 0x10000 * space + sequence),
  parents: sequence > 1 ? [chunkId(snapshotBase + 0x10000 * space + sequence - 1)] : [],
  device: deviceId,
  timeMs: 1_700_000_000_000 + sequence,
  files: 0,
  bytes: 0,
  root: content(0xa000 + sequence),
  place: place(snapshotBase + 0x10000 * space + sequence, 'snapshot'),
});

/** Seals a round with one small last pack. */
export function seal(
  catalog: CatalogOperations,
  space: number,
  sequence: number,
  changes: readonly EntryChange[],
  folders: readonly FolderContent[] = [],
): void {
  const round = roundOf(space, sequence);
  catalog.sealRound(round, newPack(space, sequence, [round.place]), changes, folders);
}

export function sealAndCertify(...args: Parameters<typeof seal>): void {
  const [catalog, space, sequence] = args;
  seal(...args);
  catalog.certifyRound(space, sequence);
}
