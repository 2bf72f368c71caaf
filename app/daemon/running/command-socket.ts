/** Where the socket for commands is: a file of the home, as private as the home itself. */
import { join } from 'node:path';

/** Of a socket's address, with its closing zero (unix(7): 108 bytes on Linux, 104 on macOS). */
const addressBytesMax = 103;

/** Undefined where there can be none: on Windows, which has no such files for everyone, and in a home whose path is too long. */
export function commandSocketPath(home: string): string | undefined {
  const path = join(home, 'commands.sock');
  return process.platform === 'win32' || Buffer.byteLength(path) > addressBytesMax ? undefined : path;
}
