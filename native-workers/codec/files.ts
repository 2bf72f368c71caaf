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

export interface WantedStretch {
  readonly offset: number;
  readonly bytesMax: number;
}

/**
 * Reads files of a held folder, a descriptor, one after another to the start of `into`. `names`: the bytes of each and a zero. Undefined: not read, no place
 * taken.
 */
export type ReadFiles = (
  folder: number,
  names: Uint8Array,
  files: readonly WantedStretch[],
  into: Uint8Array,
  cancel: Int32Array,
) => readonly (NativeRead | undefined)[];

function readsIn(answers: BigInt64Array): (at: number) => NativeRead | undefined {
  const unsigned = new BigUint64Array(answers.buffer);
  const lookAt = (at: number): NativeLook => ({
    mode: Number(answers[at]),
    links: Number(answers[at + 1]),
    bytes: Number(answers[at + 2]),
    mtimeNs: answers[at + 3] ?? 0n,
    ctimeNs: answers[at + 4] ?? 0n,
    device: unsigned[at + 5] ?? 0n,
    inode: unsigned[at + 6] ?? 0n,
  });
  return (at) => {
    const bytes = Number(answers[at]);
    if (bytes < 0) return undefined;
    const [first, last] = [at + 1, at + 1 + lookNumbers];
    const before = lookAt(first);
    let isSame = true;
    for (let i = 0; i < lookNumbers; i++) isSame &&= answers[first + i] === answers[last + i];
    return { bytes, before, after: isSame ? before : lookAt(last) };
  };
}

/** `guarded` makes faults of what the addon refuses. */
export function filesOf({ readFiles }: FilesAddon, guarded: <R>(call: () => R) => R): ReadFiles | undefined {
  if (readFiles === undefined) return undefined;
  return (folder, names, files, into, cancel) => {
    const wanted = new Float64Array(2 * files.length);
    for (const [i, { offset, bytesMax }] of files.entries()) {
      wanted[2 * i] = offset;
      wanted[2 * i + 1] = bytesMax;
    }
    const answers = new BigInt64Array(numbersPerFile * files.length);
    guarded(() => readFiles(folder, names, wanted, into, cancel, answers));
    const readAt = readsIn(answers);
    return files.map((_, i) => readAt(numbersPerFile * i));
  };
}
