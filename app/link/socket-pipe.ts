/** A pipe over a WebSocket that is open or opening: of a browser, or of the daemon's server. What is sent before it is open waits. */
import type { Pipe } from './pipe.ts';

/** What the sockets of browsers and of the server's library share. */
export interface SocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
}

const opening = 0;
const open = 1;

export function socketPipe(socket: SocketLike): Pipe {
  let isClosed = socket.readyState > open;
  let tellClosed: (() => void) | undefined;
  const waiting: string[] = [];
  const closed = (): void => {
    if (isClosed) return;
    isClosed = true;
    tellClosed?.();
  };
  socket.addEventListener('open', () => waiting.splice(0).forEach((text) => socket.send(text)));
  // An error is followed by 'close'; without a listener the server's library would throw it.
  socket.addEventListener('error', () => undefined);
  socket.addEventListener('close', closed);
  return {
    send(text) {
      if (socket.readyState === open) socket.send(text);
      else if (socket.readyState === opening) waiting.push(text);
    },
    onText(listener) {
      socket.addEventListener('message', ({ data }) => listener(typeof data === 'string' ? data : undefined));
    },
    onClose(listener) {
      tellClosed = listener;
      if (isClosed) listener();
    },
    close() {
      socket.close();
      closed();
    },
  };
}
