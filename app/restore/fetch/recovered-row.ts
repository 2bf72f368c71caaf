/**
 * One row of a blob from the symbols of others, when its own node does not give it: some two slivers' worth of bytes, where rebuilding the blob would take
 * hundreds. A node's symbols count only for slivers that it holds, so a liar spoils the row but cannot drown the honest; then, or when too few
 * nodes answer soon, there is no row, and the blob is rebuilt.
 */
import { shardOfPair } from '../../domain/blob-id.ts';
import type { CommitteeMember } from '../../domain/committee.ts';
import { openScope, within } from '../../domain/deadline.ts';
import { decodingSymbolsBytesMax, parseDecodingSymbols } from '../../domain/decoding-symbols.ts';
import type { BlobMetadata } from '../../domain/encoding.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { Gate } from '../../domain/gate.ts';
import { sliverHashIn } from '../../domain/metadata-form.ts';
import { sliverForm, sliverOfPair } from '../../domain/sliver-form.ts';
import { rankOf, type Place, type Reading } from './reading.ts';

export async function recoverRow(
  reading: Reading,
  place: Place,
  metadata: BlobMetadata,
  row: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { clock, dice, health, limits, nodes, pool } = reading;
  const { blobId, shards } = place;
  const { code, symbolBytes } = sliverForm(shards, metadata.unencodedBytes);
  const found = new Map<number, Uint8Array>();
  const gate = new Gate(limits.requestsInParallel);
  const scope = openScope(signal);
  const isHeldBy = (index: number, member: CommitteeMember): boolean =>
    index < shards &&
    place.holdersOf(shardOfPair(sliverOfPair('secondary', index, shards), blobId, shards)).includes(member);

  async function ask(member: CommitteeMember): Promise<void> {
    const leave = await gate.enter(1, scope.signal);
    try {
      const bytesMax = decodingSymbolsBytesMax(member.shards.length, symbolBytes);
      const body = await nodes.node(member).decodingSymbols(blobId, row, 'primary', bytesMax, scope.signal);
      if (body === undefined) return;
      for (const { index, data } of parseDecodingSymbols(body, 'primary', row, symbolBytes))
        if (isHeldBy(index, member)) found.set(index, data);
      if (found.size >= code.columns) scope.abort(new Fault('cancelled', 'never', 'There are enough symbols.'));
    } catch (error) {
      // The others may have enough; whoever waits is told when they do not.
      if (faultOf(error) === undefined || signal.aborted) throw error;
    } finally {
      leave();
    }
  }

  try {
    const late = (): Fault => new Fault('node-failed', 'now', 'The storage nodes do not answer.');
    const asked = [...place.members].sort(
      (a, b) => rankOf(health, a, dice.fraction()) - rankOf(health, b, dice.fraction()),
    );
    await within(clock, limits.symbolsMs, signal, late, () => Promise.all(asked.map(ask))).catch((error: unknown) => {
      if (faultOf(error) === undefined || signal.aborted) throw error;
    });
  } finally {
    scope.abort(new Fault('cancelled', 'never', 'No more symbols are needed.'));
    scope.close();
  }
  if (found.size < code.columns) return undefined;
  const chosen = [...found].slice(0, code.columns);
  const symbols = new Uint8Array(chosen.length * symbolBytes);
  chosen.forEach(([, data], i) => symbols.set(data, i * symbolBytes));
  const indices = chosen.map(([index]) => index);
  const expected = sliverHashIn(metadata, 'primary', row);
  const task = { shards, axis: 'primary', symbolBytes, indices, symbols, expected } as const;
  return pool.recoverSliver(task, { urgency: 'interactive', signal });
}
