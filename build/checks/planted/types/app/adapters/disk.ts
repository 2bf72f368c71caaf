/** Breaks nothing. */
export const diskBlockBytes = 4096;
