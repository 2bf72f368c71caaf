/** What a utility process sees: `process.parentPort`, then its own module, whose path is the argument. Ends when its parent is gone. */
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { MessagePortMain, PortCarrier, type Carried } from './processes.ts';

const tell = (carried: Carried): void => void process.send?.(carried);

class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    tell({ kind: 'message', message, ports: [] });
  }
}

const port = new ParentPort();
const carrier = new PortCarrier(tell);
Object.defineProperty(process, 'parentPort', { value: port });
process.on('disconnect', () => process.exit(1));
process.on('message', (carried: Carried) => {
  if (carried.kind !== 'message') return carrier.take(carried);
  const ports = carried.ports.map((id) => {
    const { port1, port2 } = new MessageChannel();
    carrier.add(id, port2);
    return new MessagePortMain(port1);
  });
  port.emit('message', { data: carried.message, ports });
});
await import(pathToFileURL(process.argv[2] ?? '').href);
