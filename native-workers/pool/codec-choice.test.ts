import { expect, test } from 'vitest';
import { loadNative } from '../codec/codec.ts';
import { chooseCodec, codecNames, codecWords, parseCodecName } from './codec-choice.ts';

const isNativeHere = loadNative() !== undefined;

test('a forced codec is the one that is used', () => {
  expect(chooseCodec('wasm').rs2.engine).toBe('wasm');
  expect(chooseCodec('portable').rs2.engine).toBe('portable');
  expect(codecNames.map(parseCodecName)).toEqual(codecNames);
  expect(() => parseCodecName('fast')).toThrow(expect.objectContaining({ code: 'bad-input', retry: 'after-user' }));
});

test.skipIf(!isNativeHere)('the native codec is preferred where it is built', () => {
  expect(chooseCodec(undefined).name).toBe('native');
  expect(chooseCodec(undefined).packBytesMax).toBe(64 * 1024 * 1024);
  expect(codecWords()).toMatch(/^native \S+ codec$/);
});

test.skipIf(isNativeHere)('without it wasm does the work and says so; forcing it is a fault', () => {
  expect(chooseCodec(undefined).name).toBe('wasm');
  expect(chooseCodec(undefined).packBytesMax).toBe(16 * 1024 * 1024);
  expect(codecWords()).toMatch(/^no native codec \(.+\): the wasm encoder does the work, about \d+ times slower$/);
  expect(() => chooseCodec('native')).toThrow(expect.objectContaining({ code: 'codec-refused' }));
});

test('the line says why it is not native', () => {
  expect(codecWords('wasm')).toMatch(/FLOE_CODEC asks for another.*times slower/);
  expect(codecWords('portable')).toMatch(/portable/);
});
