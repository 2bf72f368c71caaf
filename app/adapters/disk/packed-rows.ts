/**
 * Listings as bytes: a disk thread writes a row for each entry, and only the folders that are looked into are read back as objects, because
 * making objects costs more than looking at the disk. Little-endian: kind (1), mode (2), links (4), bytes (8), mtime in ns (8), ctime in ns (8),
 * device (8), inode (8), bytes of the name (2), name.
 */
import type { BigIntStats } from 'node:fs';
import { nameBytesFromText, textFromNameBytes } from '../../domain/path-name.ts';
import type { FileStat } from '../../ports/disk.ts';
import { clampNs, kindOf } from './file-look.ts';

const kinds = ['file', 'folder', 'symlink', 'other'] as const;
const nameAt = 49;
/** A name of 255 UTF-16 units, as some systems allow, has at most so many bytes. */
const nameBytesMax = 3 * 255;
const firstBytes = 512 * 1024;
/** What one very large folder needed is not kept. */
const keptBytesMax = 1024 * 1024;

/**
 * Grows as rows are added. A thread has one for all its answers: with one for each, tens of megabytes would wait for the collector, which counts a
 * buffer outside its heap for little.
 */
export class RowWriter {
  #bytes = Buffer.alloc(firstBytes);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  get end(): number {
    return this.#end;
  }

  /** Forgets the rows from `end` on. */
  cut(end: number): void {
    this.#end = end;
  }

  add(name: string, stat: BigIntStats): void {
    if (this.#end + nameAt + nameBytesMax > this.#bytes.length) this.#grow();
    const at = this.#end;
    const view = this.#view;
    view.setUint8(at, kinds.indexOf(kindOf(stat)));
    view.setUint16(at + 1, Number(stat.mode) & 0o7777, true);
    view.setUint32(at + 3, Number(stat.nlink), true);
    view.setBigUint64(at + 7, stat.size, true);
    view.setBigInt64(at + 15, clampNs(stat.mtimeNs), true);
    view.setBigInt64(at + 23, clampNs(stat.ctimeNs), true);
    view.setBigUint64(at + 31, stat.dev, true);
    view.setBigUint64(at + 39, stat.ino, true);
    const length = this.#writeName(name, at + nameAt);
    view.setUint16(at + 47, length, true);
    this.#end = at + nameAt + length;
  }

  bytesFrom(start: number): Buffer {
    return this.#bytes.subarray(start, this.#end);
  }

  /** Everything so far, in memory of its own that may be moved, and begins again. */
  take(): ArrayBuffer {
    const rows = this.#bytes.buffer.slice(0, this.#end);
    this.#end = 0;
    if (this.#bytes.length > keptBytesMax) this.#use(Buffer.alloc(firstBytes));
    return rows;
  }

  #writeName(name: string, at: number): number {
    if (name.isWellFormed()) return this.#bytes.write(name, at, 'utf8');
    const bytes = nameBytesFromText(name);
    this.#bytes.set(bytes, at);
    return bytes.length;
  }

  #grow(): void {
    const larger = Buffer.alloc(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#use(larger);
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

export interface PackedRow {
  readonly text: string;
  readonly stat: FileStat;
}

/** The rows between two offsets of an answer. */
export function* readRows(rows: ArrayBuffer, start: number, end: number): Generator<PackedRow> {
  const view = new DataView(rows);
  const bytes = Buffer.from(rows);
  for (let at = start; at < end;) {
    const nameEnd = at + nameAt + view.getUint16(at + 47, true);
    const stat = {
      kind: kinds[view.getUint8(at)] ?? 'other',
      bytes: Number(view.getBigUint64(at + 7, true)),
      mtimeNs: view.getBigInt64(at + 15, true),
      ctimeNs: view.getBigInt64(at + 23, true),
      mode: view.getUint16(at + 1, true),
      device: view.getBigUint64(at + 31, true),
      inode: view.getBigUint64(at + 39, true),
      links: view.getUint32(at + 3, true),
    };
    const text = bytes.toString('utf8', at + nameAt, nameEnd);
    // U+FFFD tells that some bytes were no text (or that the name has that letter): then the exact way is taken.
    yield { text: text.includes('\u{fffd}') ? textFromNameBytes(bytes.subarray(at + nameAt, nameEnd)) : text, stat };
    at = nameEnd;
  }
}
