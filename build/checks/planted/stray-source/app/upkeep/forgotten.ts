/** Breaks: no TypeScript project lists this folder, so nothing checks this line. */
export const words: string = 1;
