/** Breaks: no ambient time. */
export const soon = (then: () => void): unknown => setTimeout(then, 10);
