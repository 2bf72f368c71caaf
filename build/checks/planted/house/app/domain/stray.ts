/** Breaks nothing by itself; see the file beside it. */
export const stray = 1;
