/**
 * An exercise for the worst day: a random sample of a space's newest files is restored while a random share of all shards is left out, read back
 * from the disk, and compared with the keyed ids that the catalog has of them. The outcome is recorded; nothing is spent and nothing changed.
 */
import { toHex } from '../domain/bytes.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import { openNodeHealth } from '../domain/node-health.ts';
import type { SpacePath } from '../domain/path-name.ts';
import type { Version } from '../domain/space.ts';
import { openChunkReader, type ChunkReader } from '../restore/content/content.ts';
import { restore } from '../restore/reassemble/reassemble.ts';
import { openBlobSource } from './blob-source.ts';
import { recordDrill, type DrillOutcome } from './drill-record.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { findSpace } from './look.ts';
import { findRound } from './moment.ts';
import { chooseShards, refuseShards } from './refused-shards.ts';

export interface DrillRequest {
  readonly space: string;
  /** An empty folder of its own, which the caller removes afterwards. */
  readonly to: string;
  /** Share of all shards that is left out. */
  readonly refuse: number;
  /** Files to restore at most. */
  readonly files: number;
}

export interface DrillReport extends DrillOutcome {
  readonly problems: readonly { readonly path: SpacePath; readonly fault: Fault }[];
}

/** A sample of large files stops here: an exercise must not take the day. Larger ones are not chosen. */
const sampleBytesMax = 1024 * 1024 * 1024;
const pageEntries = 2_000;

export async function drillSpace(core: EngineCore, request: DrillRequest, signal: AbortSignal): Promise<DrillReport> {
  const row = await findSpace(core.catalog, request.space);
  const round = await findRound(core.catalog, row, undefined);
  const space = core.open(row);
  const sample = await chooseFiles(core, row.num, round.sequence, request.files, signal);
  const { committee } = await core.chain.network(signal);
  const refused = chooseShards(committee.shards, request.refuse, core.dice);
  const nodes = refuseShards(core.nodes, committee.shards, refused);
  // Nothing that was read before may help, and what the exercise learns of nodes must not be held against them.
  const health = openNodeHealth(core.clock, core.dice);
  // An aggregator would give what the refused shards hold.
  const blobs = openBlobSource({ ...core, nodes, health, faster: undefined });
  const reader = openChunkReader(space.keys, { ...core, blobs });
  const started = core.clock.steady();
  const to = await core.disk.resolveFolder(request.to);
  const input = {
    space: row.num,
    sequence: round.sequence,
    paths: sample.map(({ path }) => path),
    target: to,
    overwrite: 'never',
    onProgress: (files: number, bytes: number): void =>
      core.emit({ kind: 'restoring', space: row.id, files, ofFiles: sample.length, bytes, ofBytes: bytesOf(sample) }),
  } as const;
  const { problems: failures } =
    sample.length === 0 ? { problems: [] } : await restore(input, { ...core, tree: core.catalog, reader }, signal);
  const problems = [...failures];
  for (const version of sample) {
    if (failures.some(({ path }) => path === version.path)) continue;
    const fault = await difference(core, space, reader, to, version, signal);
    if (fault) problems.push({ path: version.path, fault });
  }
  const outcome: DrillOutcome = {
    atMs: core.clock.now(),
    snapshot: round.snapshot,
    files: sample.length,
    bytes: bytesOf(sample),
    refusedShards: refused.size,
    shards: committee.shards,
    seconds: (core.clock.steady() - started) / 1000,
    failed: problems.length,
  };
  await recordDrill(core.catalog, row.num, outcome);
  return { ...outcome, problems };
}

const bytesOf = (versions: readonly Version[]): number => versions.reduce((sum, { bytes }) => sum + bytes, 0);

/** Every file has the same chance (reservoir sampling), but for those too large for an exercise. */
async function chooseFiles(
  core: EngineCore,
  space: number,
  sequence: number,
  most: number,
  signal: AbortSignal,
): Promise<readonly Version[]> {
  const chosen: Version[] = [];
  let seen = 0;
  for (let after: SpacePath | undefined; ;) {
    signal.throwIfAborted();
    const page = await core.catalog.treeAt(space, '', sequence, after, pageEntries);
    if (page.length === 0) break;
    after = page.at(-1)?.path;
    for (const version of page) {
      if (version.kind !== 'file' || version.bytes > sampleBytesMax) continue;
      seen++;
      const at = chosen.length < most ? chosen.length : Math.floor(core.dice.fraction() * seen);
      if (at < most) chosen[at] = version;
    }
  }
  let bytes = 0;
  return chosen.filter((version) => (bytes += version.bytes) <= sampleBytesMax);
}

/** What stands on the disk, chunk by chunk, against the ids of the chunks; undefined when it is the same. */
async function difference(
  core: EngineCore,
  { keys }: OpenSpace,
  reader: ChunkReader,
  to: string,
  { path, content, bytes }: Version,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  try {
    const ids = await reader.flatten(content, signal);
    const places = await core.catalog.chunkLocations(ids);
    let offset = 0;
    for (const [i, id] of ids.entries()) {
      const bytesMax = places[i]?.plainBytes ?? 0;
      const { buffer, spans } = await core.disk.read(to, [{ path, offset, bytesMax }], signal);
      const [span] = spans;
      if (span === undefined || span instanceof Fault) return span;
      const read = new Uint8Array(buffer, span.start, span.bytes);
      if (toHex(core.crypto.hmac(keys.chunkId, read)) !== id) return differs();
      offset += span.bytes;
    }
    return offset === bytes ? undefined : differs();
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined || fault.code === 'cancelled') throw error;
    return fault;
  }
}

const differs = (): Fault =>
  new Fault('pack-damaged', 'never', 'What was restored is not what the catalog says the file is.');
