/** An adapter may ask the machine for the time; and 'Date.now()' in a text or a comment is not asking: Math.random(). */
export const now = (): number => Date.now();
