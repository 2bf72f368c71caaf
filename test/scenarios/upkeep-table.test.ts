import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blobEachCost, floeCost, perfectCost, upkeepTable } from '../bench/upkeep-table.ts';

const prices = { storage: 11_000n, write: 20_000n };
const words = (text: string): string => text.replaceAll(/[ -]+/g, ' ');
const total = ({ write, storage }: { readonly write: bigint; readonly storage: bigint }): number =>
  Number(write + storage);

test('docs/cost.md shows what two years of edits cost', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');
  expect(words(page)).toContain(words(upkeepTable(prices)));
});

test('two years of edits cost at most 1.15 times a perfect packing, and a twentieth of a blob for each change', () => {
  const [floe, perfect, each] = [
    floeCost(prices, 8, true, true),
    perfectCost(prices, true),
    blobEachCost(prices, true),
  ];
  expect(total(floe)).toBeLessThan(1.15 * total(perfect));
  expect(total(floe)).toBeLessThan(total(each) / 20);
});
