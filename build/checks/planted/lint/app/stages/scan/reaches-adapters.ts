/** Breaks: only hosts import adapters. */
export { blockBytes } from '../../adapters/disk/disk.ts';
