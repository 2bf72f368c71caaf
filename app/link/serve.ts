/**
 * Answers one peer: its calls through the handlers, its watches from the topics. Nothing is answered before a `hello` that is admitted and has
 * the same contract number; a frame that is none ends the link. Bounded: calls and watches at once, and the size of a frame.
 */
import { unreachable } from '../domain/fault.ts';
import { checks, isCallName } from '../wire/checks.ts';
import {
  contractNumber,
  topicNames,
  type CallName,
  type Handlers,
  type TopicName,
  type Topics,
} from '../wire/contract.ts';
import { bugFault, wireFault, type WireFault } from '../wire/fault-form.ts';
import { frameCharactersMax, frameText, parseFrame, type Frame } from './frame.ts';
import type { Pipe } from './pipe.ts';

export const serveLimits = {
  /** A window asks for a handful of things at a time. */
  callsMax: 64,
  /** Each topic once, and some that are just being given up. */
  watchesMax: 32,
} as const;

export interface ServeOptions {
  readonly handlers: Handlers;
  readonly topics: Topics;
  /** Whether the key of a `hello` opens this link; absent where whoever holds the pipe may use it. */
  readonly admits?: (key: string | undefined) => boolean;
  /** Told of defects in handlers; the peer learns only that there was one. */
  readonly onBug: (error: unknown) => void;
  readonly contract?: number;
}

export interface Serving {
  close(): void;
}

interface Watch {
  readonly topic: TopicName;
  /** The peer has this one; it waits for a newer. */
  after: number;
  isWaiting: boolean;
}

export function serve(pipe: Pipe, options: ServeOptions): Serving {
  const session = new Session(pipe, options);
  return { close: () => session.close() };
}

class Session {
  readonly #pipe: Pipe;
  readonly #options: ServeOptions;
  readonly #calls = new Map<number, InstanceType<typeof AbortController>>();
  readonly #watches = new Map<number, Watch>();
  /** How often each topic has changed since this link first watched it; the first value is number 1. */
  readonly #sequences = new Map<TopicName, number>();
  readonly #unsubscribes: (() => void)[] = [];
  #isAdmitted = false;

  constructor(pipe: Pipe, options: ServeOptions) {
    this.#pipe = pipe;
    this.#options = options;
    pipe.onClose(() => this.#ended());
    pipe.onText((text) => this.#take(parseFrame(text)));
  }

  close(): void {
    this.#pipe.close();
  }

  #send(frame: Frame): void {
    this.#pipe.send(frameText(frame));
  }

  /** Says why and ends the link. */
  #refuse(fault: WireFault): void {
    this.#send({ kind: 'fail', id: 0, fault });
    this.#pipe.close();
  }

  #ended(): void {
    for (const call of this.#calls.values()) call.abort();
    this.#calls.clear();
    this.#watches.clear();
    for (const unsubscribe of this.#unsubscribes.splice(0)) unsubscribe();
  }

  #take(frame: Frame | undefined): void {
    if (frame === undefined) return this.#refuse(refusal('what came is no frame'));
    if (!this.#isAdmitted) return this.#greet(frame);
    switch (frame.kind) {
      case 'call':
        return this.#call(frame);
      case 'watch':
        return this.#watch(frame);
      case 'stop':
        return this.#stop(frame.id);
      case 'hello':
      case 'done':
      case 'fail':
      case 'news':
        return this.#refuse(refusal(`'${frame.kind}' is not for this side, or not now`));
      default:
        return unreachable(frame);
    }
  }

  #greet(frame: Frame): void {
    if (frame.kind !== 'hello') return this.#refuse(refusal('the first frame must be hello'));
    if (this.#options.admits && !this.#options.admits(frame.key))
      return this.#refuse(refusal('the key is missing or wrong'));
    const contract = this.#options.contract ?? contractNumber;
    this.#send({ kind: 'hello', contract });
    if (frame.contract === contract) this.#isAdmitted = true;
    else this.#pipe.close();
  }

  #call({ id, name, input }: Frame & { kind: 'call' }): void {
    if (this.#calls.has(id) || this.#watches.has(id)) return this.#refuse(refusal('an id is used twice'));
    if (!isCallName(name)) return this.#send({ kind: 'fail', id, fault: refusal('there is no such call') });
    if (this.#calls.size >= serveLimits.callsMax)
      return this.#send({ kind: 'fail', id, fault: { ...refusal('too many calls at once'), retry: 'later' } });
    const stopper = new AbortController();
    this.#calls.set(id, stopper);
    const answer = async (): Promise<void> => {
      const text = await this.#answer(id, name, input, stopper.signal);
      // A call that was taken back, or whose peer is gone, has nobody to answer to.
      if (this.#calls.get(id) === stopper) {
        this.#calls.delete(id);
        this.#pipe.send(text);
      }
    };
    answer().catch(this.#options.onBug);
  }

  async #answer(id: number, name: CallName, input: unknown, signal: AbortSignal): Promise<string> {
    try {
      const value = await run(this.#options.handlers, name, input, signal);
      const text = frameText({ kind: 'done', id, value });
      if (text.length > frameCharactersMax) throw new Error(`the answer of '${name}' is larger than a frame`);
      return text;
    } catch (error) {
      const fault = wireFault(error);
      if (fault === bugFault) this.#options.onBug(error);
      return frameText({ kind: 'fail', id, fault });
    }
  }

  #watch({ id, topic, after }: Frame & { kind: 'watch' }): void {
    const name = topicNames.find((each) => each === topic);
    if (name === undefined) return this.#send({ kind: 'fail', id, fault: refusal('there is no such topic') });
    const known = this.#watches.get(id);
    if (this.#calls.has(id) || (known && known.topic !== name)) return this.#refuse(refusal('an id is used twice'));
    if (!known && this.#watches.size >= serveLimits.watchesMax)
      return this.#send({ kind: 'fail', id, fault: refusal('too many watches at once') });
    this.#listen(name);
    const watch = known ?? { topic: name, after, isWaiting: true };
    watch.after = after;
    watch.isWaiting = true;
    this.#watches.set(id, watch);
    this.#tell(id, watch);
  }

  /** Begins to count a topic's changes. */
  #listen(topic: TopicName): void {
    if (this.#sequences.has(topic)) return;
    this.#sequences.set(topic, 1);
    const unsubscribe = this.#options.topics[topic].subscribe(() => {
      this.#sequences.set(topic, (this.#sequences.get(topic) ?? 0) + 1);
      for (const [id, watch] of this.#watches) if (watch.topic === topic) this.#tell(id, watch);
    });
    this.#unsubscribes.push(unsubscribe);
  }

  #tell(id: number, watch: Watch): void {
    const sequence = this.#sequences.get(watch.topic) ?? 0;
    if (!watch.isWaiting || sequence <= watch.after) return;
    watch.isWaiting = false;
    this.#send({ kind: 'news', id, sequence, value: this.#options.topics[watch.topic].value() });
  }

  #stop(id: number): void {
    this.#calls.get(id)?.abort();
    this.#calls.delete(id);
    this.#watches.delete(id);
  }
}

const refusal = (detail: string): WireFault => ({ code: 'link-refused', retry: 'never', detail });

/** The one place where a name chooses its handler: checked input in, the handler's value out. */
function run<K extends CallName>(handlers: Handlers, name: K, input: unknown, signal: AbortSignal): Promise<unknown> {
  const check = checks[name] as (value: unknown) => Parameters<Handlers[K]>[0];
  const handler: (input: Parameters<Handlers[K]>[0], signal: AbortSignal) => Promise<unknown> = handlers[name];
  return handler(check(input), signal);
}
