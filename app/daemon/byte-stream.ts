/** Bytes into a stream as fast as whoever reads it takes them. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** The returned function resolves when there is room for more, and throws what the stream met: EPIPE when its reader has gone. */
export function openBytes(stream: Writable, signal: AbortSignal): (piece: Uint8Array) => Promise<void> {
  let trouble: Error | undefined;
  stream.once('error', (error) => (trouble = error));
  return async (piece) => {
    if (trouble !== undefined) throw trouble;
    const isRoomy = stream.write(piece);
    if (!isRoomy) await once(stream, 'drain', { signal });
  };
}
