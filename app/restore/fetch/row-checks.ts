/**
 * Rows of a whole blob, checked where they lie in memory that all threads share. Rows that arrive while others are being checked go together in the next
 * task: as many as the nodes are fast, and one at once when they are slow.
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
): RowChecks {
  const rowBytes = sliverDataBytes(form, 'primary');
  const waiting: Waiting[] = [];
  let working = 0;

  async function check(some: readonly Waiting[]): Promise<void> {
    const leave = await verifications.enter(1, signal);
    try {
      const rows = some.map(({ row }) => row);
      const expected = concatBytes(...rows.map((row) => sliverHashIn(metadata, 'primary', row)));
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
