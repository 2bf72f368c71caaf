/** The Floe that runs with a home already, asked for a command that does not want to wait for the home's lock: by the address that it left for its owner. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { Fault } from '../domain/fault.ts';
import { connect, LinkFault, type Connection } from '../link/connect.ts';
import { socketPipe } from '../link/socket-pipe.ts';

export const addressFileName = 'window.url';

/** By the address with its key, as a page of it has. */
export const linkTo = ({ host, origin, hash }: URL): Connection =>
  connect(socketPipe(new WebSocket(`ws://${host}/link`, { origin })), { key: hash.slice(1) });

/** Undefined when none runs, or none that serves a window. */
export async function askRunning(home: string): Promise<Connection | undefined> {
  const url = addressIn(home);
  if (!url) return undefined;
  const connection = linkTo(url);
  try {
    await connection.ready;
    return connection;
  } catch (error) {
    // An address of an earlier start: nobody is there, or somebody else with another key.
    if (!(error instanceof LinkFault)) throw error;
    connection.close();
    if (error.fault.code === 'contract-changed')
      throw new Fault(
        'home-busy',
        'after-user',
        'A Floe of another version runs with this home. Stop it first.',
        error,
      );
    return undefined;
  }
}

function addressIn(home: string): URL | undefined {
  try {
    const url = new URL(readFileSync(join(home, addressFileName), 'utf8').trim());
    // Only ever this computer, whatever the file says.
    return url.hostname === '127.0.0.1' && url.protocol === 'http:' ? url : undefined;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing || error instanceof TypeError) return undefined;
    throw error;
  }
}
