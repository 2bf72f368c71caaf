/** A disk thread: answers one job after the other with blocking calls. Buffers are moved, never copied. Starting it is its only effect. */
import { parentPort } from 'node:worker_threads';
import { unreachable } from '../../domain/fault.ts';
import { nativeReadFiles } from '../../../native-workers/codec/codec.ts';
import type { DiskJob, DiskReply } from './disk-jobs.ts';
import { actAll } from './acts.ts';
import { listFolders } from './list-folders.ts';
import { RowWriter } from './packed-rows.ts';
import { placeFiles } from './place-files.ts';
import { readSpans } from './read-spans.ts';

const rows = new RowWriter();
const together = nativeReadFiles();

function answer(job: DiskJob): { readonly answer: unknown; readonly moved: ArrayBuffer[] } {
  switch (job.kind) {
    case 'list': {
      const listings = listFolders(job.root, job.paths, rows);
      return { answer: listings, moved: [listings.rows] };
    }
    case 'read': {
      const read = readSpans(job.root, job.spans, job.cancel, job.room, together);
      return { answer: read, moved: read.buffer instanceof ArrayBuffer ? [read.buffer] : [] };
    }
    case 'place':
      return { answer: placeFiles(job), moved: [] };
    case 'act':
      return { answer: actAll(job), moved: [] };
    default:
      return unreachable(job);
  }
}

const port = parentPort;
if (port === null) throw new Error('disk-worker.ts runs as a worker thread only');
port.on('message', ({ id, job }: { readonly id: number; readonly job: DiskJob }) => {
  try {
    const done = answer(job);
    port.postMessage({ id, answer: done.answer } satisfies DiskReply, done.moved);
  } catch (error) {
    // Faults are part of the answers; what is thrown here is a bug and is thrown again on the asking side.
    const bug = error instanceof Error ? error : new Error(String(error));
    port.postMessage({ id, bug } satisfies DiskReply);
  }
});
