/** A pipe over a MessagePort: of a browser's window, of Node, or of Electron's engine process (which its host gives this shape). */
import type { Pipe } from './pipe.ts';

/** What the ports of browsers and of Node share. */
export interface PortLike {
  postMessage(message: unknown): void;
  /** The event of a 'message' has its `data`. */
  addEventListener(type: 'message' | 'close', listener: (event: object) => void): void;
  start?(): void;
  close(): void;
}

export function portPipe(port: PortLike): Pipe {
  let isOpen = true;
  let tellClosed: (() => void) | undefined;
  const closed = (): void => {
    if (!isOpen) return;
    isOpen = false;
    tellClosed?.();
  };
  port.addEventListener('close', closed);
  return {
    send(text) {
      if (isOpen) port.postMessage(text);
    },
    onText(listener) {
      port.addEventListener('message', (event) => {
        const data: unknown = Reflect.get(event, 'data');
        listener(typeof data === 'string' ? data : undefined);
      });
      port.start?.();
    },
    onClose(listener) {
      tellClosed = listener;
      if (!isOpen) listener();
    },
    close() {
      if (!isOpen) return;
      port.close();
      closed();
    },
  };
}
