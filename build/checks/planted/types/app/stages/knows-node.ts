/** Breaks: a neutral layer has no host, so `process` is not a name. */
export const home = process.env['HOME'];
