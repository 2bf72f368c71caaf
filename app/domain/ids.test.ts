import { expect, test } from 'vitest';
import { idToBytes, parseChunkId, parseDeviceId, parseNodeId, parseSpaceId, parseSuiId } from './ids.ts';

test.each([
  ['space', parseSpaceId, 16],
  ['device', parseDeviceId, 16],
  ['node', parseNodeId, 16],
  ['chunk', parseChunkId, 32],
] as const)('a %s id has one text and comes back from its bytes', (_name, parse, size) => {
  const bytes = Uint8Array.from({ length: size }, (_, i) => 255 - i);
  const id = parse(bytes);
  expect(parse(String(id))).toBe(id);
  expect(idToBytes(id)).toEqual(bytes);
  for (const wrong of [id.slice(1), `${id}00`, id.toUpperCase(), `0x${id}`, `${id}\n`, '', new Uint8Array(size + 1)])
    expect(() => parse(wrong)).toThrow(expect.objectContaining({ code: 'bad-input' }));
});

test('a Sui address is written in full whatever short form came in', () => {
  const full = `0x${'0'.repeat(63)}2`;
  for (const form of ['0x2', '2', '0X2', '0x02', full, full.slice(2), idToBytes(parseSuiId(full))])
    expect(parseSuiId(form)).toBe(full);
  expect(parseSuiId('0xABCDEF')).toBe(`0x${'abcdef'.padStart(64, '0')}`);
  for (const wrong of ['', '0x', '0xg', `0x${'1'.repeat(65)}`, '0x2\n', '0x0x2', new Uint8Array(33)])
    expect(() => parseSuiId(wrong)).toThrow(expect.objectContaining({ code: 'bad-input' }));
});
