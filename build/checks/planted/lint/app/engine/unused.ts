/** Breaks: a name nobody uses. */
export function count(): number {
  const forgotten = 1;
  return 2;
}
