/** Sums for people, computed by SQLite. The past is read some rows at a time, chunks by the first digit of their ids. */
import type { Database } from 'better-sqlite3';
import {
  contentParts,
  type ContentSum,
  type MonthSum,
  type PackSum,
  type SumOperations,
} from '../../ports/catalog-sums.ts';
import { isFileRecord, recordSizes, recordVersion, sizesFromHex } from './entry-record.ts';

interface RawMonth {
  readonly month: string;
  readonly storage: bigint;
  readonly write: bigint;
  readonly open: bigint;
  readonly gas: bigint;
  readonly rebate: bigint;
}

const monthFrom = ({ month, storage, write, open, gas, rebate }: RawMonth): MonthSum => ({
  startMs: Date.parse(`${month}-01T00:00:00Z`),
  storageFrost: storage,
  writeFrost: write,
  openFrost: open,
  gasMist: gas,
  rebateMist: rebate,
});

/** Of the postings of an intent. */
const posted = (coin: 'WAL' | 'SUI', ...accounts: readonly string[]): string =>
  `coalesce((SELECT sum(amount) FROM posting p WHERE p.intent = i.num AND coin = '${coin}' AND account IN (${accounts.map((name) => `'${name}'`).join(', ')})), 0)`;

interface RawPlace {
  readonly parent: number;
  readonly name: Uint8Array;
  readonly since: number;
}

export function sumOperations(db: Database): SumOperations {
  const months = db
    .prepare<[number], RawMonth>(
      `SELECT strftime('%Y-%m', chain_ms / 1000, 'unixepoch') AS month,
         sum(${posted('WAL', 'storage')}) AS storage, sum(${posted('WAL', 'write')}) AS write,
         sum(CASE WHEN i.state = 'prepared' AND i.kind <> 'exchange' THEN i.frost ELSE 0 END) AS open,
         sum(${posted('SUI', 'gas', 'deposit', 'rebate')}) AS gas, -sum(${posted('SUI', 'rebate')}) AS rebate
       FROM payment JOIN intent i ON i.num = payment.intent WHERE chain_ms >= ? GROUP BY month ORDER BY month`,
    )
    .safeIntegers();
  const content = db.prepare<[Buffer, Buffer], ContentSum>(
    `SELECT coalesce(sum(plain_bytes), 0) AS plainBytes, coalesce(sum(bytes), 0) AS sealedBytes
     FROM chunk WHERE id >= ? AND id < ? AND kind = 0`,
  );
  const pageEnd = db.prepare<RawPlace & { rows: number }, RawPlace>(
    `SELECT parent, name, since FROM past WHERE (parent, name, since) > (@parent, @name, @since)
     ORDER BY parent, name, since LIMIT 1 OFFSET @rows - 1`,
  );
  // What stands under the same number right afterwards with the same content is the same version at another place.
  const goesOn = (table: string): string =>
    `EXISTS (SELECT 1 FROM ${table} n WHERE n.num = o.num AND n.since = o.until AND ${recordVersion('n.record')} = ${recordVersion('o.record')})`;
  const older = (upTo: string): string =>
    `SELECT ${recordSizes('o.record')} FROM past o
     WHERE (parent, name, since) > (@parent, @name, @since) ${upTo} AND ${isFileRecord('o.record')}
       AND NOT ${goesOn('past')} AND NOT ${goesOn('entry')}`;
  const olderPart = db
    .prepare<RawPlace & { toParent: number; toName: Uint8Array; toSince: number }, string | null>(
      older('AND (parent, name, since) <= (@toParent, @toName, @toSince)'),
    )
    .pluck();
  const olderRest = db.prepare<RawPlace, string | null>(older('')).pluck();
  const packs = db.prepare<[], PackSum>(
    `SELECT count(*) AS packs, coalesce(sum(bytes), 0) AS bytes, coalesce(sum(encoded_bytes), 0) AS encodedBytes
     FROM pack WHERE state <> 'dead'`,
  );
  const summed = (hex: string | null | undefined): { versions: number; bytes: number } => {
    const sizes = sizesFromHex(hex ?? '');
    return { versions: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  };
  const digit = 256 / contentParts;
  return {
    monthSums: (sinceMs) => months.all(sinceMs).map(monthFrom),
    contentSum(part) {
      const from = Buffer.of(part * digit);
      // Longer than any id, so that the last part has an end too.
      const to = part === contentParts - 1 ? Buffer.alloc(33, 255) : Buffer.of((part + 1) * digit);
      return content.get(from, to) ?? { plainBytes: 0, sealedBytes: 0 };
    },
    pastSum: db.transaction((after: RawPlace | undefined, rows: number) => {
      const from = after ?? { parent: -1, name: Buffer.alloc(0), since: -1 };
      const to = pageEnd.get({ ...from, rows });
      if (to === undefined) return { next: undefined, ...summed(olderRest.get(from)) };
      const sum = summed(olderPart.get({ ...from, toParent: to.parent, toName: to.name, toSince: to.since }));
      return { next: { ...to, name: Uint8Array.from(to.name) }, ...sum };
    }),
    packSum: () => packs.get() ?? { packs: 0, bytes: 0, encodedBytes: 0 },
  };
}
