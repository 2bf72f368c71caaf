/** Breaks nothing. */
export const chunkBytesMax = 1;
