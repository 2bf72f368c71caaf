/** Breaks: no ambient chance. */
import { createHash, randomBytes } from 'node:crypto';

export const nonce = (): Uint8Array => createHash('sha256').update(randomBytes(12)).digest();
