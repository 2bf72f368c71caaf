/** A long list that is fetched by pages: which pages are there, which are wanted for the rows in view. Pure; whole lists are never held by the link. */
export interface Pages<T> {
  readonly total: number;
  readonly pages: ReadonlyMap<number, readonly T[]>;
}

/** Rows of a page: a few screens. */
export const pageRows = 200;
/** Pages kept; beyond it the farthest from the view go. */
export const pagesMax = 60;

export const noPages = { total: 0, pages: new Map<number, never>() };

export const rowAt = <T>({ pages }: Pages<T>, index: number): T | undefined =>
  pages.get(Math.floor(index / pageRows))?.[index % pageRows];

export function withPage<T>(before: Pages<T>, total: number, page: number, rows: readonly T[]): Pages<T> {
  const pages = new Map(before.pages).set(page, rows);
  while (pages.size > pagesMax) {
    const farthest = [...pages.keys()].reduce(
      (far, each) => (Math.abs(each - page) > Math.abs(far - page) ? each : far),
      page,
    );
    pages.delete(farthest);
  }
  return { total, pages };
}

/** Pages that rows `first` to `last` lie in and that are not there. */
export function pagesWanted<T>({ pages, total }: Pages<T>, first: number, last: number): readonly number[] {
  const wanted: number[] = [];
  const end = Math.min(last, Math.max(0, total - 1));
  for (let page = Math.floor(first / pageRows); page <= Math.floor(end / pageRows); page++)
    if (!pages.has(page)) wanted.push(page);
  return wanted;
}
