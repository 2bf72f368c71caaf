/**
 * Reads blobs and parts of blobs from storage nodes, and from aggregators where they are allowed, that may fail, dally or lie. Nothing unverified gets out: metadata is proven by the
 * blob id, each sliver by its hash, and each rebuilt row of a blob by its hash too: the hashes of all rows commit to every byte. A part is read from the systematic primary slivers that hold it;
 * only when those cannot be had (soon), the whole blob is rebuilt from any that suffice. Memory and time are bounded.
 */
import type { BlobId } from '../../domain/blob-id.ts';
import type { Clock, Dice } from '../../domain/clock.ts';
import type { NetworkState } from '../../domain/committee.ts';
import { openScope, within } from '../../domain/deadline.ts';
import type { BlobMetadata } from '../../domain/encoding.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { Flow } from '../../domain/flow.ts';
import { Gate } from '../../domain/gate.ts';
import type { NodeHealth } from '../../domain/node-health.ts';
import { paddedBlobBytes, redStuff } from '../../domain/redstuff.ts';
import { sliverBodyBytes, sliverDataBytes, sliverForm } from '../../domain/sliver-form.ts';
import type { Nodes } from '../../ports/nodes.ts';
import type { Pool } from '../../ports/pool.ts';
import type { Demand, Sufficient } from './demand.ts';
import {
  openAggregatorRows,
  rowsFrom,
  type AggregatorRows,
  type AggregatorStanding,
  type RowsWanted,
} from './aggregator-rows.ts';
import { checkRanges, joinRows, rowsOf, type ByteRange } from './byte-ranges.ts';
import { Gathering } from './gathering.ts';
import { readLimits, type ReadLimits } from './limits.ts';
import { fetchMetadata, openMetadataCache, type MetadataCache } from './metadata-source.ts';
import { recoverRow } from './recovered-row.ts';
import { openRooms, type Room, type Rooms } from './rooms.ts';
import { openRowCache, type RowCache } from './row-cache.ts';
import { placeOf, type Place, type Reading } from './reading.ts';

export { openAggregatorRows, type AggregatorRows, type AggregatorStanding, type ByteRange, type MetadataCache };

export interface ReaderPorts {
  readonly nodes: Nodes;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly health: NodeHealth;
  /** The network as it is now; asked at most every few seconds. */
  network(signal: AbortSignal): Promise<NetworkState>;
  /** Where proven metadata is kept; in bounded memory when left out. */
  readonly cache?: MetadataCache;
  readonly limits?: Partial<ReadLimits>;
  /** Asked for rows before storage nodes are. */
  readonly aggregators?: AggregatorRows | undefined;
  /** Releases a whole blob that is only kept in reserve; false when there is none. */
  makeRoom?(): boolean;
}

export interface BlobReader {
  readRange(blobId: BlobId, start: number, end: number, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * The bytes of each range, in the order asked. Slivers that several ranges lie in are fetched once. `onWhole` is given the whole blob when all of
   * it had to be fetched because slivers are missing: whoever reads on in it should keep it.
   */
  readRanges(
    blobId: BlobId,
    ranges: readonly ByteRange[],
    signal: AbortSignal,
    onWhole?: (blob: WholeBlob) => void,
  ): Promise<readonly Uint8Array[]>;
  /** The whole blob, each of its rows with the hash that the id commits to; `unencodedBytes`, when the caller knows it, is checked before anything is fetched. */
  readWhole(blobId: BlobId, unencodedBytes: number | undefined, signal: AbortSignal): Promise<WholeBlob>;
}

/** A blob in memory that is used again for another one: whoever has it says when it is no longer needed. */
export interface WholeBlob {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  release(): void;
}

/** Kept for the next blobs: as many as are gathered whole at once. */
const otherRoomsMax = 2;

/** What was believed does not fit: all but these rows is gathered again, and looked at piece by piece. */
class Doubt {
  readonly present: readonly number[];

  constructor(present: readonly number[]) {
    this.present = present;
  }
}

export function openReader(ports: ReaderPorts): BlobReader {
  return new Reader(ports);
}

class Reader implements BlobReader {
  readonly #ports: ReaderPorts;
  readonly #limits: ReadLimits;
  readonly #reading: Reading;
  readonly #cache: MetadataCache;
  readonly #rows: RowCache;
  readonly #rangeRoom: Gate;
  readonly #rooms: Rooms;
  readonly #otherRooms: SharedArrayBuffer[] = [];
  #network: { readonly state: NetworkState; readonly atMs: number } | undefined;

  constructor(ports: ReaderPorts) {
    const { nodes, pool, clock, dice, health } = ports;
    const limits = { ...readLimits, ...ports.limits };
    this.#ports = ports;
    this.#limits = limits;
    const flow = new Flow(clock, limits.bytesInFlightMax, limits.patienceMs);
    const verifications = new Gate(limits.verificationsInParallel);
    this.#reading = { nodes, pool, clock, dice, health, limits, flow, verifications };
    this.#cache = ports.cache ?? openMetadataCache(limits.metadataCacheBytes);
    this.#rows = openRowCache(limits.rowCacheBytes);
    this.#rangeRoom = new Gate(limits.rangeBytesMax);
    this.#rooms = openRooms(limits.wholeBytesMax, () => ports.makeRoom?.() ?? false);
  }

  async readRange(blobId: BlobId, start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    const [bytes] = await this.readRanges(blobId, [{ start, end }], signal);
    if (bytes === undefined) throw new Error('one range has one answer');
    return bytes;
  }

  readRanges(
    blobId: BlobId,
    ranges: readonly ByteRange[],
    signal: AbortSignal,
    onWhole?: (blob: WholeBlob) => void,
  ): Promise<readonly Uint8Array[]> {
    return this.#atPlace(blobId, signal, async (place) => {
      const metadata = await this.#metadata(place, signal);
      const form = sliverForm(place.shards, metadata.unencodedBytes);
      checkRanges(ranges, metadata.unencodedBytes);
      const needed = rowsOf(ranges, sliverDataBytes(form, 'primary'));
      const resultBytes = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
      const cost = needed.size * sliverBodyBytes(form, 'primary') + resultBytes;
      const leave = await this.#rangeRoom.enter(cost, signal);
      try {
        const rows = new Map<number, Uint8Array>();
        for (const row of needed) {
          const kept = this.#rows.get(blobId, row);
          if (kept) rows.set(row, kept);
        }
        const missing = [...needed].filter((row) => !rows.has(row)).sort((a, b) => a - b);
        for (const [row, data] of await this.#fromAggregators({ place, metadata, rows: missing }, signal)) {
          rows.set(row, data);
          this.#rows.put(blobId, row, data);
        }
        const wanted = new Set(missing.filter((row) => !rows.has(row)));
        const blob = wanted.size === 0 ? undefined : await this.#gatherRows(place, metadata, wanted, rows, signal);
        if (blob) {
          const parts = ranges.map(({ start, end }) => new Uint8Array(blob.bytes.subarray(start, end)));
          if (onWhole) onWhole(blob);
          else blob.release();
          return parts;
        }
        return ranges.map((range) => joinRows(rows, sliverDataBytes(form, 'primary'), range));
      } finally {
        leave();
      }
    });
  }

  readWhole(blobId: BlobId, unencodedBytes: number | undefined, signal: AbortSignal): Promise<WholeBlob> {
    return this.#atPlace(blobId, signal, async (place) => {
      const metadata = await this.#metadata(place, signal);
      if (unencodedBytes !== undefined && unencodedBytes !== metadata.unencodedBytes) {
        const message = `Blob ${blobId} has ${metadata.unencodedBytes} bytes and not ${unencodedBytes}.`;
        throw new Fault('blob-inconsistent', 'never', message);
      }
      const room = await this.#rooms.take(roomBytes(place, metadata), signal);
      try {
        const rows = Array.from({ length: redStuff(place.shards).rows }, (_, row) => row);
        const asked = { place, metadata, rows, room: () => room.buffer };
        const present = [...((await this.#ports.aggregators?.fill(this.#reading, asked, signal)) ?? [])];
        const otherWay = () => Promise.resolve(room.buffer);
        const demand = { metadata, wanted: new Set<number>(), present, otherWay };
        if (present.length < rows.length)
          await this.#gather(place, demand, signal, (gathering, sufficient, inner) =>
            this.#rebuild(place, metadata, room.buffer, gathering, sufficient, inner),
          );
        return wholeBlob(room, metadata.unencodedBytes);
      } catch (error) {
        room.drop();
        throw error;
      }
    });
  }

  async #fromAggregators(
    wanted: Omit<RowsWanted, 'room'>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, Uint8Array>> {
    const { aggregators } = this.#ports;
    return aggregators ? rowsFrom(aggregators, this.#reading, wanted, signal) : new Map<number, Uint8Array>();
  }

  /** Puts the wanted rows into `rows`; where they cannot be had as they are, the whole blob is the answer. */
  async #gatherRows(
    place: Place,
    metadata: BlobMetadata,
    wanted: ReadonlySet<number>,
    rows: Map<number, Uint8Array>,
    signal: AbortSignal,
  ): Promise<WholeBlob | undefined> {
    let room: Room | undefined;
    const otherWay = async (
      missing: readonly number[],
    ): Promise<SharedArrayBuffer | ReadonlyMap<number, Uint8Array>> => {
      if (room) return room.buffer;
      const recovered = await this.#recovered(place, metadata, missing, signal);
      if (recovered) return recovered;
      room = await this.#rooms.take(roomBytes(place, metadata), signal);
      return room.buffer;
    };
    try {
      return await this.#gather(
        place,
        { metadata, wanted, present: [], otherWay },
        signal,
        async (gathering, sufficient, inner) => {
          if (sufficient !== 'wanted' && room) {
            const doubt = await this.#rebuild(place, metadata, room.buffer, gathering, sufficient, inner);
            if (doubt) return doubt;
            const whole = wholeBlob(room, metadata.unencodedBytes);
            room = undefined;
            return whole;
          }
          for (const row of wanted) {
            const data = gathering.found.primary.get(row);
            if (data === undefined) throw new Error(`row ${row} was not gathered`);
            // What lies in the room of a whole blob is soon another blob's.
            const own = room ? data.slice() : data;
            rows.set(row, own);
            this.#rows.put(place.blobId, row, own);
          }
          room?.release();
          return undefined;
        },
      );
    } catch (error) {
      room?.drop();
      throw error;
    }
  }

  /** The missing rows from symbols, all or none; none when that would cost more than the whole blob. */
  async #recovered(
    place: Place,
    metadata: BlobMetadata,
    missing: readonly number[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, Uint8Array> | undefined> {
    if (3 * missing.length >= redStuff(place.shards).rows || missing.length > this.#limits.rowsFromSymbolsMax)
      return undefined;
    const rows = new Map<number, Uint8Array>();
    for (const row of missing) {
      const data = await recoverRow(this.#reading, place, metadata, row, signal);
      if (data === undefined) return undefined;
      rows.set(row, data);
    }
    return rows;
  }

  /** Gathers until it suffices and hands on to `use`; once more when that has doubts. */
  async #gather<T>(
    place: Place,
    demand: Omit<Demand, 'otherRoom' | 'doubts'>,
    signal: AbortSignal,
    use: (gathering: Gathering, sufficient: Sufficient, signal: AbortSignal) => Promise<T | Doubt>,
  ): Promise<T> {
    const believed = await this.#gatherOnce(place, { ...demand, doubts: false }, signal, use);
    if (!(believed instanceof Doubt)) return believed;
    const { present } = believed;
    const doubted = await this.#gatherOnce(place, { ...demand, present, doubts: true }, signal, use);
    if (doubted instanceof Doubt) throw new Error('what was looked at piece by piece needs no more doubts');
    return doubted;
  }

  /** All within one deadline. */
  async #gatherOnce<T>(
    place: Place,
    demand: Omit<Demand, 'otherRoom'>,
    signal: AbortSignal,
    use: (gathering: Gathering, sufficient: Sufficient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock } = this.#reading;
    const { readMs, bytesPerSecondMin } = this.#limits;
    const scope = openScope(signal);
    let room: SharedArrayBuffer | undefined;
    const otherRoom = (): SharedArrayBuffer => (room ??= this.#otherRoom(roomBytes(place, demand.metadata)));
    const gathering = new Gathering(this.#reading, place, { ...demand, otherRoom }, scope.signal);
    const deadlineMs = readMs + (1000 * demand.metadata.unencodedBytes) / bytesPerSecondMin;
    try {
      const late = (): Fault => gathering.late();
      const used = await within(clock, deadlineMs, signal, late, async (inner) => {
        const sufficient = await gathering.run();
        // Whoever is still answering is no longer needed.
        scope.abort(new Fault('cancelled', 'never', 'The blob was read.'));
        return use(gathering, sufficient, inner);
      });
      if (room && this.#otherRooms.length < otherRoomsMax) this.#otherRooms.push(room);
      return used;
    } catch (error) {
      scope.abort(error);
      throw error;
    } finally {
      scope.close();
    }
  }

  /** Memory for primary slivers that are no rows: only what is written to is really taken, some third of a blob at most while it can be read at all. */
  #otherRoom(bytes: number): SharedArrayBuffer {
    const kept = this.#otherRooms.pop();
    return kept && kept.byteLength >= bytes ? kept : new SharedArrayBuffer(bytes);
  }

  /** Puts the rows in place that are missing, when all others are. The answer is doubt when they come out wrong, and slivers were believed. */
  async #rebuild(
    { shards, blobId }: Place,
    metadata: BlobMetadata,
    blob: SharedArrayBuffer,
    gathering: Gathering,
    sufficient: Sufficient,
    signal: AbortSignal,
  ): Promise<Doubt | undefined> {
    if (sufficient === 'wanted') throw new Error('rows that were wanted need no decoding');
    const { present, slivers } = gathering.take(sufficient);
    if (present.length === gathering.form.code.rows) return undefined;
    try {
      // Like the checks before it: somebody waits for the whole blob, and the next one has to wait as well.
      const options = { urgency: 'interactive', signal } as const;
      await this.#reading.pool.rebuildRows({ shards, metadata, blob, present, slivers }, options);
      return undefined;
    } catch (error) {
      const fault = faultOf(error);
      if (fault?.code !== 'blob-inconsistent') throw error;
      if (sufficient === 'primary' && gathering.believes) return new Doubt(present);
      // Every sliver was genuine, so it is the blob that was never encoded as its id says.
      const message = `Blob ${blobId} was encoded wrongly by whoever stored it.`;
      throw new Fault('blob-inconsistent', 'never', message, fault);
    }
  }

  async #metadata(place: Place, signal: AbortSignal): Promise<BlobMetadata> {
    const kept = this.#cache.get(place.blobId);
    // The same blob on another number of shards has another id, so what is kept fits.
    if (kept) return kept;
    const metadata = await fetchMetadata(this.#reading, place, signal);
    this.#cache.put(place.blobId, metadata);
    return metadata;
  }

  /** Reads where the blob should be; when it is not there, asks once more whether the network has changed. */
  async #atPlace<T>(blobId: BlobId, signal: AbortSignal, read: (place: Place) => Promise<T>): Promise<T> {
    const known = await this.#state(signal);
    try {
      return await read(placeOf(blobId, known));
    } catch (error) {
      if (faultOf(error)?.code !== 'blob-unavailable') throw error;
      this.#network = undefined;
      const now = await this.#state(signal);
      if (now.epoch === known.epoch && now.isChanging === known.isChanging) throw error;
      return await read(placeOf(blobId, now));
    }
  }

  async #state(signal: AbortSignal): Promise<NetworkState> {
    const now = this.#reading.clock.steady();
    if (this.#network && now - this.#network.atMs < this.#limits.networkMs) return this.#network.state;
    const state = await this.#ports.network(signal);
    this.#network = { state, atMs: now };
    return state;
  }
}

/** The rows of a whole blob, the last one padded. */
const roomBytes = ({ shards }: Place, { unencodedBytes }: BlobMetadata): number =>
  paddedBlobBytes(redStuff(shards), unencodedBytes);

function wholeBlob({ buffer, release }: Room, bytes: number): WholeBlob {
  return { bytes: new Uint8Array(buffer, 0, bytes), release };
}
