/**
 * Aggregators: servers that give bytes of blobs over plain HTTP (walrus-protocol section 10.4), run by anybody. Nothing that they say is trusted here:
 * callers verify. Every failure is a fault 'aggregator-failed': no answer, one that is not what was asked for, too few bytes or too many, or too slow ones.
 */
import type { AggregatorUrl } from '../domain/aggregator-url.ts';
import type { BlobId } from '../domain/blob-id.ts';

export interface AggregatorRead {
  readonly blob: BlobId;
  /** First byte of the blob that is wanted. */
  readonly start: number;
  /** Where the bytes go, all of it. Nothing is written there after the call settles, or once its signal is aborted. */
  readonly room: Uint8Array;
  /** Told as they come, in their order, how many more are there. */
  came(bytes: number): void;
}

export interface Aggregators {
  readInto(url: AggregatorUrl, read: AggregatorRead, signal: AbortSignal): Promise<void>;
  /** Round trip of a status request in ms. */
  ping(url: AggregatorUrl, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}
