/**
 * Reading files in C++, many in one call: the same looks and bytes as one call of Node for each step gives, in less than half of its time. What is not
 * plainly read is not answered, so that whoever asked tries it the usual way and finds the words for what is wrong.
 */

/** The addon's part of it; absent where the system has no such calls. */
export interface FilesAddon {
  readonly readFiles?: (
    folder: number,
    names: Uint8Array,
    wanted: Float64Array,
    into: Uint8Array,
    cancel: Int32Array,
    answers: BigInt64Array,
  ) => void;
}

/** As C++ has it (files.h): bytes, then two looks. */
const lookNumbers = 7;
const numbersPerFile = 1 + 2 * lookNumbers;

export interface NativeLook {
  readonly mode: number;
  readonly links: number;
  readonly bytes: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly device: bigint;
  readonly inode: bigint;
}

export interface NativeRead {
  readonly bytes: number;
  /** Before the first and after the last byte; one object when they show the same. */
  readonly before: NativeLook;
  readonly after: NativeLook;
}

export interface WantedFile {
  /** The bytes of its name in the folder. */
  readonly name: Uint8Array;
  readonly offset: number;
  readonly bytesMax: number;
}

/** Reads files of a held folder, a descriptor, one after another to the start of `into`. Undefined: not read, no place taken. */
export type ReadFiles = (
  folder: number,
  files: readonly WantedFile[],
  into: Uint8Array,
  cancel: Int32Array,
) => readonly (NativeRead | undefined)[];

const mask = 0xffff_ffff_ffff_ffffn;

function lookAt(answers: BigInt64Array, at: number): NativeLook {
  const number = (which: number): bigint => answers[at + which] ?? 0n;
  return {
    mode: Number(number(0)),
    links: Number(number(1)),
    bytes: Number(number(2)),
    mtimeNs: number(3),
    ctimeNs: number(4),
    device: number(5) & mask,
    inode: number(6) & mask,
  };
}

function readAt(answers: BigInt64Array, at: number): NativeRead | undefined {
  const bytes = Number(answers[at] ?? -1n);
  if (bytes < 0) return undefined;
  const [first, last] = [at + 1, at + 1 + lookNumbers];
  const before = lookAt(answers, first);
  const isSame = answers.subarray(first, last).every((value, i) => value === answers[last + i]);
  return { bytes, before, after: isSame ? before : lookAt(answers, last) };
}

/** `guarded` makes faults of what the addon refuses. */
export function filesOf({ readFiles }: FilesAddon, guarded: <R>(call: () => R) => R): ReadFiles | undefined {
  if (readFiles === undefined) return undefined;
  return (folder, files, into, cancel) => {
    const names = new Uint8Array(files.reduce((sum, { name }) => sum + name.length + 1, 0));
    const wanted = new Float64Array(2 * files.length);
    let at = 0;
    for (const [i, { name, offset, bytesMax }] of files.entries()) {
      names.set(name, at);
      at += name.length + 1;
      wanted[2 * i] = offset;
      wanted[2 * i + 1] = bytesMax;
    }
    const answers = new BigInt64Array(numbersPerFile * files.length);
    guarded(() => readFiles(folder, names, wanted, into, cancel, answers));
    return files.map((_, i) => readAt(answers, numbersPerFile * i));
  };
}
