/** Breaks: no project reference leads from stages to adapters. */
export { diskBlockBytes } from '../adapters/disk.ts';
