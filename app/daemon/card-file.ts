/**
 * The file beside the catalog that keeps what only the catalog knew (docs/formats/self.md): read whole or not at all, written whole or not at all. One that
 * is damaged, too large, or written by a newer Floe is as good as none. Version 1, which knew folders and four records, is still read. No secrets.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex, toHex } from '../domain/bytes.ts';
import type { ChunkLimits } from '../domain/chunk.ts';
import { Fault } from '../domain/fault.ts';
import { parseChunkId, parseNodeId, parseSpaceId, parseSuiId, type SnapshotId, type SpaceId } from '../domain/ids.ts';
import type { Choice, ConflictRow, NewSpace } from '../ports/catalog.ts';

export type Records = Readonly<Record<string, string>>;

export interface CardSpace {
  readonly id: SpaceId;
  readonly folder: string | undefined;
  /** The rest of its row; version 1 did not keep it. */
  readonly row: Omit<NewSpace, 'id' | 'folder'> | undefined;
  /** The newest certified one, of this device or another: what the folder was in step with. */
  readonly snapshot: SnapshotId | undefined;
  /** By their names without the space's number, which may be another one in the next catalog. */
  readonly records: Records;
  readonly choices: readonly Choice[];
  readonly conflicts: readonly ConflictRow[];
}

export interface SelfCard {
  /** The catalog was seen to be damaged: it is set aside at the next start. */
  readonly isDamaged: boolean;
  readonly records: Records;
  readonly spaces: readonly CardSpace[];
}

/** More than ten spaces with the most choices and conflicts that are kept. */
const cardBytesMax = 128 * 1024 * 1024;

const cardFile = (home: string): string => join(home, 'self.json');
const digestOf = (self: unknown): string => createHash('sha256').update(JSON.stringify(self)).digest('hex');

/** Undefined when there is none, or when it cannot be read: then the phrase and the user's own word are needed, as on a new computer. */
export function readCard(home: string): SelfCard | undefined {
  let text: string;
  try {
    if (statSync(cardFile(home)).size > cardBytesMax) return undefined;
    text = readFileSync(cardFile(home), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Fault('disk-failed', 'later', 'A file of the home cannot be read.', error);
  }
  try {
    return parseCard(JSON.parse(text));
  } catch {
    // A card that is damaged as well is as good as none.
    return undefined;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined);

export function writeCard(home: string, card: SelfCard): void {
  const self = { isDamaged: card.isDamaged, records: card.records, spaces: card.spaces.map(spaceToJson) };
  const draft = `${cardFile(home)}.new`;
  try {
    const text = JSON.stringify({ version: 2, sha256: digestOf(self), self });
    writeFileSync(draft, `${text}\n`, { mode: 0o600, flush: true });
    renameSync(draft, cardFile(home));
  } catch (error) {
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT')
      throw new Fault('disk-full', 'later', 'The settings could not be kept: the disk is full.', error);
    throw new Fault('disk-failed', 'after-user', "The settings could not be kept in Floe's home.", error);
  }
}

/** Notes that the catalog has to be set aside at the next start, because it cannot be while it is open; or that it was. */
export function noteDamage(home: string, isDamaged = true): void {
  const card = readCard(home);
  if (card && card.isDamaged !== isDamaged) writeCard(home, { ...card, isDamaged });
}

function spaceToJson({ id, folder, row, snapshot, records, choices, conflicts }: CardSpace): object {
  return {
    id,
    folder,
    row: row && { ...row, sealedKey: toHex(row.sealedKey) },
    snapshot,
    records,
    in: choices.flatMap(({ node, isIn }) => (isIn ? [node] : [])),
    out: choices.flatMap(({ node, isIn }) => (isIn ? [] : [node])),
    conflicts,
  };
}

const malformed = (what: string): Error => new Error(`a card has no ${what} there`);

function field(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null) throw malformed('object');
  return Object.hasOwn(from, name) ? Reflect.get(from, name) : undefined;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw malformed('text');
  return value;
}

function countOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw malformed('count');
  return value;
}

function listOf<T>(value: unknown, parse: (each: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw malformed('list');
  return value.map((each: unknown) => parse(each));
}

function oneOf<T extends string>(value: unknown, known: readonly T[]): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw malformed(known.join(' or '));
  return found;
}

const ifAny = <T>(value: unknown, parse: (given: unknown) => T): T | undefined =>
  value === undefined ? undefined : parse(value);

function recordsOf(value: unknown): Records {
  if (typeof value !== 'object' || value === null) throw malformed('records');
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, textOf(text)]));
}

function parseCard(value: unknown): SelfCard | undefined {
  const version = field(value, 'version');
  if (version === 1) return parseFirst(value);
  const self = field(value, 'self');
  if (version !== 2 || field(value, 'sha256') !== digestOf(self)) return undefined;
  return {
    isDamaged: field(self, 'isDamaged') === true,
    records: recordsOf(field(self, 'records')),
    spaces: listOf(field(self, 'spaces'), parseSpace),
  };
}

function parseFirst(value: unknown): SelfCard {
  return {
    isDamaged: field(value, 'isDamaged') === true,
    records: recordsOf(field(value, 'records')),
    spaces: listOf(field(value, 'folders'), (each) => ({
      id: parseSpaceId(textOf(field(each, 'space'))),
      folder: textOf(field(each, 'folder')),
      row: undefined,
      snapshot: undefined,
      records: {},
      choices: [],
      conflicts: [],
    })),
  };
}

function parseSpace(value: unknown): CardSpace {
  const choices = (name: 'in' | 'out'): readonly Choice[] =>
    listOf(field(value, name), (node) => ({ node: parseNodeId(textOf(node)), isIn: name === 'in' }));
  return {
    id: parseSpaceId(textOf(field(value, 'id'))),
    folder: ifAny(field(value, 'folder'), textOf),
    row: ifAny(field(value, 'row'), parseRow),
    snapshot: ifAny(field(value, 'snapshot'), (given) => parseChunkId(textOf(given))),
    records: recordsOf(field(value, 'records')),
    choices: [...choices('in'), ...choices('out')],
    conflicts: listOf(field(value, 'conflicts'), parseConflict),
  };
}

function parseRow(value: unknown): CardSpace['row'] {
  return {
    name: textOf(field(value, 'name')),
    mode: oneOf(field(value, 'mode'), ['sync', 'archive'] as const),
    sealedKey: fromHex(textOf(field(value, 'sealedKey'))),
    limits: parseLimits(field(value, 'limits')),
    leaseEpochs: countOf(field(value, 'leaseEpochs')),
    pool: ifAny(field(value, 'pool'), (pool) => parseSuiId(textOf(pool))),
    rootNode: parseNodeId(textOf(field(value, 'rootNode'))),
  };
}

function parseLimits(value: unknown): ChunkLimits {
  return {
    min: countOf(field(value, 'min')),
    normal: countOf(field(value, 'normal')),
    max: countOf(field(value, 'max')),
  };
}

function parseConflict(value: unknown): ConflictRow {
  return {
    node: parseNodeId(textOf(field(value, 'node'))),
    beside: parseNodeId(textOf(field(value, 'beside'))),
    kind: oneOf(field(value, 'kind'), ['content', 'name'] as const),
    timeMs: countOf(field(value, 'timeMs')),
  };
}
