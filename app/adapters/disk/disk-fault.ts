/**
 * Operating-system errors as faults in plain words, made once here. Knows which errors heal by themselves, which need the user and which mean
 * "nothing there"; anything that is no system error is a bug and passes through unchanged. Also the plain form in which a fault crosses threads.
 */
import { displayName } from '../../domain/path-name.ts';
import { Fault, type FaultCode, type Retry } from '../../domain/fault.ts';

/** The system's name of an error, such as ENOENT; undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('errno' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True when the error says that no such entry exists (a parent that is no folder counts: nothing can be below it). */
export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');

const reasons: Readonly<Record<string, readonly [Retry, string]>> = {
  EACCES: ['after-user', 'permission was denied'],
  EPERM: ['after-user', 'the system does not permit it'],
  EROFS: ['after-user', 'the disk is read-only'],
  EBUSY: ['later', 'another program is using it'],
  ETXTBSY: ['later', 'it is a program that is running'],
  EMFILE: ['later', 'too many files are open'],
  ENFILE: ['later', 'too many files are open on this computer'],
  ENOMEM: ['later', 'the computer is out of memory'],
  EIO: ['later', 'the disk reported an error'],
  ESTALE: ['later', 'the network share went away'],
  EISDIR: ['after-user', 'a folder is in its place'],
  ENOTEMPTY: ['after-user', 'the folder in its place is not empty'],
  ELOOP: ['now', 'a link stands in its place'],
  EFBIG: ['never', 'the disk cannot hold a file of this size'],
  EILSEQ: ['never', 'the disk cannot hold this name'],
  EINVAL: ['never', 'the disk does not accept it'],
};

/** Turns what was thrown while doing `doing` ("read", "written") to `path` into a fault. */
export function diskFault(error: unknown, path: string, doing: 'read' | 'listed' | 'written'): Fault {
  if (error instanceof Fault) return error;
  const errno = errnoOf(error);
  if (errno === undefined) throw error;
  const name = path === '' ? 'The folder' : displayName(path);
  const fault = (code: FaultCode, retry: Retry, words: string): Fault => new Fault(code, retry, words, error);
  if (errno === 'ENOSPC') return fault('disk-full', 'later', `${name} could not be ${doing}: the disk is full.`);
  if (errno === 'EDQUOT')
    return fault('disk-full', 'later', `${name} could not be ${doing}: your disk quota is used up.`);
  if (isMissing(error))
    return fault('not-found', path === '' ? 'after-user' : 'now', `${name} is not there (any more).`);
  if (errno === 'EEXIST') return fault('already-exists', 'after-user', `${name} exists already.`);
  if (errno === 'ENAMETOOLONG') return fault('name-unsafe', 'never', `${name} is too long a name for this disk.`);
  const [retry, reason] = reasons[errno] ?? ['later', `the system said ${errno}`];
  if (doing === 'written') return fault('disk-failed', retry, `${name} could not be written: ${reason}.`);
  if (errno === 'ELOOP') return fault('file-changing', retry, `${name} was replaced by a link while it was looked at.`);
  return fault('file-unreadable', retry, `${name} could not be ${doing}: ${reason}.`);
}

/** A fault as it crosses from a worker thread; the cause is kept as text. */
export interface PlainFault {
  readonly code: FaultCode;
  readonly retry: Retry;
  readonly message: string;
  readonly cause: string;
}

export function packFault(fault: Fault): PlainFault {
  const cause = fault.cause instanceof Error ? fault.cause.message : '';
  return { code: fault.code, retry: fault.retry, message: fault.message, cause };
}

export function unpackFault(plain: PlainFault): Fault {
  return new Fault(plain.code, plain.retry, plain.message, plain.cause === '' ? undefined : new Error(plain.cause));
}
