import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import {
  displayName,
  joinPath,
  nameBytesFromText,
  nameBytesMax,
  parsePathName,
  pathNames,
  textFromNameBytes,
} from './path-name.ts';

const seed = Number(process.env['FLOE_SEED'] ?? '20261121');
const unsafe = expect.objectContaining({ code: 'name-unsafe' });
/** Bytes near the edges of UTF-8, so that broken and whole sequences are both likely. */
const edgeByte = fc.constantFrom(
  ...[0x00, 0x2e, 0x2f, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbb, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xdf],
  ...[0xe0, 0xe2, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff],
);
const nameBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.array(edgeByte, { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)),
);

describe(`names as text (seed ${seed})`, () => {
  test('any bytes come back byte for byte', () => {
    fc.assert(
      fc.property(nameBytes, (bytes) => {
        expect(toHex(nameBytesFromText(textFromNameBytes(bytes)))).toBe(toHex(bytes));
      }),
      { seed, numRuns: 5_000 },
    );
  });

  test('a byte order mark is part of a name, alone and beside broken bytes', () => {
    for (const hex of ['efbbbf', 'efbbbf61', '61efbbbf', 'ffefbbbf61', 'efbbbfff'])
      expect(toHex(nameBytesFromText(textFromNameBytes(fromHex(hex))))).toBe(hex);
  });

  test('valid UTF-8 is ordinary text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        expect(textFromNameBytes(new TextEncoder().encode(text))).toBe(text);
      }),
      { seed },
    );
  });

  test('different bytes have different texts: overlong forms, surrogates and cut sequences stay apart', () => {
    const forms = ['2f', 'c0af', 'e080af', 'f08080af', 'eda080', 'f4908080', 'c3', 'c3a9', 'e28080', 'e280'];
    const texts = forms.map((hex) => textFromNameBytes(fromHex(hex)));
    expect(new Set(texts).size).toBe(forms.length);
    for (const text of texts.slice(1)) expect(text).not.toContain('/');
  });
});

describe(`names that may be used (seed ${seed})`, () => {
  test('edge 12: whatever could leave its folder or cannot exist is refused, as text and as bytes', () => {
    for (const name of ['', '.', '..', '/', 'a/b', '/a', 'a\0', '\0', 'x'.repeat(nameBytesMax + 1), 'é'.repeat(128)]) {
      expect(() => parsePathName(name)).toThrow(unsafe);
      expect(() => parsePathName(new TextEncoder().encode(name))).toThrow(unsafe);
    }
    for (const name of ['...', ' ', '-rf', 'x'.repeat(nameBytesMax), 'é'.repeat(127), 'a\nb'])
      expect(parsePathName(name)).toBe(name);
  });

  test('edge 11: a refusal shows the name without its control characters', () => {
    const text = (() => {
      try {
        return parsePathName('\u001b[31m/\u202e');
      } catch (error) {
        return String(error);
      }
    })();
    expect(text).toContain('\\u{1b}[31m/\\u{202e}');
    expect(displayName(textFromNameBytes(Uint8Array.of(0x61, 0xff, 0x0a)))).toBe('a\\xff\\n');
    expect(displayName('👩‍👧')).toBe('👩‍👧');
  });

  test('a path is its names, and the root has none', () => {
    expect(pathNames('')).toEqual([]);
    const names = fc.array(
      fc
        .uint8Array({ minLength: 1, maxLength: 9 })
        .filter((bytes) => !bytes.some((byte) => byte === 0 || byte === 0x2f)),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(names, (all) => {
        const parsed = all.filter((bytes) => !/^\.{1,2}$/.test(textFromNameBytes(bytes))).map((n) => parsePathName(n));
        expect(pathNames(parsed.reduce<string>(joinPath, ''))).toEqual(parsed);
      }),
      { seed },
    );
    for (const path of ['/', 'a/', '/a', 'a//b', 'a/../b', './a']) expect(() => pathNames(path), path).toThrow(unsafe);
  });
});
