/** A link to a running daemon by the address that it printed: what a page of it has. */
import { WebSocket } from 'ws';
import { connect, type Connection } from '../../app/link/connect.ts';
import { socketPipe } from '../../app/link/socket-pipe.ts';

export function openLink(url: URL): Connection {
  return connect(socketPipe(new WebSocket(`ws://${url.host}/link`, { origin: url.origin })), {
    key: url.hash.slice(1),
  });
}
