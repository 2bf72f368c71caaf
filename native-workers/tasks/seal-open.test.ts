import { createCipheriv, createHmac } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../app/domain/fault.ts';
import { findCuts } from '../codec/gear.ts';
import type { FoundChunk } from './chunk.ts';
import { looksCompressible } from './compression.ts';
import { openTask } from './open.ts';
import { sealTask, type SealedChunk } from './seal.ts';
import { seededBytes, seededText, sha256 } from './seeded-bytes.ts';
import type { TaskContext } from './task.ts';

const context: TaskContext = {
  rs2() {
    throw new Error('sealing needs no codec');
  },
  findCuts: () => findCuts,
  parts() {
    throw new Error('nothing is shared here');
  },
  sealing: () => undefined,
  isCancelled: () => false,
};
const idKey = seededBytes('id key', 32);
const sealKey = seededBytes('seal key', 32);

function named(plain: Uint8Array, start = 0): FoundChunk {
  return { id: createHmac('sha256', idKey).update(plain).digest('hex'), start, bytes: plain.length };
}

function sealAll(plains: readonly Uint8Array[], compressLevel = 3, nonceSeed = 'nonces') {
  const buffer = new Uint8Array(plains.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  const chunks = plains.map((plain) => {
    buffer.set(plain, at);
    at += plain.length;
    return named(plain, at - plain.length);
  });
  const nonces = seededBytes(nonceSeed, 12 * chunks.length);
  return sealTask.run({ buffer: buffer.buffer, chunks, sealKey, nonces, compressLevel }, context);
}

function openAll(
  buffer: ArrayBufferLike,
  chunks: readonly SealedChunk[],
  keys: { sealKey?: Uint8Array; idKey?: Uint8Array } = {},
) {
  return openTask.run({ buffer, chunks, sealKey, idKey, ...keys }, context);
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return undefined;
}

/** A sealed form made by the rules of docs/formats/chunk.md with nothing but the platform's primitives. */
function sealedByHand(id: string, codec: number, body: Uint8Array, nonceSeed = 'by hand'): ArrayBuffer {
  const key = createHmac('sha256', sealKey).update('floe chunk key v1').update(Buffer.from(id, 'hex')).digest();
  const nonce = seededBytes(nonceSeed, 12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.concat([Buffer.of(codec), Buffer.from(id, 'hex')]));
  const text = Buffer.concat([cipher.update(body), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.of(codec), nonce, text, cipher.getAuthTag()])).buffer;
}

describe('format version 1 is frozen', () => {
  test('a raw sealed chunk, byte for byte', () => {
    const { sealed, chunks } = sealAll([seededBytes('frozen', 100)], 3, 'frozen nonce');
    expect(chunks).toEqual([{ id: frozen.id, start: 0, bytes: 129, plainBytes: 100 }]);
    expect(sha256(new Uint8Array(sealed, 0, 129))).toBe(frozen.raw);
    expect(Buffer.from(sealed).subarray(0, 20).toString('hex')).toBe(frozen.rawStart);
    expect(new Uint8Array(sealedByHand(frozen.id, 0, seededBytes('frozen', 100), 'frozen nonce'))).toEqual(
      new Uint8Array(sealed),
    );
  });

  test('a compressed chunk that was sealed once can always be opened', () => {
    const sealed = new Uint8Array(Buffer.from(frozen.compressed, 'hex'));
    const text = seededText('t', 300);
    const chunk = { id: named(text).id, start: 0, bytes: sealed.length, plainBytes: 300 };
    expect(new Uint8Array(openAll(sealed.buffer, [chunk]).plain)).toEqual(text);
  });
});

describe('round trips', () => {
  test('chunks of every kind and many lengths come back as they were, in the order asked', () => {
    const lengths = [0, 1, 63, 64, 65, 4095, 4096, 32_768, 65_535, 65_536, 65_537, 200_000, 1_500_000];
    const plains = lengths.flatMap((length) => [
      seededBytes(`random ${length}`, length),
      seededText(`text ${length}`, length),
      new Uint8Array(length),
    ]);
    for (const level of [0, 1, 3, 9]) {
      const { sealed, chunks } = sealAll(plains, level);
      const order = chunks.map((_, i) => (i * 7) % chunks.length);
      const asked = order.flatMap((i) => chunks[i] ?? []);
      const opened = openAll(sealed, asked);
      for (const [at, chunk] of opened.chunks.entries()) {
        const expected = plains[order[at] ?? -1];
        expect(chunk.id).toBe(asked[at]?.id);
        expect(Buffer.compare(Buffer.from(opened.plain, chunk.start, chunk.bytes), expected ?? Buffer.of(0))).toBe(0);
      }
    }
  });

  test('edge 43: text shrinks, random bytes and tiny chunks stay as they are, and level 0 compresses nothing', () => {
    const plains = [
      seededText('shrink', 300_000),
      seededBytes('stay', 300_000),
      new Uint8Array(63),
      seededText('sm', 2000),
    ];
    const { sealed, chunks } = sealAll(plains);
    const [text, random, tiny, little] = chunks;
    expect(text?.bytes).toBeLessThan(200_000);
    expect(random?.bytes).toBe(300_029);
    expect(tiny?.bytes).toBe(63 + 29);
    expect(little?.bytes).toBeLessThan(1500);
    const codecs = chunks.map(({ start }) => new Uint8Array(sealed)[start]);
    expect(codecs).toEqual([1, 0, 0, 1]);
    expect(sealAll(plains, 0).chunks.map(({ bytes }) => bytes)).toEqual(plains.map(({ length }) => length + 29));
  });

  test('the probe sees skewed bytes, and repeats with a flat histogram', () => {
    expect(looksCompressible(seededBytes('flat', 500_000))).toBe(false);
    expect(looksCompressible(seededText('skewed', 500_000))).toBe(true);
    const block = seededBytes('block', 1000);
    const repeated = new Uint8Array(400_000);
    for (let at = 0; at < repeated.length; at += 1000) repeated.set(block, at);
    expect(looksCompressible(repeated)).toBe(true);
  });

  test('sealing the same chunk twice gives two different sealed forms', () => {
    const plain = seededBytes('twice', 1000);
    const first = new Uint8Array(sealAll([plain], 3, 'one').sealed);
    expect(first).not.toEqual(new Uint8Array(sealAll([plain], 3, 'two').sealed));
  });
});

describe('what is not exactly as it was sealed is refused and named', () => {
  const plain = seededBytes('tampered', 40);
  const { sealed, chunks } = sealAll([plain]);
  const [chunk = { id: '', start: 0, bytes: 0, plainBytes: 0 }] = chunks;
  const bytes = new Uint8Array(sealed, 0, chunk.bytes);

  test('any bit changed', () => {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(
        codeOf(() => openAll(changed.buffer, [chunk])),
        `bit ${bit}`,
      ).toBe('pack-damaged');
    }
  });

  test('another seal key, another id key, another id', () => {
    const other = seededBytes('other', 32);
    expect(codeOf(() => openAll(sealed, [chunk], { sealKey: other }))).toBe('pack-damaged');
    expect(codeOf(() => openAll(sealed, [chunk], { idKey: other }))).toBe('pack-damaged');
    expect(codeOf(() => openAll(sealed, [{ ...chunk, id: named(other).id }]))).toBe('pack-damaged');
    expect(() => openAll(sealed, [chunk], { sealKey: other })).toThrow(chunk.id);
  });

  test('hostile lengths', () => {
    const damaged = [
      { ...chunk, plainBytes: 41 },
      { ...chunk, plainBytes: 39 },
      { ...chunk, plainBytes: -1 },
      { ...chunk, plainBytes: 2 ** 40 },
      { ...chunk, plainBytes: Number.NaN },
      { ...chunk, bytes: 28 },
      { ...chunk, bytes: 0 },
      { ...chunk, bytes: chunk.bytes - 1 },
    ];
    for (const hostile of damaged) expect(codeOf(() => openAll(sealed, [hostile]))).toBe('pack-damaged');
    const outside = [
      { ...chunk, start: 1 },
      { ...chunk, start: -1 },
      { ...chunk, bytes: 2 ** 53 },
      { ...chunk, bytes: 1.5 },
      { ...chunk, id: 'not an id' },
    ];
    for (const hostile of outside) expect(codeOf(() => openAll(sealed, [hostile]))).toBe('bad-input');
    const many = Array.from({ length: 20 }, () => ({ ...chunk, plainBytes: 64 * 1024 * 1024 }));
    expect(codeOf(() => openAll(sealed, many))).toBe('bad-input');
  });

  test('a frame that holds more than it says is refused without being unpacked', () => {
    // A window of 1 KiB, so that it is not the window that gives it away.
    const params = { [constants.ZSTD_c_windowLog]: 10, [constants.ZSTD_c_contentSizeFlag]: 0 };
    const bomb = zstdCompressSync(new Uint8Array(20_000_000), { params });
    const id = named(plain).id;
    const form = sealedByHand(id, 1, bomb);
    const work = () => openAll(form, [{ id, start: 0, bytes: form.byteLength, plainBytes: 1000 }]);
    expect(codeOf(work)).toBe('pack-damaged');
    expect(work).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: 'ERR_BUFFER_TOO_LARGE' }) as unknown }),
    );
  });

  test('a frame that holds less, one with a window beyond its content, one cut short, and no frame at all', () => {
    const text = seededText('window', 5000);
    const id = named(text).id;
    // Magic, no content size, window 2^24, one raw block with all the text (RFC 8878 section 3.1.1).
    const head = Buffer.from('28b52ffd0070', 'hex');
    const block = Buffer.from([((5000 << 3) | 1) & 0xff, (5000 >> 5) & 0xff, 5000 >> 13]);
    const wide = Buffer.concat([head, block, text]);
    expect(new Uint8Array(zstdDecompressSync(wide))).toEqual(text);
    const frame = zstdCompressSync(text);
    const bodies = [zstdCompressSync(text.subarray(1)), wide, frame.subarray(0, -1), text];
    for (const [i, body] of bodies.entries()) {
      const form = sealedByHand(id, 1, body);
      const asked = { id, start: 0, bytes: form.byteLength, plainBytes: 5000 };
      expect(
        codeOf(() => openAll(form, [asked])),
        `body ${i}`,
      ).toBe('pack-damaged');
    }
  });

  test('a codec byte from the future, although genuinely sealed, and a genuine seal over other bytes', () => {
    const future = sealedByHand(chunk.id, 2, plain);
    expect(codeOf(() => openAll(future, [{ ...chunk, start: 0 }]))).toBe('pack-damaged');
    const swapped = sealedByHand(chunk.id, 0, seededBytes('swapped', 40));
    expect(codeOf(() => openAll(swapped, [{ ...chunk, start: 0 }]))).toBe('pack-damaged');
  });
});

describe('bad input to sealing', () => {
  const plain = seededBytes('input', 100);
  const good = {
    buffer: plain.buffer,
    chunks: [named(plain)],
    sealKey,
    nonces: seededBytes('n', 12),
    compressLevel: 3,
  };
  test.each([
    ['too few nonces', { nonces: new Uint8Array(11) }],
    ['too many nonces', { nonces: new Uint8Array(24) }],
    ['a level that zstd has not', { compressLevel: 20 }],
    ['a fraction of a level', { compressLevel: 1.5 }],
    ['a short key', { sealKey: new Uint8Array(16) }],
    ['a chunk outside', { chunks: [{ ...named(plain), start: 1 }] }],
    ['an id that is none', { chunks: [{ ...named(plain), id: 'x' }] }],
  ])('%s', (_, wrong) => {
    expect(codeOf(() => sealTask.run({ ...good, ...wrong }, context))).toBe('bad-input');
  });

  test('a cancelled task stops between chunks', () => {
    expect(codeOf(() => sealTask.run(good, { ...context, isCancelled: () => true }))).toBe('cancelled');
  });
});

const frozen = {
  id: 'd2ae386637d64ecf0c13d8385e282ff313f2c6c9e8b5b6bfdeb5d07856e3cc9e',
  raw: '232921ccb97ca7b929b23825dea08a13ba98315bf653c245422aadb8e6f6771a',
  rawStart: '00caac01b54b695c07d912815ba894b6430ca84b',
  compressed:
    '01b6f11c902e05756844b8571555142a99b4cdb09d29706f6bc8fefb8f798b1aade3fc4ca1b948d44ad3e9e5e4e96800028b79eb0678bbdf385d3ab8459ae6c14636c56a4f76e9b046257a6596b6072a5a03a7442d05ac7554d4531d86133dd35e543304be849dd32c931ef891ca116737de59e473c81c7ec20330dc994ee3c813d89aaa7cf4429d81a56123421925522a0a0f39ba462e95c9566953e50971337d51b3bfa7ac03a373561dff922ddc4880e6a367f616f8913f97b74abb05bcc5d92a62a43f050af7f8ff6922f1de20cca4032804ad8facfcf0d1f3f81b64ab5bc24069e40890ea55ec0de3974908492c41df686fcf2632b62147',
};
