/**
 * A blob's metadata from whichever node has it, proven against the blob id, so that a single honest node suffices. Nodes that dally are
 * overtaken by others; nodes that lie are remembered.
 */
import type { CommitteeMember } from '../../domain/committee.ts';
import { openScope, within } from '../../domain/deadline.ts';
import type { BlobMetadata } from '../../domain/encoding.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { slept } from '../../domain/flow.ts';
import { metadataBodyBytes, parseMetadata } from '../../domain/metadata-form.ts';
import { backoffMs } from '../../domain/node-health.ts';
import { Bell, rankOf, type Place, type Reading } from './reading.ts';

/** Proven metadata by blob id. Must not grow without bounds. */
export interface MetadataCache {
  get(blobId: string): BlobMetadata | undefined;
  put(blobId: string, metadata: BlobMetadata): void;
}

/** Keeps the most recently used. */
export function openMetadataCache(bytesMax: number): MetadataCache {
  const kept = new Map<string, BlobMetadata>();
  let bytes = 0;
  return {
    get(blobId) {
      const found = kept.get(blobId);
      if (found === undefined) return undefined;
      kept.delete(blobId);
      kept.set(blobId, found);
      return found;
    },
    put(blobId, metadata) {
      bytes += metadata.hashes.length - (kept.get(blobId)?.hashes.length ?? 0);
      kept.delete(blobId);
      kept.set(blobId, metadata);
      for (const [oldest, { hashes }] of kept) {
        if (bytes <= bytesMax) return;
        kept.delete(oldest);
        bytes -= hashes.length;
      }
    },
  };
}

/** A search through the members; `found` ends it. */
export async function fetchMetadata(reading: Reading, place: Place, signal: AbortSignal): Promise<BlobMetadata> {
  const { clock, dice, limits } = reading;
  for (let round = 0; ; round++) {
    const search = new MetadataSearch(reading, place);
    const found = await search.run(signal);
    if (found) return found;
    if (round + 1 >= limits.roundsMax || !search.mayPass) throw search.unavailable();
    await clock.sleep(backoffMs(round, limits.backoffFirstMs, limits.backoffLongestMs, dice), signal);
  }
}

class MetadataSearch {
  readonly #reading: Reading;
  readonly #place: Place;
  readonly #bell = new Bell();
  #brisk = 0;
  #active = 0;
  #absent = 0;
  #found: BlobMetadata | undefined;
  #trouble: unknown;
  #bug: Error | undefined;
  mayPass = false;

  constructor(reading: Reading, place: Place) {
    this.#reading = reading;
    this.#place = place;
  }

  async run(parent: AbortSignal): Promise<BlobMetadata | undefined> {
    const { health, dice, limits } = this.#reading;
    const queue = this.#place.members
      .map((member) => ({ member, rank: rankOf(health, member, dice.fraction()) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ member }) => member);
    const scope = openScope(parent);
    try {
      for (;;) {
        parent.throwIfAborted();
        if (this.#bug !== undefined) throw this.#bug;
        if (this.#found) return this.#found;
        // One at a time while it is brisk; those that dally go on beside the next ones.
        while (this.#brisk < 1 && this.#active < limits.metadataInParallel + this.#place.members.length / 3) {
          const member = queue.shift();
          if (member === undefined) break;
          void this.#ask(member, scope.signal);
        }
        if (this.#active === 0) return undefined;
        await this.#bell.heard();
      }
    } finally {
      scope.abort('done');
      scope.close();
    }
  }

  async #ask(member: CommitteeMember, signal: AbortSignal): Promise<void> {
    const { clock, health, limits } = this.#reading;
    this.#active++;
    this.#brisk++;
    let isBrisk = true;
    const dally = (): void => {
      if (isBrisk) this.#brisk--;
      isBrisk = false;
      this.#bell.ring();
    };
    const scope = openScope(signal);
    void slept(clock, limits.patienceMs, scope.signal).then((isLate) => {
      if (isLate) health.dallied(member.nodeId, limits.patienceMs);
      dally();
    });
    try {
      this.#found ??= await this.#parsed(member, signal);
    } catch (error) {
      if (!signal.aborted) this.#note(error);
    } finally {
      this.#active--;
      scope.abort('done');
      scope.close();
      dally();
    }
  }

  async #parsed(member: CommitteeMember, signal: AbortSignal): Promise<BlobMetadata | undefined> {
    const { clock, health, limits, nodes } = this.#reading;
    const { blobId, shards } = this.#place;
    const start = clock.steady();
    try {
      const late = (): Fault => new Fault('node-failed', 'now', 'The storage node does not answer.');
      const body = await within(clock, limits.requestMs, signal, late, (inner) =>
        nodes.node(member).metadata(blobId, metadataBodyBytes(shards), inner),
      );
      health.succeeded(member.nodeId, clock.steady() - start);
      if (body === undefined) this.#absent++;
      return body && parseMetadata(body, blobId, shards);
    } catch (error) {
      const fault = faultOf(error);
      if (fault?.code === 'codec-refused') health.lied(member.nodeId);
      if (fault?.code === 'node-failed' && fault.retry === 'now' && !signal.aborted) health.failed(member.nodeId);
      throw error;
    }
  }

  #note(error: unknown): void {
    const fault = faultOf(error);
    if (fault === undefined) this.#bug = error instanceof Error ? error : new Error(String(error));
    this.#trouble = error;
    this.mayPass ||= fault?.retry === 'now';
  }

  unavailable(): Fault {
    const { blobId, members } = this.#place;
    const message = `None of ${members.length} storage nodes gave the metadata of blob ${blobId}; ${this.#absent} do not have it.`;
    return new Fault('blob-unavailable', 'later', message, this.#trouble);
  }
}
