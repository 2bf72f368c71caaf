/**
 * The engine process of the desktop app: opens the desk of the usual home and serves the contract on every port that the shell hands over. Nothing
 * listens anywhere. A defect ends the process; the shell starts it again.
 */
import { resolveHome } from '../../app/adapters/home/home.ts';
import { openDesk, type Desk } from '../../app/daemon/desk/desk.ts';
import { readPassphrase } from '../../app/daemon/passphrase.ts';
import { environmentLog } from '../../app/daemon/session.ts';
import { portPipe } from '../../app/link/port-pipe.ts';
import { serve } from '../../app/link/serve.ts';
import type { FromEngine, ToEngine } from './host-message.ts';
import { mainPort } from './main-port.ts';

const { parentPort } = process;
const tell = (message: FromEngine): void => parentPort.postMessage(message);

const opening = openDesk({
  home: resolveHome({ env: process.env, platform: process.platform }),
  passphrase: () => readPassphrase(undefined),
  host: { log: environmentLog() },
});

async function take(message: ToEngine, ports: readonly Electron.MessagePortMain[], desk: Desk): Promise<void> {
  switch (message.kind) {
    case 'link': {
      const [port] = ports;
      if (port) serve(portPipe(mainPort(port)), { ...desk, onBug: (bug) => console.error('a defect in a call:', bug) });
      return;
    }
    case 'power':
      return desk.setPower({ isOnBattery: message.isOnBattery, isMetered: undefined });
    case 'preview': {
      const preview = desk.previews.take(message.path);
      return tell({ kind: 'preview', id: message.id, type: preview?.type, bytes: preview?.bytes });
    }
    case 'stop':
      await desk.close();
      process.exit(0);
  }
}

const end = (error: unknown): never => {
  console.error('the engine met a defect and is started again:', error);
  process.exit(1);
};

// Listened to from the first moment: what comes before the desk is open waits for it.
parentPort.on('message', ({ data, ports }) => {
  opening.then((desk) => take(data as ToEngine, ports, desk)).catch(end);
});
opening
  .then((desk) => {
    tell({ kind: 'running' });
    return desk.failed;
  })
  .catch(end);
