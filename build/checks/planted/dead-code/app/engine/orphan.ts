/** Breaks: nobody imports this file. */
export const orphan = 1;
