/**
 * Ports, and utility processes as real children: messages, ports handed over, an end with a code, a kill. Node cannot hand a port to a child, so what is
 * said on a given port is carried over the child's own channel.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { app } from './app.ts';

/** Electron's kind of port around Node's: values arrive as events with `data`, once it was started. */
export class MessagePortMain extends EventEmitter {
  readonly port: MessagePort;
  constructor(port: MessagePort) {
    super();
    this.port = port;
    port.on('close', () => this.emit('close'));
  }
  postMessage(message: unknown): void {
    this.port.postMessage(message);
  }
  start(): void {
    this.port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }
  close(): void {
    this.port.close();
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new MessagePortMain(port1);
    this.port2 = new MessagePortMain(port2);
  }
}

/** What crosses between parent and child: a message with the numbers of its ports, something said on a port, a port's end. */
export type Carried =
  | { readonly kind: 'message'; readonly message: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'said'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'closed'; readonly port: number };

/** Carries what is said on ports over a channel, and back. */
export class PortCarrier {
  readonly #ports = new Map<number, MessagePort>();
  readonly #send: (carried: Carried) => void;
  constructor(send: (carried: Carried) => void) {
    this.#send = send;
  }
  add(id: number, port: MessagePort): void {
    this.#ports.set(id, port);
    port.on('message', (data: unknown) => this.#send({ kind: 'said', port: id, data }));
    port.on('close', () => {
      if (this.#ports.delete(id)) this.#send({ kind: 'closed', port: id });
    });
  }
  take(carried: Carried): void {
    if (carried.kind === 'said') this.#ports.get(carried.port)?.postMessage(carried.data);
    if (carried.kind === 'closed') {
      const port = this.#ports.get(carried.port);
      this.#ports.delete(carried.port);
      port?.close();
    }
  }
  closeAll(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }
}

class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  readonly #carrier: PortCarrier;
  #lastPort = 0;
  constructor(path: string) {
    super();
    const program = fileURLToPath(new URL('./utility-child.ts', import.meta.url));
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    this.#child = fork(program, [path], { serialization: 'advanced', execArgv: [], stdio: [...stdio] });
    this.#carrier = new PortCarrier((carried) => this.#tell(carried));
    this.#child.on('message', (carried: Carried) => {
      if (carried.kind === 'message') this.emit('message', carried.message);
      else this.#carrier.take(carried);
    });
    this.#child.on('exit', (code) => {
      this.#carrier.closeAll();
      this.emit('exit', code ?? 1);
    });
    app.atEnd.add(async () => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
      const exited = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill('SIGKILL');
      await exited;
    });
  }
  get pid(): number | undefined {
    return this.#child.pid;
  }
  #tell(carried: Carried): void {
    // A child that has just ended hears nothing more; its exit tells the app.
    if (this.#child.connected) this.#child.send(carried, () => undefined);
  }
  postMessage(message: unknown, given: readonly MessagePortMain[] = []): void {
    const ports = given.map(({ port }) => {
      const id = ++this.#lastPort;
      this.#carrier.add(id, port);
      return id;
    });
    this.#tell({ kind: 'message', message, ports });
  }
  kill(): boolean {
    return this.#child.kill('SIGKILL');
  }
}

export const utilityProcess = {
  /** Those that were started, the last one last. */
  started: [] as UtilityProcess[],
  fork(path: string): UtilityProcess {
    const made = new UtilityProcess(path);
    utilityProcess.started.push(made);
    return made;
  },
};
