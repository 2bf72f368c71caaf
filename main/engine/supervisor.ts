/**
 * Keeps one engine process running: started, started again later each time when it ends by itself, asked to stop and then made to. Windows and the shell
 * itself get ports to it; when it ends, their links end, and asking again gives a port to the next one.
 */
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import type { EngineProcess } from '../../app/wire/shell.ts';
import type { FromEngine, ToEngine } from './host-message.ts';

export interface SupervisorOptions {
  readonly path: string;
  readonly nowMs: () => number;
  /** The first wait after an end; it doubles up to a minute. */
  readonly restartMs?: number;
}

export interface Supervisor {
  readonly state: EngineProcess;
  /** Told of every change from now on. */
  onState(listener: (state: EngineProcess) => void): void;
  /** One end of a new channel, the other is served by the engine; it may be starting yet. Undefined while it is gone. */
  connect(): MessagePortMain | undefined;
  send(message: ToEngine): void;
  preview(path: string): Promise<{ readonly type: string; readonly bytes: Uint8Array } | undefined>;
  stop(): Promise<void>;
}

const restartFirstMs = 1_000;
const restartLongestMs = 60_000;
/** After running so long an end is a new trouble, not the old one. */
const healthyMs = 60_000;
/** A stop waits for the step that is running; then the process is ended, which costs nothing that is durable. */
const stopMsMax = 10_000;
/** A preview is in the engine's memory already. */
const previewMsMax = 10_000;

export function superviseEngine(options: SupervisorOptions): Supervisor {
  const firstMs = options.restartMs ?? restartFirstMs;
  const previews = new Map<number, (answer: FromEngine & { kind: 'preview' }) => void>();
  const listeners: ((state: EngineProcess) => void)[] = [];
  let state: EngineProcess = { kind: 'starting' };
  let child: UtilityProcess | undefined;
  let restartMs = firstMs;
  let timer: NodeJS.Timeout | undefined;
  let lastId = 0;
  let stopped: Promise<void> | undefined;

  const become = (next: EngineProcess): void => {
    state = next;
    for (const listener of listeners) listener(next);
  };

  function start(): void {
    const startedMs = options.nowMs();
    const mine = utilityProcess.fork(options.path, [], { serviceName: 'Floe engine', stdio: 'inherit' });
    child = mine;
    become({ kind: 'starting' });
    mine.on('message', (message: FromEngine) => {
      if (message.kind === 'running') become({ kind: 'running' });
      else previews.get(message.id)?.(message);
    });
    mine.once('exit', () => {
      if (child === mine) child = undefined;
      if (stopped) return;
      const sinceMs = options.nowMs();
      if (sinceMs - startedMs > healthyMs) restartMs = firstMs;
      become({ kind: 'gone', sinceMs, retryAtMs: sinceMs + restartMs });
      timer = setTimeout(start, restartMs);
      restartMs = Math.min(restartLongestMs, 2 * restartMs);
    });
  }

  async function end(): Promise<void> {
    clearTimeout(timer);
    const last = child;
    if (!last) return;
    const exited = new Promise<void>((resolve) => last.once('exit', () => resolve()));
    last.postMessage({ kind: 'stop' } satisfies ToEngine);
    const kill = setTimeout(() => last.kill(), stopMsMax);
    await exited;
    clearTimeout(kill);
  }

  start();
  return {
    get state() {
      return state;
    },
    onState: (listener) => void listeners.push(listener),
    connect() {
      if (!child) return undefined;
      const { port1, port2 } = new MessageChannelMain();
      child.postMessage({ kind: 'link' } satisfies ToEngine, [port2]);
      return port1;
    },
    send: (message) => child?.postMessage(message),
    async preview(path) {
      if (!child) return undefined;
      const id = ++lastId;
      let late: NodeJS.Timeout | undefined;
      const answer = await new Promise<(FromEngine & { kind: 'preview' }) | undefined>((resolve) => {
        previews.set(id, resolve);
        late = setTimeout(() => resolve(undefined), previewMsMax);
        child?.postMessage({ kind: 'preview', id, path } satisfies ToEngine);
      });
      clearTimeout(late);
      previews.delete(id);
      return answer?.type !== undefined && answer.bytes ? { type: answer.type, bytes: answer.bytes } : undefined;
    },
    stop: () => (stopped ??= end()),
  };
}
