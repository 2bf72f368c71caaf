/**
 * Questions about the past on a catalog of many files with many versions: `node test/bench/history-bench.ts [FILES] [VERSIONS]`. One line a
 * question with the median and the slowest of its calls in ms. The catalog is made first in a temporary folder and removed afterwards.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../app/adapters/catalog/store.ts';
import { usualChunkLimits } from '../../app/domain/chunk.ts';
import { parseChunkId, parseDeviceId, parseNodeId, parseSpaceId } from '../../app/domain/ids.ts';
import { parsePathName } from '../../app/domain/path-name.ts';
import type { CatalogOperations, EntryChange } from '../../app/ports/catalog.ts';
import { seededDice } from '../world/seeded-dice.ts';

const filesInFolder = 200;
const calls = 60;
const files = Number(process.argv[2] ?? 100_000);
const versions = Number(process.argv[3] ?? 10);
const dice = seededDice(1);
const words = ['invoice', 'holiday', 'draft', 'IMG', 'report', 'letter', 'notes', 'budget', 'scan', 'plan'];

const hex = (bytes: number, number: number): string => number.toString(16).padStart(2 * bytes, '0');
const device = parseDeviceId(hex(16, 3));
const pathOf = (file: number): string => `folder ${Math.floor(file / filesInFolder)}/${nameOf(file)}`;
const nameOf = (file: number): string => `${words[file % words.length] ?? ''} ${file}.dat`;

function entryOf(kind: 'file' | 'folder', chunk: number) {
  const chunks = kind === 'file' ? [parseChunkId(hex(32, chunk))] : [];
  const dot = { device, sequence: 1 };
  return {
    place: dot,
    version: dot,
    kind,
    mode: 0o644,
    mtimeNs: 1_700_000_000_000_000_000n,
    bytes: 5_000,
    content: { depth: 0, chunks },
  };
}

function fill(catalog: CatalogOperations): number {
  const space = catalog.addSpace({
    id: parseSpaceId(hex(16, 1)),
    name: 'space',
    mode: 'sync',
    folder: undefined,
    sealedKey: new Uint8Array(32),
    limits: usualChunkLimits,
    leaseEpochs: 5,
    pool: undefined,
    rootNode: parseNodeId(hex(16, 1)),
  });
  const folders = Math.ceil(files / filesInFolder);
  const nodes = Array.from({ length: folders + files }, (_, i) => parseNodeId(hex(16, 10 + i)));
  const nums = catalog.allotNodes(space.num, nodes);
  const numOf = (at: number): number => nums[at] ?? 0;
  for (let sequence = 1; sequence <= versions; sequence++) {
    const changes: EntryChange[] = [];
    if (sequence === 1) {
      for (let folder = 0; folder < folders; folder++) {
        const name = parsePathName(`folder ${folder}`);
        changes.push({
          kind: 'put',
          parent: space.root,
          name,
          num: numOf(folder),
          entry: entryOf('folder', 0),
          look: undefined,
        });
      }
    }
    for (let file = 0; file < files; file++) {
      const parent = numOf(Math.floor(file / filesInFolder));
      const name = parsePathName(nameOf(file));
      // In the last round one file in a hundred is deleted.
      if (sequence === versions && versions > 1 && file % 100 === 7) changes.push({ kind: 'remove', parent, name });
      else
        changes.push({
          kind: 'put',
          parent,
          name,
          num: numOf(folders + file),
          entry: entryOf('file', sequence * files + file),
          look: undefined,
        });
    }
    const id = parseChunkId(hex(32, 0xabc0000 + sequence));
    const place = { id, kind: 'snapshot', start: 0, bytes: 100, plainBytes: 50 } as const;
    const root = { depth: 0, chunks: [] };
    const round = {
      space: space.num,
      sequence,
      snapshot: id,
      parents: [],
      device,
      timeMs: sequence,
      files,
      bytes: 1,
      root,
      place,
    };
    catalog.importSnapshot({ ...round, lastPack: undefined }, changes, [], { vector: new Map(), taken: [] });
  }
  return space.num;
}

function measure(name: string, call: (i: number) => unknown): void {
  const times = Array.from({ length: calls }, (_, i) => {
    const start = performance.now();
    call(i);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  const shown = (ms: number | undefined): string => (ms ?? Number.NaN).toFixed(2);
  console.log(`${name.padEnd(44)} median ${shown(times[calls >> 1])} ms, slowest ${shown(times.at(-1))} ms`);
}

const room = mkdtempSync(join(tmpdir(), 'floe-history-'));
try {
  const { operations: catalog, close } = openStore(join(room, 'catalog.sqlite'));
  const started = performance.now();
  const space = fill(catalog);
  console.log(
    `${files} files, ${versions} versions each; made in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  const any = (): number => Math.floor(dice.fraction() * files);
  const moment = (): number => 1 + Math.floor(dice.fraction() * versions);
  const folder = (): string => `folder ${Math.floor(any() / filesInFolder)}`;
  measure('all versions of a file', () => catalog.versions(space, pathOf(any())));
  measure('an entry at a moment', () => catalog.entryAtSequence(space, pathOf(any()), moment()));
  measure(`a folder of ${filesInFolder} at a moment`, () => catalog.listAt(space, folder(), moment()));
  measure('a page of 2,000 of the tree at a moment', () => catalog.treeAt(space, '', moment(), pathOf(any()), 2_000));
  measure('a rare name, everywhere', () => catalog.findNames(space, ` ${any()}.`, false, 1_000));
  measure('a rare name, deleted only', () => catalog.findNames(space, ` ${any()}.`, true, 1_000));
  close();
} finally {
  rmSync(room, { recursive: true });
}
