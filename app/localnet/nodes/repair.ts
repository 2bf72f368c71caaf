/**
 * Symbols for whoever rebuilds a sliver (endpoints 10 and 11): taken from the crossing slivers that this node holds, expanded, with or
 * without the proof that they belong there.
 */
import type { BlobId } from '../../domain/blob-id.ts';
import type { Axis } from '../../../native-workers/rs2.ts';
import {
  encodeDecodingSymbols,
  encodeRecoverySymbols,
  type DecodingSymbol,
  type RecoverySymbol,
} from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import { bytesReply, Refusal, type NodeReply, type NodeRequest } from './exchange.ts';
import { servedPairs, sliverIndexOf, type NodeState } from './node-state.ts';

const otherAxis = (axis: Axis): Axis => (axis === 'primary' ? 'secondary' : 'primary');

function parseAxis(text: string | null): Axis | undefined {
  return text === 'primary' || text === 'secondary' ? text : undefined;
}

function parseIndex(text: string, shards: number): number {
  const index = Number(text);
  if (!/^\d{1,5}$/.test(text)) throw new Refusal('INVALID_FILTER', 'the filter is invalid: not a sliver index');
  if (index >= shards) {
    const message = `the requested recovery symbol is invalid for the system: requires 0 <= index (${index}) < ${shards}`;
    throw new Refusal('INDEX_OUT_OF_RANGE', message);
  }
  return index;
}

/** One sliver to take symbols from, and the places to take. */
interface Source {
  readonly axis: Axis;
  readonly pair: number;
  readonly indices: readonly number[];
}

/** Symbols of one source sliver, seen as parts of the slivers they help to rebuild; undefined when the source is not held. */
async function symbolsOf(
  state: NodeState,
  blobId: BlobId,
  { axis, pair, indices }: Source,
  withProofs: boolean,
): Promise<readonly RecoverySymbol[] | undefined> {
  const body = await state.holdings.sliver(blobId, pair, axis);
  if (body === undefined) return undefined;
  const { shards } = state.chain.committee();
  const taken = await state.workbench.takeSymbols({ kind: 'symbols', shards, axis, body, indices, withProofs });
  const index = sliverIndexOf(pair, axis, shards);
  return taken.map((symbol) => ({
    symbol: { axis: otherAxis(axis), index, data: symbol.data },
    targetIndex: symbol.index,
    path: symbol.path,
  }));
}

const notFound = (): Refusal =>
  new Refusal(
    'SLIVER_NOT_FOUND',
    'the sliver from which to extract the recovery symbol could not be retrieved: the requested sliver is unavailable',
  );

export async function getRecoverySymbols(state: NodeState, request: NodeRequest, blobId: BlobId): Promise<NodeReply> {
  const ids = request.query.getAll('id');
  const target = request.query.get('targetSliver');
  if (ids.length > 0 && target !== null) {
    throw new Refusal('INVALID_FILTER', 'the filter is invalid: either symbol ids or a target sliver');
  }
  if (ids.length === 0 && target === null) {
    throw new Refusal('NO_SYMBOLS_SPECIFIED', 'at least one symbol ID must be specified');
  }
  if (!state.registry.isRegistered(blobId)) throw notFound();
  const proofAxis = parseAxis(request.query.get('proofAxis'));
  const symbols =
    target === null
      ? await symbolsById(state, blobId, ids, proofAxis)
      : await symbolsOfTarget(state, blobId, target, request.query.get('targetType'));
  return bytesReply(encodeRecoverySymbols(symbols));
}

/** `a-b` names the symbol where primary sliver a crosses secondary sliver b; either of the two may be here. */
async function symbolsById(
  state: NodeState,
  blobId: BlobId,
  ids: readonly string[],
  proofAxis: Axis | undefined,
): Promise<readonly RecoverySymbol[]> {
  const { shards } = state.chain.committee();
  const own = new Set(servedPairs(state, blobId));
  const symbols: RecoverySymbol[] = [];
  for (const id of ids) {
    const [first = '', second = ''] = id.split('-', 2);
    const place = { primary: parseIndex(first, shards), secondary: parseIndex(second, shards) };
    const axes = (['primary', 'secondary'] as const).filter(
      (axis) => (proofAxis ?? axis) === axis && own.has(sliverIndexOf(place[axis], axis, shards)),
    );
    if (axes.length === 0) {
      throw new Refusal(
        'SYMBOL_NOT_PRESENT_AT_SHARDS',
        "the requested recovery symbol is not the responsibility of this node's shards",
      );
    }
    const found = await firstOf(axes, (axis) => {
      const pair = sliverIndexOf(place[axis], axis, shards);
      return symbolsOf(state, blobId, { axis, pair, indices: [place[otherAxis(axis)]] }, true);
    });
    if (found === undefined) throw notFound();
    symbols.push(...found);
  }
  return symbols;
}

async function firstOf<A, B>(items: readonly A[], find: (item: A) => Promise<B | undefined>): Promise<B | undefined> {
  for (const item of items) {
    const found = await find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function symbolsOfTarget(
  state: NodeState,
  blobId: BlobId,
  target: string,
  targetType: string | null,
): Promise<readonly RecoverySymbol[]> {
  const axis = parseAxis(targetType);
  if (axis === undefined) throw new Refusal('INVALID_FILTER', 'the filter is invalid: targetType');
  const index = parseIndex(target, state.chain.committee().shards);
  const symbols: RecoverySymbol[] = [];
  for (const pair of servedPairs(state, blobId)) {
    const source = { axis: otherAxis(axis), pair, indices: [index] };
    symbols.push(...((await symbolsOf(state, blobId, source, true)) ?? []));
  }
  if (symbols.length === 0) throw notFound();
  return symbols;
}

export async function getDecodingSymbols(state: NodeState, request: NodeRequest, blobId: BlobId): Promise<NodeReply> {
  const targets = request.query.getAll('targetSlivers');
  if (targets.length === 0) {
    throw new Refusal('NO_TARGET_SLIVERS_SPECIFIED', 'at least one target sliver must be specified');
  }
  const axis = parseAxis(request.query.get('targetType'));
  if (axis === undefined) throw new Refusal('INVALID_FILTER', 'the filter is invalid: targetType');
  const { shards } = state.chain.committee();
  const indices = [...new Set(targets.map((text) => parseIndex(text, shards)))];
  if (!state.registry.isRegistered(blobId)) throw notFound();
  const byTarget = new Map<number, DecodingSymbol[]>(indices.map((index) => [index, []]));
  for (const pair of servedPairs(state, blobId)) {
    const source = { axis: otherAxis(axis), pair, indices };
    for (const { targetIndex, symbol } of (await symbolsOf(state, blobId, source, false)) ?? []) {
      byTarget.get(targetIndex)?.push(symbol);
    }
  }
  if ([...byTarget.values()].every((symbols) => symbols.length === 0)) throw notFound();
  return bytesReply(encodeDecodingSymbols(byTarget));
}
