/** Every bound that the engine keeps, with its reason. Sizes are bytes, times milliseconds. */

/** One buffer of file bytes on its way through chunking: two of the largest chunks fit, so that a span always makes progress. */
export const spanBytesMax = 8 * 1024 * 1024;

/** Small files share a buffer up to this size; larger ones would make the first results wait. */
export const batchBytesMax = 8 * 1024 * 1024;

/** Buffers for batches, used over and over: a batch, a byte more for each file, and what sealing adds, with room for small chunks. */
export const batchBufferBytes = batchBytesMax + 1024 * 1024;

/** Buffers kept between two uses: as many as are in use at once when reading, sealing and packing keep pace. */
export const buffersKeptMax = 10;

/** Files in one read: each costs a few system calls, so a batch stays near ten milliseconds of disk work. */
export const batchFilesMax = 1024;

/** Batches between disk and pack at once: one is read while one is chunked and one is sealed. */
export const batchesInFlightMax = 3;

/** Batches that are being sealed or packed while the next ones are read and cut. */
export const batchesSealedAheadMax = 2;

/** Finished packs that may wait on the disk for their upload before reading pauses. */
export const packsWaitingMax = 4;

/** New or changed entries of one round: bounds the memory of a first scan; the next round goes on. */
export const roundChangesMax = 200_000;

/** New content of one round, so that a large first copy becomes certified piece by piece. */
export const roundBytesMax = 16 * 1024 * 1024 * 1024;

/** Deletions of one pass that need nobody's word: at most this many, and at most this share when there are more than a handful. */
export const deletionsMax = 500;
export const deletionsShareMax = 0.25;
export const deletionsAlwaysFine = 20;

/** A file that changes while it is read is tried again this often in a pass; the next pass goes on. */
export const changingTriesMax = 2;

/** zstd level: on source trees 2 stores 4 % more than 3 in three quarters of its time. */
export const compressLevel = 2;

/** Device indices looked at past the last one in use when an account is recovered. */
export const deviceGapMax = 5;

/** Fetched bytes that a restore keeps in memory at once. */
export const restoreWindowBytes = 24 * 1024 * 1024;

/** Of all groups of files that a restore works on at once: the next one is fetched while this one is written. More would be held for nothing. */
export const restoreInFlightBytes = (4 * restoreWindowBytes) / 3;

/** Neither fetching nor packing begins when a disk would have less free than this: a full disk hurts everything on it, the catalog among it. */
export const diskReserveBytes = 256 * 1024 * 1024;

/** Operations on the disk between two commits to the catalog: what a kill makes look like the user's own doing, at most. */
export const applyBatchMax = 256;

/** Files that became incompressible and that need nobody's word: more are not converted by hand in so short a time. */
export const rewritesMax = 25;
/** Rewrites are counted together for so long, since somebody who encrypts a disk is not done within one pass. */
export const rewriteWindowMs = 10 * 60_000;

/** Files that wait while only bulk is paused; and what may go in one pass all the same. */
export const bulkFileBytesMax = 8 * 1024 * 1024;
export const bulkRoundBytesMax = 64 * 1024 * 1024;
