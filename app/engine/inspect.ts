/** What a window looks at beside state and history: one file's bytes as they were, a whole tree page by page, and what was paid. */
import { Fault } from '../domain/fault.ts';
import type { SpaceId } from '../domain/ids.ts';
import { openChunkReader } from '../restore/content/content.ts';
import type { IntentRow } from '../ports/intents.ts';
import type { EngineCore } from './engine-core.ts';
import { findSpace, linesAt, withSnapshots, type VersionLine } from './look.ts';
import { findMoment } from './moment.ts';

export interface FileBytes {
  readonly line: VersionLine;
  /** Undefined when the file is larger than was asked for. */
  readonly content: Uint8Array | undefined;
}

/** A file's content as of a snapshot or time, when it has at most `bytesMax`. Fetched and verified like a restore. */
export async function readFileAt(
  core: EngineCore,
  name: string,
  path: string,
  at: string | undefined,
  bytesMax: number,
  signal: AbortSignal,
): Promise<FileBytes> {
  const space = await findSpace(core.catalog, name);
  const moment = await findMoment(core, space, at, signal);
  const entry = await moment.tree.entryAtSequence(space.num, path, moment.sequence);
  if (entry?.kind !== 'file') throw new Fault('not-found', 'never', `'${space.name}' had no file '${path}' then.`);
  const [line] = await linesAt(core, space, moment, [entry]);
  if (!line) throw new Error('one version gives one line');
  if (entry.bytes > bytesMax) return { line, content: undefined };
  const reader = openChunkReader(core.open(space).keys, core);
  return { line, content: await reader.bytes(entry.content, bytesMax, signal) };
}

/** Everything of a space as it is now, the round on its way included, at most `limit` after the path `after`; folders before what is in them. */
export async function treeNow(
  core: EngineCore,
  name: string,
  after: string | undefined,
  limit: number,
): Promise<readonly VersionLine[]> {
  const space = await findSpace(core.catalog, name);
  const pending = await core.catalog.pendingRound(space.num);
  const sequence = pending?.sequence ?? space.sequence;
  return withSnapshots(core, space, await core.catalog.treeAt(space.num, '', sequence, after, limit));
}

export interface Payment extends Pick<IntentRow, 'digest' | 'kind' | 'state' | 'failure'> {
  readonly space: SpaceId | undefined;
  /** What the chain took; what was quoted while the payment is open. */
  readonly frost: bigint;
  readonly mist: bigint;
}

/** Newest first. */
export async function payments(core: EngineCore, limit: number): Promise<readonly Payment[]> {
  const spaces = new Map((await core.catalog.spaces()).map((space) => [space.num, space.id]));
  return (await core.catalog.intents(limit)).map((intent) => ({
    digest: intent.digest,
    kind: intent.kind,
    state: intent.state,
    failure: intent.failure,
    space: intent.space === undefined ? undefined : spaces.get(intent.space),
    frost: intent.paidFrost ?? intent.frost,
    mist: intent.paidMist ?? intent.mist,
  }));
}
