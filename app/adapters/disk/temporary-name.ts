/**
 * Names of files that are being written. Such names are Floe's own: they are never listed and never a place for a file, and `sweep` removes those of other processes,
 * which can only be left over from a kill. The tag keeps a sweep from removing what this process is writing.
 */
import { randomBytes } from 'node:crypto';

const pattern = /^\.floe-([0-9a-f]{8})-[0-9a-f]{16}\.tmp$/;

export const makeTag = (): string => randomBytes(4).toString('hex');
export const temporaryName = (tag: string): string => `.floe-${tag}-${randomBytes(8).toString('hex')}.tmp`;
export const isTemporary = (name: string): boolean => pattern.test(name);
export const isTaggedWith = (name: string, tag: string): boolean => pattern.exec(name)?.[1] === tag;
