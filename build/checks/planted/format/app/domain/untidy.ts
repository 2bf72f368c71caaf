/** Breaks: not as Prettier writes it. */
export const untidy = "no"
