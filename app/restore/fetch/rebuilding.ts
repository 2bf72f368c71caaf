/** What was gathered, sorted for rebuilding a blob: rows that are in their places, and no more of the other slivers than it takes. */
import type { Axis } from '../../domain/encoding.ts';
import type { SliverForm } from '../../domain/sliver-form.ts';
import type { SliverCheck } from '../../ports/pool.ts';

export interface Rebuilding {
  /** Rows in their places. */
  readonly present: readonly number[];
  readonly slivers: readonly SliverCheck[];
}

export function takeForRebuilding(
  found: Readonly<Record<Axis, ReadonlyMap<number, Uint8Array>>>,
  { code: { rows, columns } }: SliverForm,
  axis: Axis,
): Rebuilding {
  const isRow = (index: number): boolean => index < rows;
  const present = [...found.primary.keys()].filter(isRow);
  const needed = axis === 'primary' ? rows - present.length : columns;
  const others = [...found[axis]].filter(([index]) => axis === 'secondary' || !isRow(index));
  const slivers = others.slice(0, Math.max(0, needed)).map(([index, data]) => ({ axis, index, data }));
  return { present, slivers };
}
