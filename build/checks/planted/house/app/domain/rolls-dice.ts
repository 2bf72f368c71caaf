/** Breaks: no ambient chance. */
export const roll = (): number => Math.random();
