/** Breaks nothing. */
export const blockBytes = 4096;
