/**
 * The pool port on worker threads. Reads its settings from the environment (FLOE_WORKERS, FLOE_CODEC, FLOE_PACK_MIB) where the caller gives none, and
 * refuses settings that make no sense.
 */
import { availableParallelism } from 'node:os';
import { Fault } from '../../domain/fault.ts';
import { BufferShelf, ownBuffers, type BufferSource } from '../../domain/buffer-shelf.ts';
import { batchBufferBytes, buffersKeptMax } from '../../domain/limits.ts';
import type { Pool } from '../../ports/pool.ts';
import {
  blobEncoder,
  chooseCodec,
  codecWords as wordsFor,
  openWorkers,
  parseCodecName,
  type CodecName,
} from '../../../native-workers/pool/pool.ts';

export interface PoolOptions {
  /** Worker threads; as many as there are cores, up to eight, if not given. */
  readonly threads?: number;
  /** Bytes that running tasks may need together; 1 GiB if not given. */
  readonly budgetBytes?: number;
  readonly codec?: CodecName;
}

interface Discarding {
  discard(memory: SharedArrayBuffer): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** More threads than this wait for memory, not for cores: an encode is bound by its bandwidth. */
const usualThreadsMax = 8;
const threadsMax = 64;
/** Four of the largest chunks: a space's chunks must fit whatever is set later. */
const packMebibytesMin = 16;
/** More would never be used: the codec's own bound is the native one's 64 MiB. */
const packMebibytesMax = 64;
const usualBudgetBytes = 1024 * 1024 * 1024;

function threadsFrom(environment: Environment): number {
  const text = environment['FLOE_WORKERS'];
  if (text === undefined || text === '') return Math.min(usualThreadsMax, availableParallelism());
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1 || threads > threadsMax) {
    throw new Fault('bad-input', 'after-user', `FLOE_WORKERS must be a number from 1 to ${threadsMax}.`);
  }
  return threads;
}

/** The largest pack that is wanted, bytes: what an encode holds in memory is about five times a pack. */
function packBytesFrom(environment: Environment): number {
  const text = environment['FLOE_PACK_MIB'];
  if (text === undefined || text === '') return Infinity;
  const mebibytes = Number(text);
  if (!Number.isInteger(mebibytes) || mebibytes < packMebibytesMin || mebibytes > packMebibytesMax) {
    const range = `${packMebibytesMin} to ${packMebibytesMax}`;
    throw new Fault('bad-input', 'after-user', `FLOE_PACK_MIB must be a number from ${range}.`);
  }
  return mebibytes * 1024 * 1024;
}

function codecFrom(environment: Environment): CodecName | undefined {
  const text = environment['FLOE_CODEC'];
  return text === undefined || text === '' ? undefined : parseCodecName(text);
}

/** One line for people: which codec this machine uses, and why not a better one. */
export function codecWords(environment: Environment = process.env): string {
  return wordsFor(codecFrom(environment));
}

/**
 * Memory that all threads see. Moving a buffer makes each thread's collector count it anew and run for it, a third of the time of a large ingest;
 * shared memory is not counted at all, so its pages are given back by hand.
 */
function sharedBuffers(codec: Discarding): BufferSource {
  return {
    make: (bytes) => new SharedArrayBuffer(bytes),
    empty(buffer) {
      if (buffer instanceof SharedArrayBuffer) codec.discard(buffer);
    },
  };
}

export function openPool(options: PoolOptions = {}, environment: Environment = process.env): Pool {
  const forced = options.codec ?? codecFrom(environment);
  const codec = chooseCodec(forced);
  const workers = openWorkers({
    threads: options.threads ?? threadsFrom(environment),
    budgetBytes: options.budgetBytes ?? usualBudgetBytes,
    codec: forced,
  });
  return {
    codec: codec.rs2.engine,
    packBytesMax: Math.min(codec.packBytesMax, packBytesFrom(environment)),
    buffers: new BufferShelf(batchBufferBytes, buffersKeptMax, codec.parts ? sharedBuffers(codec.parts) : ownBuffers),
    encode: blobEncoder(workers, codec.parts),
    chunk: (task, run) => workers.run('chunk', task, run),
    seal: (task, run) => workers.run('seal', task, run),
    open: (task, run) => workers.run('open', task, run),
    rebuildRows: async (task, run) => void (await workers.run('rebuild-rows', task, run)),
    recoverSliver: (task, run) => workers.run('recover-sliver', task, run),
    verifyRows: (task, run) => workers.run('verify-rows', task, run),
    verifySliver: (shards, sliver, expected, run) => workers.run('verify-sliver', { shards, sliver, expected }, run),
    verifySignatures: (message, signed, run) => workers.run('verify-signatures', { message, signed }, run),
    aggregateSignatures: (signatures, run) => workers.run('aggregate-signatures', { signatures }, run),
    close: () => workers.close(),
  };
}
