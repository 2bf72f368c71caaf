/** History as streams: transactions and events of the past, and subscriptions to what happens from now on. */
import { GrpcTypes } from '@mysten/sui/grpc';
import { checkpointMessage } from './checkpoint.ts';
import { eventFilter, transactionFilter } from './filters.ts';
import { applyMask, parseMask } from './mask.ts';
import { cursorOf, sequenceOf } from './paging.ts';
import { eventMessage, executedMessage } from './to-proto.ts';
import type { Executed, LedgerCore } from '../ledger/core.ts';
import { Refusal } from '../ledger/refusal.ts';

/** Items of one listing; a client that asks for more gets this many and the place to go on from. */
const limitDefault = 50;
const limitMax = 1_000;
/** Rows looked at in one listing, so that a filter that fits nothing cannot hold the ledger up. */
const scanMax = 10_000;
const readPage = 256;
/** Transactions waiting for one slow subscriber; past this the stream ends, and the client subscribes again. */
const waitingMax = 1_024;

interface Numbered {
  readonly sequence: number;
}

interface Query {
  readonly after: number;
  readonly before: number;
  readonly descending: boolean;
  readonly limit: number;
}

interface ListRequest {
  readonly options?: GrpcTypes.QueryOptions;
  readonly startCheckpoint?: bigint;
  readonly endCheckpoint?: bigint;
}

function queryOf({ options }: ListRequest): Query {
  const asked = options?.limit ?? limitDefault;
  return {
    after: sequenceOf(options?.after) ?? 0,
    before: sequenceOf(options?.before) ?? Number.MAX_SAFE_INTEGER,
    descending: options?.ordering === GrpcTypes.Ordering.DESCENDING,
    limit: Math.min(asked === 0 ? limitDefault : asked, limitMax),
  };
}

type Found<Item> = { readonly item?: Item; readonly at: number } | { readonly end: GrpcTypes.QueryEndReason };

/** Walks rows in the query's order; ends with the reason, as a full node does. */
function* scan<Row extends Numbered>(
  query: Query,
  read: (after: number, before: number, limit: number) => readonly Row[],
  fits: (row: Row) => boolean,
): Generator<Found<Row>> {
  const { QueryEndReason: reasons } = GrpcTypes;
  let { after, before } = query;
  let found = 0;
  for (let scanned = 0; scanned < scanMax;) {
    const rows = read(after, before, readPage);
    for (const row of rows) {
      scanned++;
      if (query.descending) before = row.sequence;
      else after = row.sequence;
      if (!fits(row)) continue;
      yield { item: row, at: row.sequence };
      if (++found >= query.limit) return yield { end: reasons.ITEM_LIMIT };
    }
    if (rows.length < readPage) return yield { end: reasons.LEDGER_TIP };
  }
  yield { at: query.descending ? before : after };
  yield { end: reasons.SCAN_LIMIT };
}

export async function* listTransactions(
  core: LedgerCore,
  request: GrpcTypes.ListTransactionsRequest,
): AsyncGenerator<GrpcTypes.ListTransactionsResponse> {
  const mask = parseMask(request.readMask?.paths, ['digest']);
  const fits = transactionFilter(request.filter);
  const query = queryOf(request);
  const read = (after: number, before: number, limit: number) =>
    core.database.transactionsBetween(after, before, query.descending, limit);
  for (const found of scan(query, read, (row) => fits(core.withEvents(row)))) {
    if ('end' in found) yield { end: { reason: found.end } };
    else {
      const watermark = { cursor: cursorOf(found.at), checkpoint: BigInt(found.at) };
      if (!found.item) yield { watermark };
      else {
        const message = executedMessage(core, core.withEvents(found.item));
        yield { transaction: applyMask(GrpcTypes.ExecutedTransaction, message, mask), watermark };
      }
    }
  }
}

export async function* listEvents(
  core: LedgerCore,
  request: GrpcTypes.ListEventsRequest,
): AsyncGenerator<GrpcTypes.ListEventsResponse> {
  const mask = parseMask(request.readMask?.paths, ['event_type']);
  const fits = eventFilter(request.filter);
  const query = queryOf(request);
  const read = (after: number, before: number, limit: number) =>
    core.database.eventsBetween(after, before, query.descending, limit);
  for (const found of scan(query, read, fits)) {
    if ('end' in found) yield { end: { reason: found.end } };
    else {
      const watermark = { cursor: cursorOf(found.at) };
      const event = found.item && applyMask(GrpcTypes.Event, eventMessage(core, found.item), mask);
      yield event ? { event, watermark } : { watermark };
    }
  }
}

/** What is executed from this call on, until the caller goes. The queue is bounded: whoever does not read is let go. */
async function* executedFromNow(core: LedgerCore, signal: AbortSignal): AsyncGenerator<Executed> {
  const waiting: Executed[] = [];
  let wake: (() => void) | undefined;
  let overrun = false;
  const stop = core.onExecuted((executed) => {
    if (waiting.length < waitingMax) waiting.push(executed);
    else overrun = true;
    wake?.();
  });
  const onAbort = (): void => wake?.();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const next = waiting.shift();
      if (next) yield next;
      else if (overrun) throw new Refusal('RESOURCE_EXHAUSTED', 'the subscriber reads too slowly');
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    }
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

export function subscribeTransactions(
  core: LedgerCore,
  request: GrpcTypes.SubscribeTransactionsRequest,
  signal: AbortSignal,
): AsyncIterable<GrpcTypes.SubscribeTransactionsResponse> {
  const mask = parseMask(request.readMask?.paths, ['digest']);
  const fits = transactionFilter(request.filter);
  return mapFitting(executedFromNow(core, signal), (executed) => {
    if (!fits(executed)) return [];
    const message = executedMessage(core, executed);
    const { sequence } = executed.row;
    return [
      {
        transaction: applyMask(GrpcTypes.ExecutedTransaction, message, mask),
        watermark: { cursor: cursorOf(sequence), checkpoint: BigInt(sequence) },
      },
    ];
  });
}

export function subscribeCheckpoints(
  core: LedgerCore,
  request: GrpcTypes.SubscribeCheckpointsRequest,
  signal: AbortSignal,
): AsyncIterable<GrpcTypes.SubscribeCheckpointsResponse> {
  const mask = parseMask(request.readMask?.paths, ['sequence_number', 'digest']);
  const fits = transactionFilter(request.filter);
  return mapFitting(executedFromNow(core, signal), (executed) => {
    if (!fits(executed)) return [];
    const checkpoint = applyMask(GrpcTypes.Checkpoint, checkpointMessage(core, executed), mask);
    return [{ cursor: BigInt(executed.row.sequence), checkpoint }];
  });
}

export function subscribeEvents(
  core: LedgerCore,
  request: GrpcTypes.SubscribeEventsRequest,
  signal: AbortSignal,
): AsyncIterable<GrpcTypes.SubscribeEventsResponse> {
  const mask = parseMask(request.readMask?.paths, ['event_type']);
  const fits = eventFilter(request.filter);
  return mapFitting(executedFromNow(core, signal), ({ events }) =>
    events.filter(fits).map((event) => ({
      event: applyMask(GrpcTypes.Event, eventMessage(core, event), mask),
      watermark: { cursor: cursorOf(event.sequence) },
    })),
  );
}

async function* mapFitting<Message>(
  source: AsyncIterable<Executed>,
  messages: (executed: Executed) => readonly Message[],
): AsyncGenerator<Message> {
  for await (const executed of source) yield* messages(executed);
}
