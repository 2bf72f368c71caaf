/** Plane geometry for plates: area, centre and inset of convex polygons. Pure; points are [x, y] in units of the picture. */
export type Point = readonly [number, number];
export type Polygon = readonly Point[];

export function signedArea(polygon: Polygon): number {
  let sum = 0;
  polygon.forEach(([x, y], index) => {
    const [nextX, nextY] = polygon[(index + 1) % polygon.length] ?? [x, y];
    sum += x * nextY - nextX * y;
  });
  return sum / 2;
}

export function centre(polygon: Polygon): Point {
  const area = signedArea(polygon);
  if (area === 0) return polygon[0] ?? [0, 0];
  let [sumX, sumY] = [0, 0];
  polygon.forEach(([x, y], index) => {
    const [nextX, nextY] = polygon[(index + 1) % polygon.length] ?? [x, y];
    const cross = x * nextY - nextX * y;
    sumX += (x + nextX) * cross;
    sumY += (y + nextY) * cross;
  });
  return [sumX / (6 * area), sumY / (6 * area)];
}

/** The part of a convex polygon that lies at least `distance` inside each of its edges. Empty when nothing is left. */
export function inset(polygon: Polygon, distance: number): Polygon {
  const turn = signedArea(polygon) > 0 ? 1 : -1;
  let rest: Polygon = polygon;
  polygon.forEach((from, index) => {
    const to = polygon[(index + 1) % polygon.length] ?? from;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (length < 1e-9) return;
    const normal: Point = [(-(to[1] - from[1]) * turn) / length, ((to[0] - from[0]) * turn) / length];
    rest = cutAlong(rest, ([x, y]) => (x - from[0]) * normal[0] + (y - from[1]) * normal[1] - distance);
  });
  return rest;
}

/** Keeps the side on which `side` is not negative. */
function cutAlong(polygon: Polygon, side: (point: Point) => number): Polygon {
  const kept: Point[] = [];
  polygon.forEach((from, index) => {
    const to = polygon[(index + 1) % polygon.length] ?? from;
    const [at, next] = [side(from), side(to)];
    if (at >= 0) kept.push(from);
    if (at >= 0 !== next >= 0) {
      const share = at / (at - next);
      kept.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
    }
  });
  return kept;
}

export function pathOf(polygon: Polygon): string {
  if (polygon.length < 3) return '';
  return `M${polygon.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`;
}
