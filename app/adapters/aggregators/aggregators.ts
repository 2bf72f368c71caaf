/**
 * The `Aggregators` port over HTTP: byte ranges of blobs, written where they belong as they come. An answer that is not exactly the range that was asked
 * for is refused before its first byte; one byte more than that ends it; so does coming too slowly. Redirects are never followed.
 */
import type { AggregatorUrl } from '../../domain/aggregator-url.ts';
import type { Clock } from '../../domain/clock.ts';
import { openScope, within } from '../../domain/deadline.ts';
import { Fault } from '../../domain/fault.ts';
import { slept } from '../../domain/flow.ts';
import type { Pace } from '../../domain/pace.ts';
import type { AggregatorRead, Aggregators } from '../../ports/aggregators.ts';
import {
  fetchExchange,
  pooledExchange,
  type ConnectionOptions,
  type Exchange,
  type Fetch,
  type HttpAnswer,
  type OpenSink,
} from '../http/http.ts';

export interface AggregatorsOptions extends Partial<ConnectionOptions>, Partial<AggregatorLimits> {
  readonly clock: Clock;
  /** Limits of all that is fetched together. Undefined: none. */
  readonly pace?: Pace;
  /** Another door than sockets. */
  readonly fetch?: Fetch;
}

interface AggregatorLimits {
  /** So often it is looked at whether bytes come. */
  readonly lookMs: number;
  /** At least so many a second must have come since the last look. */
  readonly bytesPerSecondMin: number;
}

const aggregatorLimits = {
  /** Of one aggregator: what a read asks for at once, for two reads. */
  connectionsMax: 8,
  connectMs: 2_500,
  /** Only against sockets that were left alone; `lookMs` is sooner. */
  silenceMs: 15_000,
  /** Servers close idle connections after some tens of seconds; be first. */
  keepAliveMs: 15_000,
  /** An aggregator that has to gather a blob first takes a second or two before it begins. */
  lookMs: 2_500,
  bytesPerSecondMin: 32 * 1024,
} as const;

/** Clients that are kept: twice as many as there may be, because the list may change. */
const clientsMax = 16;

interface Client {
  readonly exchange: Exchange;
  readonly prefix: string;
}

export function openAggregators(options: AggregatorsOptions): Aggregators {
  const { clock, pace, fetch } = options;
  const limits = { ...aggregatorLimits, ...options };
  const clients = new Map<AggregatorUrl, Client>();

  function clientOf(url: AggregatorUrl): Client {
    const known = clients.get(url);
    if (known !== undefined) return known;
    const [oldest] = clients;
    if (clients.size >= clientsMax && oldest) {
      clients.delete(oldest[0]);
      void oldest[1].exchange.close();
    }
    const { origin, pathname } = new URL(url);
    const exchange = fetch === undefined ? pooledExchange(origin, limits) : fetchExchange(origin, fetch);
    const client = { exchange, prefix: pathname.replace(/\/+$/, '') };
    clients.set(url, client);
    return client;
  }

  /** Ends the work when fewer bytes came since the last look than have to; silence and a drip are the same. */
  async function whileTheyCome<T>(
    parent: AbortSignal,
    bytes: () => number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const scope = openScope(parent);
    const least = (limits.lookMs * limits.bytesPerSecondMin) / 1000;
    const slow = Promise.withResolvers<never>();
    const watch = async (): Promise<void> => {
      for (let before = 0; await slept(clock, limits.lookMs, scope.signal); before = bytes())
        if (bytes() - before < least) return slow.reject(failure('does not answer, or too slowly'));
    };
    void watch();
    try {
      return await reached(parent, () => Promise.race([work(scope.signal), slow.promise]));
    } finally {
      // Whatever still comes is not written any more.
      scope.abort(failure('is no longer waited for'));
      scope.close();
    }
  }

  return {
    async readInto(url, read, signal) {
      const { exchange, prefix } = clientOf(url);
      const giveBack = await pace?.take('down', read.room.length, signal);
      const range = openRange(read);
      try {
        const answer = await whileTheyCome(signal, range.bytes, (inner) =>
          exchange.pour(
            {
              method: 'GET',
              path: `${prefix}/v1/blobs/${read.blob}`,
              headers: { range: `bytes=${range.text}`, 'accept-encoding': 'identity' },
              signal: inner,
            },
            range.open,
          ),
        );
        if (!range.isOpen()) throw failure(`answers ${answer.status}`);
        if (range.bytes() < read.room.length) throw failure('sends less than it says');
      } finally {
        giveBack?.(read.room.length - range.bytes());
      }
    },
    async ping(url, signal) {
      const { exchange, prefix } = clientOf(url);
      const start = clock.steady();
      await within(
        clock,
        limits.lookMs,
        signal,
        () => failure('does not answer'),
        async (inner) => {
          const { status } = await reached(inner, () =>
            exchange.pour({ method: 'GET', path: `${prefix}/status`, signal: inner }, () => undefined),
          );
          if (status !== 200) throw failure(`answers ${status}`);
        },
      );
      return clock.steady() - start;
    },
    async close() {
      const open = [...clients.values()];
      clients.clear();
      await Promise.all(open.map(({ exchange }) => exchange.close()));
    },
  };
}

/** A connection that could not be made, or broke, is a fault too. */
async function reached<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Fault ? error : failure('cannot be reached', error);
  }
}

function failure(what: string, cause?: unknown): Fault {
  return new Fault('aggregator-failed', 'later', `The aggregator ${what}.`, cause);
}

/** A sink for exactly the bytes that were asked for. */
function openRange(read: AggregatorRead) {
  const { start, room } = read;
  const text = `${start}-${start + room.length - 1}`;
  let done = 0;
  let isOpen = false;
  const open: OpenSink = (answer) => {
    // A whole blob in place of a range would be as long as it likes.
    if (answer.status !== 206) return undefined;
    checkHead(answer, text, room.length);
    isOpen = true;
    return (bytes) => {
      if (done + bytes.length > room.length) throw failure('sends more than it says');
      room.set(bytes, done);
      done += bytes.length;
      read.came(bytes.length);
    };
  };
  return { text, open, isOpen: () => isOpen, bytes: () => done };
}

function checkHead({ header }: Pick<HttpAnswer, 'header'>, text: string, bytes: number): void {
  if (!new RegExp(`^bytes ${text}/(?:\\d+|\\*)$`).test(header('content-range')?.trim() ?? ''))
    throw failure('answers with another range');
  const coding = header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (coding !== 'identity') throw failure('answers with something that is compressed');
  const length = header('content-length');
  if (length !== undefined && Number(length) !== bytes) throw failure('answers with another length');
}
