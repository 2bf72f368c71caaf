import { describe, expect, it } from 'vitest';
import { parseChunkId } from '../domain/ids.ts';
import { savedByDeleting } from './unique-bytes.ts';

const id = (number: number) => parseChunkId(number.toString(16).padStart(64, '0'));
const of = (...chunks: readonly number[]) => ({ content: { depth: 0, chunks: chunks.map(id) } });
const bytesOf = (chunk: string): number => 10 ** Number.parseInt(chunk, 16);

describe('what deleting a version would save', () => {
  it('is what no other version has, each chunk once', () => {
    expect(savedByDeleting([of(1, 2, 2), of(2, 3), of(3, 1, 4)], bytesOf)).toEqual([0, 0, 10_000]);
    expect(savedByDeleting([of(1, 2, 2), of(3)], bytesOf)).toEqual([110, 1000]);
    expect(savedByDeleting([of(1), of(1)], bytesOf)).toEqual([0, 0]);
    expect(savedByDeleting([of()], bytesOf)).toEqual([0]);
  });

  it('is not known of a version whose chunks stand in lists', () => {
    const listed = { content: { depth: 1, chunks: [id(1)] } };
    expect(savedByDeleting([listed, of(1, 2)], bytesOf)).toEqual([undefined, 100]);
  });
});
