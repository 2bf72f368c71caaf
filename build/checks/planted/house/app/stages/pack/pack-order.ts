/** Private to its folder. */
export const order = 1;
