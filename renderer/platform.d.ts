/** What the window uses of packages that bring no types. Only what is called here is declared. */
declare module 'd3-weighted-voronoi' {
  export type Point = readonly [number, number];
  export interface Cell<Site> extends ReadonlyArray<Point> {
    readonly site: { readonly originalObject: Site };
  }
  export interface WeightedVoronoi<Site> {
    (sites: readonly Site[]): readonly (Cell<Site> | undefined)[];
    x(of: (site: Site) => number): WeightedVoronoi<Site>;
    y(of: (site: Site) => number): WeightedVoronoi<Site>;
    weight(of: (site: Site) => number): WeightedVoronoi<Site>;
    clip(outline: readonly Point[]): WeightedVoronoi<Site>;
  }
  export function weightedVoronoi<Site>(): WeightedVoronoi<Site>;
}
declare module '*.css' {}
