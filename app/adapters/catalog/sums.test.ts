import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import type { MonthSum, PastPlace } from '../../ports/catalog-sums.ts';
import { contentParts } from '../../ports/catalog-sums.ts';
import type { CatalogOperations } from '../../ports/catalog.ts';
import { postingsOf } from '../../upkeep/ledger.ts';
import { parseChunkId } from '../../domain/ids.ts';
import { openStore } from './store.ts';
import { content, dot, newPack, newSpace, nodeId, place, put, remove, sealAndCertify } from './testing/samples.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const digestOf = (number: number): string => `digest ${number}`;

let intents = 0;
function pay(
  catalog: CatalogOperations,
  time: string | undefined,
  kind: string,
  frost: bigint,
  isSettled = true,
): void {
  const { num } = catalog.addIntent({
    digest: digestOf(++intents),
    kind,
    space: undefined,
    pack: undefined,
    transaction: Uint8Array.of(),
    signature: Uint8Array.of(),
    frost,
    mist: 9n,
    writeFrost: 3n,
    ...(time === undefined ? {} : { chainMs: at(time) }),
  });
  if (!isSettled) return;
  const effects = { isSuccess: true, frost, mist: 12n, computationMist: 5n, depositMist: 20n, rebateMist: 13n };
  catalog.settleIntent(num, 'succeeded', frost, 12n, undefined, postingsOf(kind, 3n, effects));
}

const monthOf = ({ startMs, storageFrost, writeFrost, openFrost, gasMist, rebateMist }: MonthSum) => [
  new Date(startMs).toISOString().slice(0, 10),
  storageFrost,
  writeFrost,
  openFrost,
  gasMist,
  rebateMist,
];

it('adds up the ledger by calendar months in UTC, whatever the order in which steps were written', () => {
  const { operations: catalog, close } = openStore(':memory:');
  pay(catalog, '2026-11-30T23:59:59.999', 'register', 100n);
  pay(catalog, '2026-12-01T00:00:00', 'register', 50n);
  // The chain's clock was ahead, and went back.
  pay(catalog, '2031-01-31T12:00:00', 'register', 9n);
  pay(catalog, '2026-11-01T00:00:00', 'extend-pool', 10n);
  // Buying WAL is no spending of it; its fees are.
  pay(catalog, '2026-11-02T00:00:00', 'exchange', -500n);
  pay(catalog, '2026-12-31T23:59:59', 'register', 40n, false);
  pay(catalog, undefined, 'register', 7n);
  expect(catalog.monthSums(0).map(monthOf)).toEqual([
    ['2026-11-01', 104n, 6n, 0n, 36n, 39n],
    ['2026-12-01', 47n, 3n, 40n, 12n, 13n],
    ['2031-01-01', 6n, 3n, 0n, 12n, 13n],
  ]);
  expect(catalog.monthSums(at('2026-12-01T00:00:00')).map(monthOf)).toHaveLength(2);
  const all = catalog.monthSums(0).reduce((sum, month) => sum + month.storageFrost + month.writeFrost, 0n);
  expect(all + 7n).toBe(catalog.spent().frost);
  close();
});

const content16 = (catalog: CatalogOperations) =>
  Array.from({ length: contentParts }, (_, part) => catalog.contentSum(part)).reduce((sum, part) => ({
    plainBytes: sum.plainBytes + part.plainBytes,
    sealedBytes: sum.sealedBytes + part.sealedBytes,
  }));

it('counts each piece of content once, in all parts together, and no listing', () => {
  const { operations: catalog, close } = openStore(':memory:');
  const { num } = catalog.addSpace(newSpace());
  const ids = [
    '00'.repeat(32),
    'ff'.repeat(32),
    ...Array.from({ length: 40 }, () =>
      randomInt(2 ** 40)
        .toString(16)
        .padStart(64, '5'),
    ),
  ];
  const places = [...new Set(ids)].map((id) => ({ ...place(1), id: parseChunkId(id) }));
  catalog.addPack(newPack(num, 1, [...places, place(7, 'tree')]));
  catalog.addPack(newPack(num, 2, places.slice(0, 5), 'twice'));
  expect(content16(catalog)).toEqual({ plainBytes: 71 * places.length, sealedBytes: 100 * places.length });
  expect(catalog.packSum()).toEqual({ packs: 2, bytes: 100 * (places.length + 6), encodedBytes: 0 });
  catalog.setDead(1);
  expect(content16(catalog)).toEqual({ plainBytes: 71 * 5, sealedBytes: 500 });
  expect(catalog.packSum().packs).toBe(1);
  close();
});

function past(catalog: CatalogOperations, rows = 1_000): { versions: number; bytes: number; calls: number } {
  const sum = { versions: 0, bytes: 0, calls: 0 };
  for (let after: PastPlace | undefined; ;) {
    const part = catalog.pastSum(after, rows);
    sum.versions += part.versions;
    sum.bytes += part.bytes;
    sum.calls++;
    if (part.next === undefined) return sum;
    after = part.next;
  }
}

it('counts versions that were replaced or deleted, and no move', () => {
  const { operations: catalog, close } = openStore(':memory:');
  const { num: space, root } = catalog.addSpace(newSpace());
  const [file = 0, folder = 0, other = 0] = catalog.allotNodes(space, [nodeId(1), nodeId(2), nodeId(3)]);
  const version = (sequence: number) => ({ version: { ...dot, sequence } });
  const big = { bytes: 2 ** 41 + 5 };
  sealAndCertify(catalog, space, 1, [
    put(root, 'a', file, { ...version(1), ...big }),
    put(root, 'd', folder, { kind: 'folder' }),
    put(root, 'link', other, { kind: 'symlink', bytes: 3 }),
  ]);
  expect(past(catalog)).toEqual({ versions: 0, bytes: 0, calls: 1 });
  // Moved twice: still the same content.
  sealAndCertify(catalog, space, 2, [remove(root, 'a'), put(folder, 'a', file, { ...version(1), ...big })]);
  sealAndCertify(catalog, space, 3, [remove(folder, 'a'), put(folder, 'b', file, { ...version(1), ...big })]);
  expect(past(catalog)).toMatchObject({ versions: 0, bytes: 0 });
  // Replaced, then deleted; a link that goes is none.
  sealAndCertify(catalog, space, 4, [
    remove(folder, 'b'),
    put(folder, 'b', file, { ...version(4), bytes: 700 }),
    remove(root, 'link'),
  ]);
  expect(past(catalog)).toMatchObject({ versions: 1, bytes: 2 ** 41 + 5 });
  sealAndCertify(catalog, space, 5, [remove(folder, 'b')]);
  expect(past(catalog)).toMatchObject({ versions: 2, bytes: 2 ** 41 + 705 });
  close();
});

it('reads a long past in several parts, none of it twice', () => {
  const { operations: catalog, close } = openStore(':memory:');
  const { num: space, root } = catalog.addSpace(newSpace());
  const count = 21;
  const nums = catalog.allotNodes(
    space,
    Array.from({ length: count }, (_, i) => nodeId(i)),
  );
  sealAndCertify(
    catalog,
    space,
    1,
    nums.map((num, i) => put(root, `f${i}`, num, { content: content(1) })),
  );
  sealAndCertify(
    catalog,
    space,
    2,
    nums.map((_, i) => remove(root, `f${i}`)),
  );
  expect(past(catalog, 10)).toEqual({ versions: count, bytes: 10 * count, calls: 3 });
  expect(past(catalog, 1)).toMatchObject({ versions: count, bytes: 10 * count });
  close();
});
