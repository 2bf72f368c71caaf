/** Electron's own kind of port, in the shape that links take. */
import type { MessagePortMain } from 'electron';
import type { PortLike } from '../../app/link/port-pipe.ts';

export function mainPort(port: MessagePortMain): PortLike {
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener(type, listener) {
      if (type === 'message') port.on('message', (event) => listener(event));
      else port.on('close', () => listener({}));
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}
