/** Breaks: a plain type error. */
import { chunkBytesMax } from '../domain/chunk.ts';

export const words: string = chunkBytesMax;
