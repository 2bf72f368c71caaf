/** Breaks: a neutral layer has no host. */
export { readFile } from 'node:fs/promises';
