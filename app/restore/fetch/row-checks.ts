/**
 * Rows of a whole blob, checked where they lie in memory that all threads share. Rows that arrive while others are being checked go together in the next
 * task: as many as the nodes are fast, and one at once when they are slow. Primary slivers that are no rows lie beside each other in memory of their own.
 */
import type { BlobMetadata } from '../../domain/encoding.ts';
import { concatBytes } from '../../domain/bytes.ts';
import { sliverHashIn } from '../../domain/metadata-form.ts';
import { sliverDataBytes, type SliverForm } from '../../domain/sliver-form.ts';
import type { Place, Reading } from './reading.ts';

export interface RowChecks {
  /** Where a row belongs. */
  place(row: number): Uint8Array;
  /** Whether what lies there is the row. */
  isGenuine(row: number): Promise<boolean>;
}

interface Waiting {
  readonly row: number;
  readonly settled: PromiseWithResolvers<boolean>;
}

export function openRowChecks(
  { pool, verifications, limits }: Reading,
  { shards }: Place,
  metadata: BlobMetadata,
  form: SliverForm,
  blob: SharedArrayBuffer,
  signal: AbortSignal,
  /** Which primary sliver a row is. */
  sliverAt = (row: number): number => row,
): RowChecks {
  const rowBytes = sliverDataBytes(form, 'primary');
  const waiting: Waiting[] = [];
  let working = 0;

  async function check(some: readonly Waiting[]): Promise<void> {
    const leave = await verifications.enter(1, signal);
    try {
      const rows = some.map(({ row }) => row);
      const expected = concatBytes(...rows.map((row) => sliverHashIn(metadata, 'primary', sliverAt(row))));
      const options = { urgency: 'interactive', signal } as const;
      const found = await pool.verifyRows({ shards, blob, rowBytes, rows, expected }, options);
      some.forEach(({ settled }, i) => settled.resolve(found[i] === true));
    } finally {
      leave();
    }
  }

  async function work(): Promise<void> {
    working++;
    while (waiting.length > 0) {
      const some = waiting.splice(0, limits.rowsCheckedTogether);
      await check(some).catch((error: unknown) => some.forEach(({ settled }) => settled.reject(error)));
    }
    working--;
  }

  return {
    place: (row) => new Uint8Array(blob, row * rowBytes, rowBytes),
    isGenuine(row) {
      const settled = Promise.withResolvers<boolean>();
      waiting.push({ row, settled });
      if (working < limits.verificationsInParallel / 2) void work();
      return settled.promise;
    },
  };
}

/** The same by the index of a primary sliver: they lie in the order in which they were first asked for. Undefined when there is no room left. */
export type OtherChecks = (index: number) => RowChecks | undefined;

export function openOtherChecks(
  reading: Reading,
  place: Place,
  demand: { readonly metadata: BlobMetadata; otherRoom(): SharedArrayBuffer },
  form: SliverForm,
  signal: AbortSignal,
): OtherChecks {
  const room = demand.otherRoom();
  const rows = new Map<number, number>();
  const indices: number[] = [];
  const most = Math.floor(room.byteLength / sliverDataBytes(form, 'primary'));
  const sliverAt = (row: number): number => indices[row] ?? 0;
  const checks = openRowChecks(reading, place, demand.metadata, form, room, signal, sliverAt);
  return (index) => {
    const row = rows.get(index) ?? indices.length;
    if (row >= most) return undefined;
    if (row === indices.length) indices.push(index);
    rows.set(index, row);
    return { place: () => checks.place(row), isGenuine: () => checks.isGenuine(row) };
  };
}
