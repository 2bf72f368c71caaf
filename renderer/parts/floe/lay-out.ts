/**
 * Lays the plates of a floe out: a power diagram clipped to a fixed outline, one cell a node, its area the node's share of the shards. Sites start
 * on a sunflower, the quickest in the middle. The committee is the seed, so each network has its own floe and the same one every time.
 */
import { weightedVoronoi } from 'd3-weighted-voronoi';
import { centre, inset, pathOf, signedArea, type Point, type Polygon } from './polygon.ts';

export interface PlatePlan {
  readonly id: string;
  readonly path: string;
  readonly centre: Point;
}
export interface FloePlan {
  readonly outline: string;
  readonly plates: readonly PlatePlan[];
}
export interface FloeNode {
  readonly id: string;
  readonly shards: number;
}

export const floeWidth = 600;
export const floeHeight = 288;
/** The plan is a plane seen from the side. */
const squash = 0.6;
/** Water between two plates, in units at width 600. */
const gap = 1.9;
/** A picture of more plates than this would be dust; the rest share their neighbours' places in words only. */
export const platesMax = 150;
const roundsOfMoving = 120;
const roundsMax = 250;
/** Areas within this of their share are right. */
const areaTolerance = 0.02;

/** Eleven corners, seen from the side; convex, so that every plate is. */
const outlineSeen: Polygon = [
  [597, 153.3],
  [521.1, 220.5],
  [353.5, 272.3],
  [203.9, 286.2],
  [123.4, 240.5],
  [3, 169],
  [46, 65.6],
  [184.5, 33],
  [353.9, 11.4],
  [468.7, 1.8],
  [592.5, 77.3],
];

interface Site {
  readonly id: string;
  readonly share: number;
  x: number;
  y: number;
  weight: number;
}

/** Numbers between 0 and 1 that follow from a text: the same committee draws the same floe. */
function seededFraction(seed: string): () => number {
  let state = 2166136261;
  for (const letter of seed) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 16777619);
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9;
    state = Math.imul(state ^ (state >>> 13), 3266489917);
    return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** `nodes` from the middle to the rim. */
export function layOutFloe(seed: string, nodes: readonly FloeNode[]): FloePlan {
  const outline: Polygon = outlineSeen.map(([x, y]) => [x, y / squash]);
  const shown = nodes.filter((node) => node.shards > 0).slice(0, platesMax);
  if (shown.length === 0) return { outline: pathOf(outlineSeen), plates: [] };
  const sites = sunflower(seed, shown, outline);
  const cells = shown.length === 1 ? new Map([[sites[0]?.id ?? '', outline]]) : relax(sites, outline);
  const plates = sites.map(({ id }) => {
    const seen = (cells.get(id) ?? []).map(([x, y]): Point => [x, y * squash]);
    return { id, path: pathOf(inset(seen, gap / 2)), centre: centre(seen) };
  });
  return { outline: pathOf(outlineSeen), plates };
}

function sunflower(seed: string, nodes: readonly FloeNode[], outline: Polygon): Site[] {
  const fraction = seededFraction(seed);
  const total = nodes.reduce((sum, node) => sum + node.shards, 0);
  const [middleX, middleY] = centre(outline);
  const [reachX, reachY] = [(floeWidth / 2) * 0.86, (floeHeight / squash / 2) * 0.8];
  const turn = fraction() * 2 * Math.PI;
  let before = 0;
  return nodes.map((node, index) => {
    const share = node.shards / total;
    const distance = Math.sqrt(before + share / 2);
    before += share;
    const angle = turn + index * 2.39996 + (fraction() - 0.5) * 0.4;
    return {
      id: node.id,
      share,
      x: middleX + Math.cos(angle) * distance * reachX,
      y: middleY + Math.sin(angle) * distance * reachY,
      weight: share * 1000,
    };
  });
}

/** Centroid steps first, then weights alone until the areas are right. */
function relax(sites: readonly Site[], outline: Polygon): Map<string, Polygon> {
  const total = Math.abs(signedArea(outline));
  const diagram = weightedVoronoi<Site>()
    .x((site) => site.x)
    .y((site) => site.y)
    .weight((site) => site.weight)
    .clip(signedArea(outline) < 0 ? outline : outline.toReversed());
  let cells = new Map<string, Polygon>();
  for (let round = 0; round < roundsMax; round++) {
    cells = new Map(diagram(sites).flatMap((cell) => (cell ? [[cell.site.originalObject.id, [...cell]]] : [])));
    let worst = 0;
    for (const site of sites) {
      const cell = cells.get(site.id);
      const area = cell ? Math.abs(signedArea(cell)) : 0;
      worst = Math.max(worst, Math.abs(area / (site.share * total) - 1));
      if (cell && round < roundsOfMoving) [site.x, site.y] = centre(cell);
    }
    if (worst < areaTolerance && round >= roundsOfMoving) break;
    weigh(sites, cells, total);
  }
  return cells;
}

/** Nudges each weight towards its area; never so far that a neighbour is swallowed (Nocaj and Brandes, 2012). */
function weigh(sites: readonly Site[], cells: ReadonlyMap<string, Polygon>, total: number): void {
  for (const site of sites) {
    const cell = cells.get(site.id);
    const area = Math.max(cell ? Math.abs(signedArea(cell)) : 0, site.share * total * 0.05);
    let nearest = Infinity;
    for (const other of sites) {
      if (other !== site) nearest = Math.min(nearest, Math.hypot(other.x - site.x, other.y - site.y));
    }
    const factor = Math.min(1.25, Math.max(0.8, Math.sqrt((site.share * total) / area)));
    site.weight = Math.min(Math.max(Math.sqrt(site.weight), 1) * factor, nearest * 0.98) ** 2;
  }
}
