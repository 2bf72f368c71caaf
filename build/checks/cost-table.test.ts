import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packBytesFor } from '../../app/engine/spaces.ts';
import { costTables, fullPackBytes } from './cost-table.ts';

const words = (text: string): string => text.replaceAll(/[ -]+/g, ' ');

test('docs/cost.md shows what the command prints', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');
  expect(words(page)).toContain(words(costTables({ storage: 11_000n, write: 20_000n })));
});

test('a full pack is what the engine makes at 1,000 shards', () => {
  expect(fullPackBytes).toBe(packBytesFor(1000, 64 * 1024 * 1024));
});
