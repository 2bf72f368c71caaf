/**
 * CPU work on worker threads, one typed `run`. Buffers are moved both ways and never cloned: what is handed in is out of the caller's
 * reach at once. In front of the workers stands a line with two urgencies and a byte budget. A cancelled task is answered at once and its worker is
 * freed at its next poll. A task whose worker was lost runs once more if its input survived; otherwise it is a fault 'worker-lost'.
 */
import { Piscina } from 'piscina';
import { Fault } from '../../app/domain/fault.ts';
import type { Task } from '../tasks/task.ts';
import { tasks, type InputOf, type OutputOf, type TaskName } from '../tasks/tasks.ts';
import type { CodecName } from './codec-choice.ts';
import { errorFromReply, isRescue, type Reply, type TaskMessage, type WorkerSettings } from './message.ts';
import { WaitingLine, type Urgency } from './waiting-line.ts';

export { blobEncoder, type EncodeBlob } from './blob-encoder.ts';
export { chooseCodec, codecWords, parseCodecName, type CodecName } from './codec-choice.ts';

export interface WorkersOptions {
  readonly threads: number;
  /** Peak bytes of the tasks that run at the same time. A task that needs more than all of it runs alone. */
  readonly budgetBytes: number;
  readonly codec: CodecName | undefined;
  /** Most JavaScript heap of one worker, MiB. Large bytes lie outside of it. */
  readonly heapMebibytesMax?: number;
  /** The file with `runTask`; another one only to test what happens when workers are lost. */
  readonly workerUrl?: string;
}

export interface RunOptions {
  readonly urgency: Urgency;
  readonly signal: AbortSignal;
}

export interface Workers {
  /** How many tasks run at once. */
  readonly threads: number;
  /** Workers that have nothing to do, and nothing waiting for them. */
  readonly idleThreads: number;
  run<Name extends TaskName>(name: Name, input: InputOf<Name>, options: RunOptions): Promise<OutputOf<Name>>;
  close(): Promise<void>;
}

/** More waiting tasks than any stage may have at once: past this a caller is not waiting for its answers, which is a bug. */
const waitingMax = 10_000;
/** An idle worker gives its memory back after this. */
const idleMs = 30_000;
const attemptsMax = 2;
/** Tasks make few short-lived objects; the default would keep up to 96 MiB of them in each thread. */
const youngMebibytesMax = 12;
/** Tasks work on bytes outside the heap; the largest thing on it is a pack's list of chunks. */
const usualHeapMebibytesMax = 512;

interface Job {
  readonly number: number;
  readonly name: TaskName;
  readonly task: Task<unknown, unknown>;
  input: unknown;
  readonly bytes: number;
  readonly cancelled: Int32Array;
  attempts: number;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

function cancelledFault(cause?: unknown): Fault {
  return new Fault('cancelled', 'now', 'The work was cancelled.', cause);
}

class WorkerPool implements Workers {
  readonly #options: WorkersOptions;
  readonly #line = new WaitingLine<Job>();
  readonly #running = new Map<number, Job>();
  readonly #rescued = new Map<number, unknown>();
  #lastNumber = 0;
  /** Why the last workers were given up: the reason that their tasks are told. */
  #startTrouble: unknown;
  #isClosed = false;
  #piscina: Piscina<TaskMessage, Reply>;
  readonly threads: number;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.threads = options.threads;
    this.#piscina = this.#startThreads();
  }

  get idleThreads(): number {
    return Math.max(0, this.threads - this.#running.size - this.#line.length);
  }

  #startThreads(): Piscina<TaskMessage, Reply> {
    const settings: WorkerSettings = { codec: this.#options.codec };
    const threads = new Piscina<TaskMessage, Reply>({
      filename: this.#options.workerUrl ?? new URL('./worker.ts', import.meta.url).href,
      name: 'runTask',
      minThreads: 0,
      maxThreads: this.threads,
      idleTimeout: idleMs,
      recordTiming: false,
      resourceLimits: {
        maxOldGenerationSizeMb: this.#options.heapMebibytesMax ?? usualHeapMebibytesMax,
        maxYoungGenerationSizeMb: youngMebibytesMax,
      },
      workerData: settings,
    });
    threads.on('message', (message: unknown) => {
      if (isRescue(message)) this.#rescued.set(message.rescued, message.input);
    });
    // A worker that failed while it started or slept. Tasks that wait for a thread inside Piscina would wait for ever: give them all up.
    threads.on('error', (error: unknown) => {
      if (this.#piscina !== threads || this.#isClosed) return;
      this.#startTrouble = error;
      this.#piscina = this.#startThreads();
      void threads.destroy();
    });
    return threads;
  }

  run<Name extends TaskName>(name: Name, input: InputOf<Name>, options: RunOptions): Promise<OutputOf<Name>> {
    // What `submit` throws (a bad input, a buffer that is gone already) rejects the promise.
    return new Promise<unknown>((resolve, reject) => {
      this.#submit(name, input, options, resolve, reject);
    }) as Promise<OutputOf<Name>>;
  }

  #submit(
    name: TaskName,
    input: unknown,
    { urgency, signal }: RunOptions,
    resolve: (output: unknown) => void,
    reject: (error: Error) => void,
  ): void {
    const task: Task<unknown, unknown> = tasks[name];
    if (this.#isClosed || signal.aborted) return reject(cancelledFault(signal.reason));
    if (this.#line.length >= waitingMax) return reject(new Error('too many tasks wait for the workers'));
    let leave = (): void => undefined;
    const abort = (): void => {
      leave();
      Atomics.store(job.cancelled, 0, 1);
      job.reject(cancelledFault(signal.reason));
    };
    const settle = <Value>(end: (value: Value) => void): ((value: Value) => void) => {
      return (value) => {
        signal.removeEventListener('abort', abort);
        end(value);
      };
    };
    // What cannot be counted is refused by the task itself; until then it counts as everything.
    const estimate = task.peakBytes(input);
    const bytes = estimate >= 0 ? estimate : this.#options.budgetBytes;
    const job: Job = {
      number: ++this.#lastNumber,
      name,
      task,
      bytes,
      input: task.claim(input),
      cancelled: new Int32Array(new SharedArrayBuffer(4)),
      attempts: 0,
      resolve: settle(resolve),
      reject: settle(reject),
    };
    signal.addEventListener('abort', abort, { once: true });
    leave = this.#line.join(job, urgency);
    this.#startWhatFits();
  }

  #fits({ bytes }: Job): boolean {
    if (this.#running.size >= this.threads) return false;
    if (this.#running.size === 0) return true;
    let runningBytes = bytes;
    for (const job of this.#running.values()) runningBytes += job.bytes;
    return runningBytes <= this.#options.budgetBytes;
  }

  #startWhatFits(): void {
    for (;;) {
      const job = this.#line.next((waiting) => this.#fits(waiting));
      if (job === undefined) return;
      this.#running.set(job.number, job);
      void this.#attend(job);
    }
  }

  /** Sees a job through: its attempts, its answer, and the room that it leaves. Never rejects. */
  async #attend(job: Job): Promise<void> {
    try {
      const reply = await this.#attempt(job);
      if (reply.kind === 'done') job.resolve(reply.output);
      else job.reject(errorFromReply(reply));
    } catch (error) {
      job.reject(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#rescued.delete(job.number);
      this.#running.delete(job.number);
      this.#startWhatFits();
    }
  }

  async #attempt(job: Job): Promise<Reply> {
    const { number, name, task, input, cancelled } = job;
    const buffers = task.inputBuffers(input);
    job.attempts++;
    try {
      const message: TaskMessage = { number, name, input: input as InputOf<TaskName>, cancelled };
      const reply = await this.#piscina.run(message, { transferList: [...buffers] });
      this.#startTrouble = undefined;
      return reply;
    } catch (error) {
      if (error instanceof DOMException) throw error;
      if (this.#isClosed || Atomics.load(cancelled, 0) !== 0) throw cancelledFault(error);
      const isStillHere = buffers.every((buffer) => !buffer.detached);
      const survived = this.#rescued.get(number) ?? (isStillHere ? input : undefined);
      if (survived === undefined || job.attempts >= attemptsMax) {
        const cause = this.#startTrouble ?? error;
        throw new Fault('worker-lost', 'now', `The worker was lost while it did the task '${name}'.`, cause);
      }
      this.#rescued.delete(number);
      job.input = survived;
      return this.#attempt(job);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of [...this.#line.drain(), ...this.#running.values()]) {
      Atomics.store(job.cancelled, 0, 1);
      job.reject(cancelledFault());
    }
    await this.#piscina.destroy();
  }
}

export function openWorkers(options: WorkersOptions): Workers {
  return new WorkerPool(options);
}
