/** Breaks: a name says what is inside. */
export const utility = 1;
