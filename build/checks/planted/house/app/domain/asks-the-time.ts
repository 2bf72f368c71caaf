/** Breaks: no ambient time. */
export const now = (): Date => new Date();
