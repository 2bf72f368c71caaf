/** Breaks nothing. */
export const tidy = 'yes';
