/**
 * Asks one peer: typed calls, cancelled by their signal, and topics whose every value is newer than the last. When the link ends, whatever is open
 * ends with the fault 'link-lost'; beginning again is the business of whoever holds the connection.
 */
import {
  contractNumber,
  type CallIn,
  type CallName,
  type CallOut,
  type EngineTopics,
  type TopicName,
} from '../wire/contract.ts';
import type { WireFault } from '../wire/fault-form.ts';
import { frameText, parseFrame, type Frame } from './frame.ts';
import type { Pipe } from './pipe.ts';

/** What a peer answered instead of a value, or what became of the link. */
export class LinkFault extends Error {
  readonly fault: WireFault;

  constructor(fault: WireFault) {
    super(`${fault.code}: ${fault.detail}`);
    this.name = 'LinkFault';
    this.fault = fault;
  }
}

export interface Connection {
  /** Resolves when the peer has admitted us; rejects with 'link-refused', 'contract-changed' or 'link-lost'. */
  readonly ready: Promise<void>;
  call<K extends CallName>(name: K, input: CallIn<K>, signal?: AbortSignal): Promise<CallOut<K>>;
  /** The value now, then each newer one. Returns how to stop. */
  watch<K extends TopicName>(topic: K, listener: (value: EngineTopics[K], sequence: number) => void): () => void;
  /** Called once, with why. */
  onEnd(listener: (fault: WireFault) => void): void;
  close(): void;
}

export interface ConnectOptions {
  readonly key?: string | undefined;
  readonly contract?: number;
}

interface Asked {
  done(value: unknown): void;
  fail(error: unknown): void;
}

const lost: WireFault = { code: 'link-lost', retry: 'now', detail: 'The link to Floe ended.' };
const changed: WireFault = {
  code: 'contract-changed',
  retry: 'after-user',
  detail: 'This page and Floe are of different versions.',
};

export function connect(pipe: Pipe, { key, contract = contractNumber }: ConnectOptions = {}): Connection {
  const asked = new Map<number, Asked>();
  const watched = new Map<number, (value: unknown, sequence: number) => void>();
  let lastId = 0;
  let end: WireFault | undefined;
  let tellEnd: ((fault: WireFault) => void) | undefined;
  let settleReady: Asked | undefined;
  const ready = new Promise<void>((resolve, reject) => (settleReady = { done: () => resolve(), fail: reject }));
  // Whoever does not wait for it learns of the end through the calls.
  ready.catch(() => undefined);

  const finish = (fault: WireFault): void => {
    if (end) return;
    end = fault;
    pipe.close();
    settleReady?.fail(new LinkFault(fault));
    for (const each of asked.values()) each.fail(new LinkFault(fault));
    asked.clear();
    watched.clear();
    tellEnd?.(fault);
  };
  const send = (frame: Frame): void => pipe.send(frameText(frame));

  function take(frame: Frame | undefined): void {
    if (end) return;
    switch (frame?.kind) {
      case 'hello':
        return frame.contract === contract ? settleReady?.done(undefined) : finish(changed);
      case 'done':
        asked.get(frame.id)?.done(frame.value);
        return void asked.delete(frame.id);
      case 'fail':
        if (frame.id === 0) return finish(frame.fault);
        asked.get(frame.id)?.fail(new LinkFault(frame.fault));
        return void asked.delete(frame.id);
      case 'news':
        return watched.get(frame.id)?.(frame.value, frame.sequence);
      default:
        return finish({ code: 'link-refused', retry: 'after-user', detail: 'What came is no frame.' });
    }
  }
  pipe.onClose(() => finish(lost));
  pipe.onText((text) => take(parseFrame(text)));
  send({ kind: 'hello', contract, key });

  return {
    ready,
    async call<K extends CallName>(name: K, input: CallIn<K>, signal?: AbortSignal): Promise<CallOut<K>> {
      signal?.throwIfAborted();
      await ready;
      if (end) throw new LinkFault(end);
      const id = ++lastId;
      const stop = (): void => {
        const waiting = asked.get(id);
        if (!waiting) return;
        asked.delete(id);
        send({ kind: 'stop', id });
        waiting.fail(signal?.reason);
      };
      try {
        return await new Promise<CallOut<K>>((resolve, reject) => {
          asked.set(id, { done: (value) => resolve(value as CallOut<K>), fail: reject });
          signal?.addEventListener('abort', stop, { once: true });
          if (signal?.aborted) return stop();
          send({ kind: 'call', id, name, input });
        });
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
    watch(topic, listener) {
      const id = ++lastId;
      const ask = (after: number): void => {
        if (watched.has(id)) send({ kind: 'watch', id, topic, after });
      };
      watched.set(id, (value, sequence) => {
        listener(value as EngineTopics[typeof topic], sequence);
        ask(sequence);
      });
      ready.then(
        () => ask(0),
        () => undefined,
      );
      return () => {
        if (watched.delete(id) && !end) send({ kind: 'stop', id });
      };
    },
    onEnd(listener) {
      tellEnd = listener;
      if (end) listener(end);
    },
    close: () => finish(lost),
  };
}
