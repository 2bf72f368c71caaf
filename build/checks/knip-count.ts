/** A reporter for knip that ends with one machine-readable line: what it found, and how many files it looked at. */
import type { Reporter } from 'knip';

const report: Reporter = ({ report: wanted, issues, counters }) => {
  const found = Object.entries(issues).flatMap(([kind, byFile]) => {
    if (!Reflect.get(wanted, kind)) return [];
    return Object.values(byFile).flatMap((bySymbol) =>
      Object.values(bySymbol).map(({ filePath, line, symbol }) => ({ kind, path: filePath, line: line ?? 1, symbol })),
    );
  });
  process.stdout.write(`${JSON.stringify({ files: counters.total, found })}\n`);
};

export default report;
