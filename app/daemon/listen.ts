/** A server on loopback. A port that a person chose may be somebody else's: that is no defect of Floe. */
import type { Server } from 'node:http';
import { Fault } from '../domain/fault.ts';

const refusals: ReadonlySet<unknown> = new Set(['EADDRINUSE', 'EACCES']);

/** Resolves when it listens; 0 is any free port. Throws Fault 'bad-input' when the port is taken or not for this user. */
export function listenOnLoopback(server: Server, port: number): Promise<void> {
  return new Promise<void>((done, fail) => {
    const onError = (error: Error): void => {
      const isRefused = 'code' in error && refusals.has(error.code);
      const words = `The port ${port} is in use, or not for you. Choose another one, or leave --port out.`;
      fail(isRefused ? new Fault('bad-input', 'after-user', words, error) : error);
    };
    server.once('error', onError).listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      done();
    });
  });
}
