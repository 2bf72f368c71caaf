/** Breaks nothing. */
export type Colour = 'red' | 'green';
export const later = async (): Promise<void> => undefined;
