/** The part of `floe budget` that looks back: what each month cost, and what is saved between the files and the network. */
import type { Costs } from '../../engine/engine.ts';
import { bytesText, coinText, table, type Output } from '../output.ts';

/** A year, and the month of a year ago to compare with. */
export const monthsShown = 13;

type Spending = Awaited<ReturnType<Costs['months']>>;
type Stored = Awaited<ReturnType<Costs['stored']>>;

export function saySpending(
  output: Output,
  months: Spending['months'],
  elsewhereFrost: bigint,
  stored: Stored,
  walText: (frost: bigint) => string,
): void {
  const first = months.findIndex(({ spentFrost, gasMist }) => spentFrost !== 0n || gasMist !== 0n);
  const rows = months
    .slice(first === -1 ? months.length : first)
    .map(({ startMs, storageFrost, writeFrost, spentFrost, gasMist }) => [
      new Date(startMs).toISOString().slice(0, 7),
      coinText(storageFrost, 'WAL'),
      coinText(writeFrost, 'WAL'),
      walText(spentFrost),
      coinText(gasMist, 'SUI'),
    ]);
  if (rows.length > 0) output.say(table([['month', 'room', 'writing', 'in all', 'gas, less rebates'], ...rows]));
  if (elsewhereFrost !== 0n) output.say(`Before that: ${walText(elsewhereFrost)}.`);
  if (stored.packs === 0) return;
  output.say(
    table([
      ['stored', 'bytes'],
      [`files (${stored.files})`, bytesText(stored.filesBytes)],
      [`with older versions (${stored.olderVersions})`, bytesText(stored.filesBytes + stored.olderBytes)],
      ['each piece once', bytesText(stored.onceBytes)],
      ['compressed and sealed', bytesText(stored.sealedBytes)],
      [`in packs (${stored.packs}), with names and frames`, bytesText(stored.packBytes)],
      ['kept by the nodes', bytesText(stored.encodedBytes)],
      ...(stored.apartBytes === undefined ? [] : [['as a blob for each file, at least', bytesText(stored.apartBytes)]]),
    ]),
  );
}
