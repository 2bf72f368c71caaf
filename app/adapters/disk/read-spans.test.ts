import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nativeReadFiles } from '../../../native-workers/codec/codec.ts';
import { textFromNameBytes } from '../../domain/path-name.ts';
import { readSpans } from './read-spans.ts';
import { makeRoom } from './test-room.ts';

const native = nativeReadFiles();
const flag = (value: number): Int32Array => Int32Array.of(value);

/** Every kind of thing that may stand where a file was listed, names that are no text among them. */
function furnishedRoom(): { readonly root: string; readonly paths: readonly string[] } {
  const root = makeRoom(onTestFinished);
  mkdirSync(`${root}/folder/inner`, { recursive: true });
  writeFileSync(`${root}/first`, 'first');
  writeFileSync(`${root}/empty`, '');
  writeFileSync(`${root}/folder/one`, 'in a folder');
  writeFileSync(`${root}/folder/inner/large`, Buffer.alloc(300_000, 'large'));
  writeFileSync(Buffer.concat([Buffer.from(`${root}/folder/`), Buffer.of(0xff, 0xfe)]), 'no text');
  linkSync(`${root}/first`, `${root}/folder/hard`);
  utimesSync(`${root}/first`, -3.5, -3.5);
  symlinkSync('first', `${root}/link`);
  symlinkSync('folder', `${root}/way`);
  execFileSync('mkfifo', [`${root}/pipe`]);
  const unnamed = `folder/${textFromNameBytes(Uint8Array.of(0xff, 0xfe))}`;
  const files = ['first', 'empty', 'folder/one', 'folder/hard', unnamed, 'folder/inner/large', 'folder/one'];
  return { root, paths: [...files, 'link', 'way/one', 'pipe', 'folder', 'gone', 'gone/gone', '../first', 'first'] };
}

const shown = (read: ReturnType<typeof readSpans>): unknown[] =>
  read.spans.map((span) =>
    'code' in span ? span : { ...span, start: 0, text: Buffer.from(read.buffer, span.start, span.bytes).toString() },
  );

describe.runIf(native)('many files in one call', () => {
  test.each([
    { offset: 0, bytesMax: 1_000_000 },
    { offset: 3, bytesMax: 2 },
    { offset: 400_000, bytesMax: 10 },
    { offset: 0, bytesMax: 0 },
  ])('show what they show one by one (from $offset, $bytesMax bytes)', (stretch) => {
    const { root, paths } = furnishedRoom();
    const spans = paths.map((path) => ({ path, ...stretch }));
    const together = readSpans(root, spans, flag(0), undefined, native);
    expect(shown(together)).toEqual(shown(readSpans(root, spans, flag(0))));
    expect(together.spans).toHaveLength(paths.length);
    expect(together.spans.filter((span) => !('code' in span))).toHaveLength(8);
  });

  test('never overlap, whatever fails between them', () => {
    const { root, paths } = furnishedRoom();
    const read = readSpans(
      root,
      paths.map((path) => ({ path, offset: 0, bytesMax: 400_000 })),
      flag(0),
      undefined,
      native,
    );
    const taken = read.spans.flatMap((span) => ('code' in span ? [] : [span])).sort((a, b) => a.start - b.start);
    let end = 0;
    for (const { start, bytes } of taken) {
      expect(start).toBeGreaterThanOrEqual(end);
      end = start + bytes;
    }
    expect(read.buffer.byteLength).toBe(end);
  });

  test('stop when asked to', () => {
    const { root } = furnishedRoom();
    const spans = [{ path: 'first', offset: 0, bytesMax: 5 }];
    expect(readSpans(root, spans, flag(1), undefined, native).spans).toMatchObject([{ bytes: 0 }]);
  });
});

describe.runIf(native)('the addon', () => {
  const read = (names: string, into = new Uint8Array(8), bytesMax = 4): unknown =>
    native?.(0, Buffer.from(names), [{ offset: 0, bytesMax }], into, flag(0));

  test('refuses names that lead elsewhere or are none', () => {
    for (const bad of ['../name\0', 'a/b\0', '\0', 'a\0b\0', 'name', ''])
      expect(() => read(bad)).toThrow(/refuses its input/);
  });

  test('refuses more than there is room for', () => {
    expect(() => read('name\0', new Uint8Array(3))).toThrow(/too small/);
    expect(() => read('name\0', new Uint8Array(3), NaN)).toThrow(/no such stretch/);
    expect(() => read('name\0', new Uint8Array(3), -1)).toThrow(/no such stretch/);
  });

  test('answers nothing where it cannot read', () => {
    expect(read('name\0')).toEqual([undefined]);
  });
});
