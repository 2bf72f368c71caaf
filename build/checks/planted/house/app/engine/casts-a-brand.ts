/** Breaks: a brand is made by its parse function. */
import type { BlobId } from '../domain/blob-id.ts';

export const made = 'not an id at all' as BlobId;
