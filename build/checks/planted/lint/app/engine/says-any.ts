/** Breaks: no any. */
export const open = (value: any): string => String(value);
