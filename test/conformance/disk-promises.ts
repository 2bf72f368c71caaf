/** What the `Disk` port promises (app/ports/disk.ts), run by every disk: the fake counts only if it keeps what the real one keeps. */
import { describe, expect, it } from 'vitest';
import { Fault, faultOf, type FaultCode } from '../../app/domain/fault.ts';
import type { Disk, FolderListing } from '../../app/ports/disk.ts';

/** A disk with an empty folder, and a hand that changes things behind its back. Paths are below the root. */
export interface DiskRoom {
  readonly disk: Disk;
  readonly root: string;
  readonly hand: {
    write(path: string, content: string): void;
    read(path: string): string;
    symlink(path: string, target: string): void;
    remove(path: string): void;
    exists(path: string): boolean;
  };
}

const never = new AbortController().signal;
const keepAll = (): boolean => false;
const placement = { mode: 0o640, mtimeNs: 1_700_000_000_123_456_000n };
/** Times are kept to the microsecond (docs/decisions/mtime-to-the-microsecond.md). */
const microseconds = (ns: bigint): bigint => ns / 1000n;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function codeOf(call: () => Promise<unknown>): Promise<FaultCode | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    return fault.code;
  }
}

async function walked(disk: Disk, root: string, isLeftOut = keepAll as (path: string) => boolean) {
  const listings: FolderListing[] = [];
  for await (const batch of disk.walk(root, '', isLeftOut, never)) listings.push(...batch);
  return listings;
}

export function diskPromises(open: () => Promise<DiskRoom>): void {
  describe('a listing', () => {
    it('names every entry with its kind, a link with its target, and folders apart', async () => {
      const { disk, root, hand } = await open();
      hand.write('file', 'four');
      hand.write('folder/inside', '');
      hand.symlink('link', 'folder/inside');
      const listing = await disk.list(root, '');
      const entries = listing.entries.map(({ name, stat, target }) => [name, stat.kind, target ?? '']);
      expect(entries.toSorted()).toEqual([
        ['file', 'file', ''],
        ['folder', 'folder', ''],
        ['link', 'symlink', 'folder/inside'],
      ]);
      expect(listing).toMatchObject({ path: '', folders: ['folder'], count: 3, isComplete: true, problems: [] });
      expect(listing.entries.find(({ name }) => name === 'file')?.stat.bytes).toBe(4);
    });

    it('of a folder that is not there is a problem and not complete', async () => {
      const { disk, root } = await open();
      const listing = await disk.list(root, 'nowhere');
      expect(listing).toMatchObject({ entries: [], isComplete: false, fingerprint: undefined });
      expect(listing.problems).toMatchObject([{ path: 'nowhere', fault: { code: 'not-found' } }]);
    });

    it('shows the same fingerprint until something in the folder looks different', async () => {
      const { disk, root, hand } = await open();
      hand.write('a', 'x');
      const { fingerprint } = await disk.list(root, '');
      expect(fingerprint).toBeTypeOf('string');
      expect((await disk.list(root, '')).fingerprint).toBe(fingerprint);
      hand.write('a', 'xy');
      const changed = (await disk.list(root, '')).fingerprint;
      expect(changed).not.toBe(fingerprint);
      hand.write('b', '');
      expect((await disk.list(root, '')).fingerprint).not.toBe(changed);
    });
  });

  describe('a walk', () => {
    it('shows every folder once, parents before children, and goes into nothing that is left out', async () => {
      const { disk, root, hand } = await open();
      for (const path of ['a/b/c/file', 'a/d/file', 'e/file', 'out/file']) hand.write(path, path);
      hand.symlink('loop', 'a');
      const paths = (await walked(disk, root, (path) => path === 'out')).map(({ path }) => path);
      expect(paths.toSorted()).toEqual(['', 'a', 'a/b', 'a/b/c', 'a/d', 'e']);
      for (const path of paths)
        if (path.includes('/'))
          expect(paths.indexOf(path.slice(0, path.lastIndexOf('/')))).toBeLessThan(paths.indexOf(path));
    });

    it('of a root that is not there is a problem, and never empty and complete', async () => {
      const { disk, root } = await open();
      const [listing] = await walked(disk, `${root}-gone`);
      expect(listing).toMatchObject({ path: '', isComplete: false });
      expect(listing?.problems[0]?.fault.code).toBe('not-found');
    });

    it('ends when it is aborted', async () => {
      const { disk, root, hand } = await open();
      hand.write('a/file', '');
      await expect(async () => {
        for await (const _ of disk.walk(root, '', keepAll, AbortSignal.abort())) expect(_).toBeDefined();
      }).rejects.toThrow();
    });
  });

  describe('a look', () => {
    it('does not follow links, and says nothing of what is not there', async () => {
      const { disk, root, hand } = await open();
      hand.symlink('dangling', 'nowhere');
      expect(await disk.look(root, 'dangling')).toMatchObject({ kind: 'symlink' });
      expect(await disk.look(root, 'nowhere')).toBeUndefined();
      expect(await disk.look(root, '')).toMatchObject({ kind: 'folder' });
    });
  });

  describe('a read', () => {
    it('gives the asked spans in one buffer, shorter at the end of a file, with the same look before and after', async () => {
      const { disk, root, hand } = await open();
      hand.write('a', '0123456789');
      hand.write('b', 'xyz');
      const { buffer, spans } = await disk.read(
        root,
        [
          { path: 'a', offset: 2, bytesMax: 3 },
          { path: 'b', offset: 1, bytesMax: 100 },
          { path: 'b', offset: 50, bytesMax: 1 },
        ],
        never,
      );
      const texts = spans.map((span) => {
        if (span instanceof Fault) throw span;
        expect(span.before).toEqual(span.after);
        return new TextDecoder().decode(new Uint8Array(buffer, span.start, span.bytes));
      });
      expect(texts).toEqual(['234', 'yz', '']);
    });

    it('tells of one file’s trouble in its place and reads the others; a link is not followed', async () => {
      const { disk, root, hand } = await open();
      hand.write('there', 'yes');
      hand.symlink('link', 'there');
      const span = (path: string) => ({ path, offset: 0, bytesMax: 9 });
      const { spans } = await disk.read(root, [span('gone'), span('there'), span('link')], never);
      expect(spans.map((one) => (one instanceof Fault ? one.code : one.bytes))).toEqual([
        'not-found',
        3,
        'file-unreadable',
      ]);
    });
  });

  describe('a placement', () => {
    it('is not there before it is finished, then whole, with mode and time', async () => {
      const { disk, root, hand } = await open();
      const file = await disk.place(root, 'new', 'never');
      await file.write(3, bytesOf('defg'));
      await file.write(0, bytesOf('abc'));
      expect(hand.exists('new')).toBe(false);
      const stat = await file.finish(10, placement, true);
      expect(stat).toMatchObject({ kind: 'file', bytes: 10, mode: placement.mode });
      expect(microseconds(stat.mtimeNs)).toBe(microseconds(placement.mtimeNs));
      expect(hand.read('new')).toBe('abcdefg\0\0\0');
      expect(await disk.look(root, 'new')).toEqual(stat);
    });

    it('leaves nothing when it is abandoned, and is listed nowhere while it is under way', async () => {
      const { disk, root } = await open();
      const file = await disk.place(root, 'new', 'never');
      await file.write(0, bytesOf('abc'));
      expect((await disk.list(root, '')).entries).toEqual([]);
      await file.abandon();
      expect((await disk.list(root, '')).entries).toEqual([]);
    });

    it('keeps what stands there unless it may replace it', async () => {
      const { disk, root, hand } = await open();
      hand.write('mine', 'old');
      const careful = await disk.place(root, 'mine', 'never');
      await careful.write(0, bytesOf('new'));
      expect(await codeOf(() => careful.finish(3, placement, false))).toBe('already-exists');
      await careful.abandon();
      expect(hand.read('mine')).toBe('old');
      const bold = await disk.place(root, 'mine', 'replace');
      await bold.write(0, bytesOf('new'));
      await bold.finish(3, placement, false);
      expect(hand.read('mine')).toBe('new');
    });

    it('of many small files answers for each: one that cannot be does not keep the others', async () => {
      const { disk, root, hand } = await open();
      hand.write('taken', 'old');
      const file = (path: string) => ({ path, bytes: bytesOf(path), ...placement });
      const placed = await disk.placeSmall(root, [file('a'), file('taken'), file('b')], 'never', true);
      expect(placed.map((one) => (one instanceof Fault ? one.code : one.kind))).toEqual([
        'file',
        'already-exists',
        'file',
      ]);
      expect([hand.read('a'), hand.read('taken'), hand.read('b')]).toEqual(['a', 'old', 'b']);
    });

    it('of a link writes the link itself, never what it points to', async () => {
      const { disk, root, hand } = await open();
      hand.write('target', 'kept');
      hand.symlink('link', 'target');
      expect(await codeOf(() => disk.placeSymlink(root, 'link', 'other', 'never'))).toBe('already-exists');
      expect(await disk.placeSymlink(root, 'link', 'other', 'replace')).toMatchObject({ kind: 'symlink' });
      expect((await disk.list(root, '')).entries.find(({ name }) => name === 'link')?.target).toBe('other');
      expect(hand.read('target')).toBe('kept');
    });
  });

  describe('folders', () => {
    it('are made with all above them, again without harm, and never over a file', async () => {
      const { disk, root, hand } = await open();
      await disk.makeFolder(root, 'a/b/c');
      await disk.makeFolder(root, 'a/b/c');
      expect(await disk.look(root, 'a/b/c')).toMatchObject({ kind: 'folder' });
      hand.write('file', '');
      expect(await codeOf(() => disk.makeFolder(root, 'file'))).toBe('already-exists');
      expect(await codeOf(() => disk.makeFolder(root, 'file/below'))).toBe('already-exists');
    });

    it('take a mode and a time', async () => {
      const { disk, root } = await open();
      await disk.makeFolder(root, 'a');
      await disk.setFolder(root, 'a', { mode: 0o711, mtimeNs: placement.mtimeNs });
      const stat = await disk.look(root, 'a');
      expect(stat?.mode).toBe(0o711);
      expect(microseconds(stat?.mtimeNs ?? 0n)).toBe(microseconds(placement.mtimeNs));
    });

    it('are found by a whole path; what is no folder is refused', async () => {
      const { disk, root, hand } = await open();
      expect(await disk.resolveFolder(root)).toBe(root);
      hand.write('file', '');
      expect(await codeOf(() => disk.resolveFolder(`${root}/file`))).toBeDefined();
      expect(await codeOf(() => disk.resolveFolder(`${root}/nowhere`))).toBe('not-found');
      expect(await disk.freeBytes(root)).toBeGreaterThan(0);
    });
  });

  describe('a name from a stranger', () => {
    it.each(['../escape', 'a/../../escape', 'a//b', 'nul\0byte'])(
      'edge 12: never leaves the root: %j',
      async (path) => {
        const { disk, root, hand } = await open();
        hand.write('a/file', '');
        for (const call of [
          () => disk.makeFolder(root, path),
          () => disk.place(root, path, 'replace'),
          () => disk.placeSymlink(root, path, 'x', 'replace'),
        ])
          expect(await codeOf(call)).toBe('name-unsafe');
        const [small] = await disk.placeSmall(root, [{ path, bytes: bytesOf('x'), ...placement }], 'replace', false);
        expect(small).toMatchObject({ code: 'name-unsafe' });
      },
    );
  });
}
