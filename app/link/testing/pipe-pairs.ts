/** The three transports, each as two joined pipes: what the conformance suite runs over. */
import { MessageChannel } from 'node:worker_threads';
import { WebSocket, WebSocketServer } from 'ws';
import { openPipePair } from '../memory-pipe.ts';
import type { Pipe } from '../pipe.ts';
import { portPipe } from '../port-pipe.ts';
import { socketPipe } from '../socket-pipe.ts';

export interface JoinedPipes {
  readonly window: Pipe;
  readonly engine: Pipe;
  close(): Promise<void>;
}

const memory = (): Promise<JoinedPipes> => {
  const [window, engine] = openPipePair();
  return Promise.resolve({ window, engine, close: () => Promise.resolve(window.close()) });
};

const port = (): Promise<JoinedPipes> => {
  const { port1, port2 } = new MessageChannel();
  const [window, engine] = [portPipe(port1), portPipe(port2)];
  return Promise.resolve({ window, engine, close: () => Promise.resolve(window.close()) });
};

const socket = async (): Promise<JoinedPipes> => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port');
  const accepted = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  const window = socketPipe(new WebSocket(`ws://127.0.0.1:${address.port}`));
  const engine = socketPipe(await accepted);
  return {
    window,
    engine,
    async close() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export const pipeKinds: readonly (readonly [string, () => Promise<JoinedPipes>])[] = [
  ['in memory', memory],
  ['a MessagePort', port],
  ['a loopback WebSocket', socket],
];
