/** The window's link by its address, for whoever has the key: the address that a running Floe leaves for its owner is a file of its home. */
import { WebSocket } from 'ws';
import { connect, type Connection } from '../link/connect.ts';
import { socketPipe } from '../link/socket-pipe.ts';

export const addressFileName = 'window.url';

/** By the address with its key, as a page of it has. */
export const linkTo = ({ host, origin, hash }: URL): Connection =>
  connect(socketPipe(new WebSocket(`ws://${host}/link`, { origin })), { key: hash.slice(1) });
