/** Every task of the pool by its name. */
import { aggregateSignaturesTask } from './aggregate-signatures.ts';
import { chunkTask } from './chunk.ts';
import { encodePartTask } from './encode-part.ts';
import { encodeTask } from './encode.ts';
import { openTask } from './open.ts';
import { rebuildRowsTask } from './rebuild-rows.ts';
import { recoverSliverTask } from './recover-sliver.ts';
import { sealTask } from './seal.ts';
import { verifyRowsTask } from './verify-rows.ts';
import { verifySignaturesTask } from './verify-signatures.ts';
import { verifySliverTask } from './verify-sliver.ts';
import type { Task } from './task.ts';

export const tasks = {
  chunk: chunkTask,
  seal: sealTask,
  open: openTask,
  encode: encodeTask,
  'encode-part': encodePartTask,
  'recover-sliver': recoverSliverTask,
  'rebuild-rows': rebuildRowsTask,
  'verify-rows': verifyRowsTask,
  'verify-sliver': verifySliverTask,
  'verify-signatures': verifySignaturesTask,
  'aggregate-signatures': aggregateSignaturesTask,
} as const;

export type TaskName = keyof typeof tasks;
export type InputOf<Name extends TaskName> = (typeof tasks)[Name] extends Task<infer Input, infer _> ? Input : never;
export type OutputOf<Name extends TaskName> = (typeof tasks)[Name] extends Task<infer _, infer Output> ? Output : never;
