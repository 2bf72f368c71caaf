/**
 * A small fixed set of disk threads. Threads start with the first job and do not keep the process alive while idle. A thread that dies fails
 * its jobs with 'worker-lost' and is replaced by the next job.
 */
import { Worker } from 'node:worker_threads';
import { Fault } from '../../domain/fault.ts';
import type { DiskAnswers, DiskJob, DiskReply } from './disk-jobs.ts';

/** Jobs handed to one thread at a time: one to do, one to begin without waiting for us. */
const jobsPerThread = 2;

/** Answers are moved away at once, so a thread needs little room for young objects; more would only be memory that waits to be cleaned. */
const youngMemoryMiB = 8;

interface Waiting {
  readonly job: DiskJob;
  readonly moved: readonly ArrayBuffer[];
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, Waiting>;
}

export interface DiskThreads {
  /** Jobs that can be under way without waiting. */
  readonly slots: number;
  run<K extends DiskJob['kind']>(
    job: DiskJob & { readonly kind: K },
    moved?: readonly ArrayBuffer[],
  ): Promise<DiskAnswers[K]>;
  close(): Promise<void>;
}

export function openDiskThreads(count: number): DiskThreads {
  const threads: Thread[] = [];
  const queue: Waiting[] = [];
  let nextId = 0;
  let isClosed = false;

  const settle = (thread: Thread, reply: DiskReply): void => {
    const waiting = thread.jobs.get(reply.id);
    if (waiting === undefined) throw new Error(`a disk thread answered job ${reply.id}, which it was not given`);
    thread.jobs.delete(reply.id);
    if (thread.jobs.size === 0) thread.worker.unref();
    if ('bug' in reply) waiting.reject(reply.bug);
    else waiting.resolve(reply.answer);
    pump();
  };

  const lose = (thread: Thread, cause: unknown): void => {
    const at = threads.indexOf(thread);
    if (at >= 0) threads.splice(at, 1);
    const jobs = [...thread.jobs.values()];
    thread.jobs.clear();
    for (const job of jobs)
      job.reject(new Fault('worker-lost', 'now', 'A disk thread ended in the middle of its work.', cause));
    if (!isClosed) pump();
  };

  const start = (): Thread => {
    const worker = new Worker(new URL('./disk-worker.ts', import.meta.url), {
      name: 'disk',
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngMemoryMiB },
    });
    const thread: Thread = { worker, jobs: new Map() };
    worker.unref();
    worker.on('message', (reply: DiskReply) => settle(thread, reply));
    worker.on('error', (error) => lose(thread, error));
    worker.on('exit', () => lose(thread, undefined));
    threads.push(thread);
    return thread;
  };

  const pump = (): void => {
    while (queue.length > 0) {
      let thread = threads.toSorted((a, b) => a.jobs.size - b.jobs.size)[0];
      if ((thread === undefined || thread.jobs.size > 0) && threads.length < count) thread = start();
      if (thread === undefined || thread.jobs.size >= jobsPerThread) return;
      const waiting = queue.shift();
      if (waiting === undefined) return;
      const id = nextId++;
      thread.jobs.set(id, waiting);
      thread.worker.ref();
      thread.worker.postMessage({ id, job: waiting.job }, [...waiting.moved]);
    }
  };

  return {
    slots: count * jobsPerThread,
    run<K extends DiskJob['kind']>(job: DiskJob & { readonly kind: K }, moved: readonly ArrayBuffer[] = []) {
      if (isClosed) return Promise.reject(new Error('the disk was used after close'));
      return new Promise<DiskAnswers[K]>((resolve, reject) => {
        // The kind of the answer follows from the kind of the job; disk-worker.ts keeps that promise.
        queue.push({ job, moved, resolve: (answer) => resolve(answer as DiskAnswers[K]), reject });
        pump();
      });
    },
    async close() {
      isClosed = true;
      for (const job of queue.splice(0)) job.reject(new Fault('cancelled', 'never', 'The disk was closed.'));
      await Promise.all(threads.map((thread) => thread.worker.terminate()));
    },
  };
}
