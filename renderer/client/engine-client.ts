/**
 * The window's end of the link: keeps a connection, begins again with growing pauses when it ends, and watches every topic. Components read the
 * view and subscribe; calls fail with the peer's own fault.
 */
import { LinkFault, connect, type Connection } from '../../app/link/connect.ts';
import type { Pipe } from '../../app/link/pipe.ts';
import { topicNames, type CallIn, type CallName, type CallOut } from '../../app/wire/contract.ts';
import { bugFault, type WireFault } from '../../app/wire/fault-form.ts';
import { nextView, nothingYet, type EngineView, type LinkEvent } from '../state/connection.ts';

export interface EngineClient {
  readonly view: () => EngineView;
  readonly subscribe: (listener: () => void) => () => void;
  readonly call: <K extends CallName>(name: K, input: CallIn<K>, signal?: AbortSignal) => Promise<CallOut<K>>;
  /** Tries at once instead of at the end of the pause. */
  readonly tryNow: () => void;
  readonly close: () => void;
}

export interface ClientOptions {
  readonly openPipe: () => Promise<Pipe>;
  readonly key: string | undefined;
}

const gone: WireFault = { code: 'link-lost', retry: 'now', detail: 'Floe cannot be reached.' };

export function openEngineClient({ openPipe, key }: ClientOptions): EngineClient {
  let view = nothingYet;
  let connection: Connection | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  const listeners = new Set<() => void>();
  const tell = (event: LinkEvent): void => {
    view = nextView(view, event);
    listeners.forEach((listener) => listener());
  };

  function ended(fault: WireFault): void {
    connection = undefined;
    if (isClosed) return;
    tell({ kind: 'ended', fault, nowMs: Date.now() });
    if (view.link.kind === 'gone') timer = setTimeout(begin, view.link.retryAtMs - Date.now());
  }

  function begin(): void {
    clearTimeout(timer);
    openPipe().then(
      (pipe) => {
        const opened = connect(pipe, { key });
        connection = opened;
        opened.onEnd(ended);
        for (const topic of topicNames)
          opened.watch(topic, (value) => tell({ kind: 'news', topic, value, nowMs: Date.now() }));
        opened.ready.then(
          () => tell({ kind: 'admitted' }),
          () => undefined,
        );
      },
      () => ended(gone),
    );
  }
  begin();

  return {
    view: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async call(name, input, signal) {
      if (!connection) throw new LinkFault(gone);
      return connection.call(name, input, signal);
    },
    tryNow() {
      if (view.link.kind === 'gone' && !connection) begin();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      connection?.close();
    },
  };
}

/** The fault behind whatever a call threw; a defect of the window itself has no fault and says so. */
export const faultBehind = (error: unknown): WireFault =>
  error instanceof LinkFault
    ? error.fault
    : error instanceof DOMException && error.name === 'AbortError'
      ? { code: 'cancelled', retry: 'now', detail: '' }
      : bugFault;
