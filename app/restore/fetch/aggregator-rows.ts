/**
 * Rows of a blob from aggregators, before storage nodes are asked for what is still missing. A row is a stretch of the blob itself, so a run of rows is one
 * byte range, and the metadata has each row's hash: what is kept is exactly as sure as what comes from a node. Aggregators get a bounded time; one that
 * failed is left alone for a while, one that sent a wrong row for a day.
 */
import type { AggregatorUrl } from '../../domain/aggregator-url.ts';
import type { Clock, Dice } from '../../domain/clock.ts';
import { openScope, type Scope } from '../../domain/deadline.ts';
import type { BlobMetadata } from '../../domain/encoding.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { slept } from '../../domain/flow.ts';
import { healthLimits, openNodeHealth } from '../../domain/node-health.ts';
import { sliverDataBytes, sliverForm } from '../../domain/sliver-form.ts';
import type { Aggregators } from '../../ports/aggregators.ts';
import type { Place, Reading } from './reading.ts';
import { openRowChecks, type RowChecks } from './row-checks.ts';

/** What there is to say of one aggregator since the process began. */
export interface AggregatorStanding {
  readonly url: AggregatorUrl;
  /** Bytes of rows that were right. */
  readonly bytes: number;
  /** How often a row was wrong. */
  readonly lies: number;
  /** Why it was left alone last; undefined while nothing went wrong, or since it answers again. */
  readonly trouble: string | undefined;
}

/** Rows that are wanted. */
export interface RowsWanted {
  readonly place: Place;
  readonly metadata: BlobMetadata;
  /** Ascending. */
  readonly rows: readonly number[];
  /** Where they go, side by side in their order; asked for when it is needed, and the same each time. */
  room(): SharedArrayBuffer;
}

export interface AggregatorRows {
  /** The rows that are in their place and genuine when it settles; no aggregator writes there after that. */
  fill(reading: Reading, wanted: RowsWanted, signal: AbortSignal): Promise<ReadonlySet<number>>;
  standingOf(url: AggregatorUrl): AggregatorStanding;
}

export interface AggregatorRowsPorts {
  readonly aggregators: Aggregators;
  /** Those that a person allowed, as of now. */
  readonly allowed: () => Promise<readonly AggregatorUrl[]>;
  readonly clock: Clock;
  readonly dice: Dice;
}

/** The first failure counts: the nodes have everything as well. */
const standingLimits = {
  ...healthLimits,
  failuresMax: 1,
  restFirstMs: 15_000,
  restLongestMs: 15 * 60_000,
  liarMs: 24 * 60 * 60_000,
} as const;

export function openAggregatorRows({ aggregators, allowed, clock, dice }: AggregatorRowsPorts): AggregatorRows {
  const health = openNodeHealth<AggregatorUrl>(clock, dice, standingLimits);
  const standings = new Map<AggregatorUrl, AggregatorStanding>();
  /** Reads that aggregators are asked for now: they share the line. */
  let fills = 0;
  const standingOf = (url: AggregatorUrl): AggregatorStanding =>
    standings.get(url) ?? { url, bytes: 0, lies: 0, trouble: undefined };

  /** Those that may be asked now, the fastest first; luck lets others show that they have become faster. */
  async function askable(): Promise<readonly AggregatorUrl[]> {
    return (await allowed())
      .filter((url) => !health.isLiar(url) && health.restMs(url) === 0)
      .map((url) => ({ url, rank: health.latencyMs(url) * (0.5 + dice.fraction()) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ url }) => url);
  }

  function note(url: AggregatorUrl, bytes: number, requestMs: number, error: unknown): void {
    const before = standingOf(url);
    const fault = faultOf(error);
    if (error === undefined) health.succeeded(url, requestMs);
    else if (fault?.code === 'codec-refused') health.lied(url);
    else if (fault?.code === 'aggregator-failed') health.failed(url);
    else throw new Error('what came from an aggregator could not be looked at', { cause: error });
    const lies = before.lies + (fault?.code === 'codec-refused' ? 1 : 0);
    standings.set(url, { url, bytes: before.bytes + bytes, lies, trouble: fault?.message });
  }

  return {
    standingOf,
    async fill(reading, wanted, signal) {
      const urls = wanted.rows.length === 0 ? [] : await askable();
      const genuine = new Set<number>();
      if (urls.length === 0) return genuine;
      const { aggregatorMs, aggregatorSlowTimes, aggregatorGraceMs } = reading.limits;
      const scope = openScope(signal);
      const nodesMs = ++fills * nodesMsFor(reading, wanted);
      const tooSlow = (): Fault =>
        new Fault('aggregator-failed', 'later', 'The aggregator is slower than the storage nodes.');
      void slept(clock, aggregatorMs + nodesMs, scope.signal).then((isLate) => {
        if (isLate) scope.abort(tooSlow());
      });
      try {
        for (const url of urls) {
          if (genuine.size === wanted.rows.length || scope.signal.aborted) break;
          const [before, startMs] = [genuine.size, clock.steady()];
          const asking = new Asking(reading, wanted, genuine, { url, aggregators }, signal);
          const trouble = await asking.run(scope);
          signal.throwIfAborted();
          const isSlow = clock.steady() - startMs > aggregatorSlowTimes * nodesMs + aggregatorGraceMs;
          const bytes = (genuine.size - before) * asking.rowBytes;
          note(url, bytes, asking.requestMs(), trouble ?? (isSlow ? tooSlow() : undefined));
        }
        return genuine;
      } finally {
        fills--;
        scope.abort(new Fault('cancelled', 'now', 'The aggregators are no longer needed.'));
        scope.close();
      }
    },
  };
}

/** How long storage nodes would take, as far as is known: their usual time for an answer, and that of the bytes on the line. */
function nodesMsFor({ flow, health, limits }: Reading, wanted: RowsWanted): number {
  const { members } = wanted.place;
  const latencyMs =
    members.reduce((sum, { nodeId }) => sum + health.latencyMs(nodeId), 0) / Math.max(1, members.length);
  const bytesPerMs = flow.bytesPerMs ?? limits.nodesBytesPerSecondFirst / 1000;
  return latencyMs + (wanted.rows.length * rowBytesOf(wanted)) / bytesPerMs;
}

const rowBytesOf = ({ place, metadata }: Omit<RowsWanted, 'room'>): number =>
  sliverDataBytes(sliverForm(place.shards, metadata.unencodedBytes), 'primary');

/** What aggregators have of some rows, each in memory of its own: what is kept of it must not keep its neighbours. */
export async function rowsFrom(
  aggregators: AggregatorRows,
  reading: Reading,
  wanted: Omit<RowsWanted, 'room'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const { rows } = wanted;
  const rowBytes = rowBytesOf(wanted);
  let buffer: SharedArrayBuffer | undefined;
  const room = (): SharedArrayBuffer => (buffer ??= new SharedArrayBuffer(rows.length * rowBytes));
  const genuine = await aggregators.fill(reading, { ...wanted, room }, signal);
  const found = new Map<number, Uint8Array>();
  for (const [slot, row] of rows.entries())
    if (genuine.has(row)) found.set(row, new Uint8Array(room(), slot * rowBytes, rowBytes).slice());
  return found;
}

/** Bytes [start, end) of the blob, and where in the room they begin. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly at: number;
}

interface Asked {
  readonly url: AggregatorUrl;
  readonly aggregators: Aggregators;
}

/** All rows that are missing, from one aggregator; its first failure ends it. */
class Asking {
  readonly rowBytes: number;
  readonly #reading: Reading;
  readonly #wanted: RowsWanted;
  readonly #genuine: Set<number>;
  readonly #asked: Asked;
  readonly #room: SharedArrayBuffer;
  readonly #checks: RowChecks;
  readonly #checking: Promise<void>[] = [];
  /** Bytes that are still to come, by the row's place in the room. */
  readonly #left = new Map<number, number>();
  readonly #sum = { ms: 0, requests: 0 };
  #trouble: unknown;
  #stop: () => void = () => undefined;

  /** Rows that came are looked at even when the aggregator is out of time: `signal` is the reader's. */
  constructor(reading: Reading, wanted: RowsWanted, genuine: Set<number>, asked: Asked, signal: AbortSignal) {
    const { place, metadata, rows } = wanted;
    const form = sliverForm(place.shards, metadata.unencodedBytes);
    this.rowBytes = sliverDataBytes(form, 'primary');
    this.#room = wanted.room();
    this.#reading = reading;
    this.#wanted = wanted;
    this.#genuine = genuine;
    this.#asked = asked;
    this.#checks = openRowChecks(reading, place, metadata, form, this.#room, signal, (slot) => rows[slot] ?? 0);
  }

  /** Why it ended, when rows are missing. */
  async run(parent: Scope): Promise<unknown> {
    const scope = openScope(parent.signal);
    this.#stop = () => scope.abort(new Fault('cancelled', 'now', 'The aggregator is not asked any more.'));
    const pieces = this.#pieces();
    const { aggregatorRequestsInParallel } = this.#reading.limits;
    const work = async (): Promise<void> => {
      for (let piece = pieces.shift(); piece && !scope.signal.aborted; piece = pieces.shift())
        await this.#fetch(piece, scope.signal).catch((error: unknown) => this.#end(error));
    };
    await Promise.all(Array.from({ length: aggregatorRequestsInParallel }, work));
    await Promise.all(this.#checking);
    scope.close();
    return this.#trouble;
  }

  /** Usual time of a request that was answered. */
  requestMs(): number {
    return this.#sum.ms / Math.max(1, this.#sum.requests);
  }

  /** The first trouble counts, but a wrong row counts more. */
  #end(error: unknown): void {
    if (this.#trouble === undefined || faultOf(error)?.code === 'codec-refused') this.#trouble = error;
    this.#stop();
  }

  /** Byte ranges over neighbouring rows, of bounded size; zeros go where the blob has ended. */
  #pieces(): Piece[] {
    const { rows, metadata } = this.#wanted;
    const { aggregatorBytesMax } = this.#reading.limits;
    const pieces: Piece[] = [];
    for (const [slot, row] of rows.entries()) {
      if (this.#genuine.has(row)) continue;
      const at = slot * this.rowBytes;
      const rowStart = row * this.rowBytes;
      const bytes = Math.max(0, Math.min(this.rowBytes, metadata.unencodedBytes - rowStart));
      new Uint8Array(this.#room, at + bytes, this.rowBytes - bytes).fill(0);
      this.#left.set(slot, bytes);
      if (bytes === 0) this.#check(slot);
      for (let start = rowStart; start < rowStart + bytes;) {
        const last = pieces.at(-1);
        const isNext = last?.end === start && last.end - last.start < aggregatorBytesMax;
        const from = isNext ? last.start : start;
        const end = Math.min(rowStart + bytes, from + aggregatorBytesMax);
        if (isNext) pieces.pop();
        pieces.push({ start: from, end, at: isNext ? last.at : at + start - rowStart });
        start = end;
      }
    }
    return pieces;
  }

  async #fetch({ start, end, at }: Piece, signal: AbortSignal): Promise<void> {
    const { aggregators, url } = this.#asked;
    const { blobId } = this.#wanted.place;
    const { clock } = this.#reading;
    const begun = clock.steady();
    let done = at;
    const came = (bytes: number): void => {
      this.#came(done, bytes);
      done += bytes;
    };
    const read = { blob: blobId, start, room: new Uint8Array(this.#room, at, end - start), came };
    await aggregators.readInto(url, read, signal);
    this.#sum.ms += clock.steady() - begun;
    this.#sum.requests++;
  }

  #came(from: number, bytes: number): void {
    for (let at = from; at < from + bytes;) {
      const slot = Math.floor(at / this.rowBytes);
      const some = Math.min(from + bytes, (slot + 1) * this.rowBytes) - at;
      const left = (this.#left.get(slot) ?? 0) - some;
      this.#left.set(slot, left);
      if (left === 0) this.#check(slot);
      at += some;
    }
  }

  #check(slot: number): void {
    const row = this.#wanted.rows[slot];
    if (row === undefined) throw new Error('bytes came for no row');
    const looked = this.#checks.isGenuine(slot).then(
      (isGenuine) => {
        if (isGenuine) this.#genuine.add(row);
        else this.#end(new Fault('codec-refused', 'never', 'The aggregator sent wrong bytes.'));
      },
      (error: unknown) => this.#end(error),
    );
    this.#checking.push(looked);
  }
}
