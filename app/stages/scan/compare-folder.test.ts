import { describe, expect, it } from 'vitest';
import { Fault } from '../../domain/fault.ts';
import { parseDeviceId, parseNodeId } from '../../domain/ids.ts';
import { parsePathName } from '../../domain/path-name.ts';
import type { EntryRow } from '../../ports/catalog.ts';
import type { FileStat, FolderListing, ListedEntry } from '../../ports/disk.ts';
import { compareFolder, lookOf, type Findings } from './compare-folder.ts';

const stat = (over: Partial<FileStat> = {}): FileStat => ({
  kind: 'file',
  bytes: 10,
  mtimeNs: 5n,
  ctimeNs: 6n,
  mode: 0o644,
  device: 1n,
  inode: 2n,
  links: 1,
  ...over,
});

const entry = (name: string, over: Partial<FileStat> = {}): ListedEntry => ({
  name: parsePathName(name),
  stat: stat(over),
});

const dot = { device: parseDeviceId(new Uint8Array(16)), sequence: 1 };

/** What the catalog has of an entry that looked like `over` when it was seen last. */
function row(name: string, num: number, over: Partial<FileStat> = {}, isSeen = true): EntryRow {
  const seen = stat(over);
  return {
    parent: 1,
    name: parsePathName(name),
    num,
    node: parseNodeId(new Uint8Array(16).fill(num)),
    kind: seen.kind === 'other' ? 'file' : seen.kind,
    mode: seen.mode,
    mtimeNs: seen.mtimeNs,
    bytes: seen.bytes,
    content: { depth: 0, chunks: [] },
    place: dot,
    version: dot,
    since: 1,
    look: isSeen ? lookOf(seen) : undefined,
  };
}

function compare(
  entries: readonly ListedEntry[],
  rows: readonly EntryRow[],
  options: {
    isComplete?: boolean;
    leftOut?: string;
    taken?: number;
    parked?: readonly EntryRow[];
    problems?: FolderListing['problems'];
    nature?: { foldsForms?: boolean; keepsModes?: boolean };
  } = {},
) {
  const found: Findings = {
    jobs: [],
    placed: [],
    missing: [],
    replaced: new Set(),
    looks: [],
    clashes: [],
    problems: [],
    special: 0,
    seen: 0,
  };
  const kept: number[] = [];
  const newcomers = compareFolder(
    {
      isLeftOut: (path) => path === options.leftOut,
      parked: new Set(options.parked?.map(({ node }) => node)),
      nature: { foldsForms: false, keepsModes: true, ...options.nature },
    },
    {
      path: '',
      entries,
      problems: options.problems ?? [],
      isComplete: options.isComplete ?? true,
      fingerprint: undefined,
      count: entries.length,
      folders: [],
    },
    1,
    rows,
    found,
    { isTaken: (num) => num === options.taken, keep: ({ num }) => void kept.push(num) },
  );
  return {
    ...found,
    jobs: found.jobs.map(({ name }) => name),
    placed: found.placed.map(({ name }) => name),
    missing: found.missing.map(({ name }) => name),
    newcomers: newcomers.map(({ path }) => path),
    kept,
  };
}

const nothing = { jobs: [], placed: [], missing: [], newcomers: [], looks: [], problems: [] };

describe('a file at its old place', () => {
  it('that looks as it did is not looked into', () => {
    expect(compare([entry('a')], [row('a', 2)])).toMatchObject({ ...nothing, seen: 1 });
  });

  it.each([
    ['size', { bytes: 11 }],
    ['time', { mtimeNs: 7n }],
    ['change time alone, as when the time was set back', { ctimeNs: 7n }],
    ['inode, as after an atomic save', { inode: 3n }],
    ['device', { device: 9n }],
  ])('edge 33, 35: that changed its %s is looked into', (_, over) => {
    expect(compare([entry('a', over)], [row('a', 2)])).toMatchObject({ ...nothing, jobs: ['a'], kept: [2] });
  });

  it('that was never seen on this disk is looked into', () => {
    expect(compare([entry('a')], [row('a', 2, {}, false)])).toMatchObject({ ...nothing, jobs: ['a'] });
  });

  it('whose identity was met elsewhere already is new, and its old place is left', () => {
    const result = compare([entry('a', { inode: 3n })], [row('a', 2)], { taken: 2 });
    expect(result).toMatchObject({ ...nothing, newcomers: ['a'], missing: ['a'] });
  });

  it('that became another kind is new, and the old one has to go', () => {
    const result = compare([entry('a', { kind: 'folder' })], [row('a', 2)]);
    expect(result).toMatchObject({ ...nothing, newcomers: ['a'], missing: ['a'] });
    expect([...result.replaced]).toEqual([2]);
  });
});

describe('a folder at its old place', () => {
  const old = row('f', 3, { kind: 'folder' });
  it('edge 26: keeps its identity whatever its times say', () => {
    const touched = entry('f', { kind: 'folder', mtimeNs: 99n, ctimeNs: 99n });
    expect(compare([touched], [old])).toMatchObject({ ...nothing, kept: [3] });
  });

  it('with other permissions is a change', () => {
    expect(compare([entry('f', { kind: 'folder', mode: 0o700 })], [old])).toMatchObject({ ...nothing, placed: ['f'] });
  });

  it('with another inode only gets its new look', () => {
    const result = compare([entry('f', { kind: 'folder', inode: 77n })], [old]);
    expect(result.looks).toMatchObject([{ name: 'f', look: { inode: 77n } }]);
    expect(result).toMatchObject({ placed: [], missing: [] });
  });
});

describe('what is not listed', () => {
  it('is missing when the listing is complete', () => {
    expect(compare([], [row('a', 2)])).toMatchObject({ ...nothing, missing: ['a'] });
  });

  it('is unknown when the listing is not', () => {
    const problems = [{ path: '', fault: new Fault('file-unreadable', 'later', 'no') }];
    const result = compare([], [row('a', 2)], { isComplete: false, problems });
    expect(result).toMatchObject({ ...nothing, problems });
  });

  it('is not missing when it was never here, or is left out', () => {
    expect(compare([], [row('a', 2, {}, false)])).toMatchObject(nothing);
    expect(compare([], [row('a', 2)], { leftOut: 'a' })).toMatchObject(nothing);
  });
});

describe('what this device never had on its disk', () => {
  it('makes room for nothing and is replaced by nothing: what stands in its place is a clash', () => {
    const absent = row('a', 2, { kind: 'folder' }, false);
    const result = compare([entry('a')], [absent]);
    expect(result).toMatchObject({ missing: [], newcomers: [] });
    expect(result.clashes.map(({ path }) => path)).toEqual(['a']);
  });

  it('is looked into when something of its kind stands there', () => {
    expect(compare([entry('a')], [row('a', 2, {}, false)])).toMatchObject({ jobs: ['a'], missing: [] });
  });

  it('is not missing, and neither is what a killed pass left aside', () => {
    const aside = row('b', 3);
    expect(compare([], [row('a', 2, {}, false), aside], { parked: [aside] })).toMatchObject({ missing: [] });
  });
});

describe('what is not kept', () => {
  it('is counted when it is a pipe or the like, and passed over when it is Floe’s own', () => {
    const result = compare([entry('pipe', { kind: 'other' }), entry('.floe-space')], []);
    expect(result).toMatchObject({ ...nothing, special: 1, seen: 1 });
  });

  it('counts as gone where a file was before', () => {
    expect(compare([entry('a', { kind: 'other' })], [row('a', 2)])).toMatchObject({ missing: ['a'], special: 1 });
  });
});

describe('a disk with ways of its own', () => {
  it('edge 5: lists a name in another normal form, and it is still the same file', () => {
    const nature = { foldsForms: true };
    const old = row('caf\u00e9', 2);
    expect(compare([entry('cafe\u0301')], [old], { nature })).toMatchObject(nothing);
    expect(compare([entry('cafe\u0301', { mtimeNs: 7n })], [old], { nature })).toMatchObject({
      ...nothing,
      jobs: ['caf\u00e9'],
    });
    expect(compare([entry('cafe\u0301')], [old])).toMatchObject({ newcomers: ['cafe\u0301'], missing: ['caf\u00e9'] });
  });

  it('edge 5: of two forms in the space, the one that is on the disk is what it lists', () => {
    const nature = { foldsForms: true };
    const rows = [row('caf\u00e9', 2), row('cafe\u0301', 3, {}, false)];
    expect(compare([entry('cafe\u0301')], rows, { nature })).toMatchObject(nothing);
  });

  it('edge 25: keeps no permissions, and shows none: those of the space stay', () => {
    const nature = { keepsModes: false };
    const folder = row('f', 3, { kind: 'folder', mode: 0o700 });
    const shown = entry('f', { kind: 'folder', mode: 0o755 });
    expect(compare([shown], [folder], { nature })).toMatchObject(nothing);
    expect(compare([shown], [folder])).toMatchObject({ placed: ['f'] });
  });
});
