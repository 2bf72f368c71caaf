/** Breaks: names of files are kebab-case. */
export const camel = 1;
