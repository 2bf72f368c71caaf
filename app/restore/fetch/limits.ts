/** Bounds of reading blobs, each with its reason. Times in ms, sizes in bytes. */
export const readLimits = {
  /** Requests of one read. Enough to keep every node of a large committee a little busy. */
  requestsInParallel: 48,
  /** Of all reads together; a line of 80 MB/s stays full at a round trip of 200 ms. */
  bytesInFlightMax: 16 * 1024 * 1024,
  /** Nothing moved for so long, or everybody else was faster: others are asked as well. */
  patienceMs: 800,
  /** Last resort against a request that never ends; the nodes port has its own deadline. */
  requestMs: 30_000,
  /** How often one holder is asked for one sliver when it fails in a way that may pass. */
  roundsMax: 2,
  backoffFirstMs: 200,
  backoffLongestMs: 2_000,
  /** A whole read: so long, and the time that its bytes need on a slow line. */
  readMs: 90_000,
  bytesPerSecondMin: 64 * 1024,
  /** Hashing is the pool's work; more at once would only wait there. */
  verificationsInParallel: 4,
  /** Rows in one task: ten milliseconds of work, so that a worker is free again soon. */
  rowsCheckedTogether: 32,
  /** Held by range reads, and by reads that need a whole blob: two packs of the largest size, so that one is fetched while another is written. */
  rangeBytesMax: 64 * 1024 * 1024,
  wholeBytesMax: 136 * 1024 * 1024,
  /** Rows that are rebuilt one by one from symbols; more are cheaper to have by rebuilding the blob, long before all are lost. */
  rowsFromSymbolsMax: 8,
  /** For the symbols of one row: as long as a few slow answers take. */
  symbolsMs: 3_000,
  /** One node asked for metadata first, then others when it dallies. */
  metadataInParallel: 3,
  /** 66 KB for each blob at 1000 shards: more than two hundred blobs. */
  metadataCacheBytes: 16 * 1024 * 1024,
  /** The edges of some tens of neighbouring reads: 200 KB a row of a 64 MiB pack at 1000 shards. */
  rowCacheBytes: 8 * 1024 * 1024,
  /** Aggregators get so long, and as long again as storage nodes need for the same bytes, before the nodes are asked. One that has to gather a blob first takes a second or two. */
  aggregatorMs: 2_500,
  /** One that took so many times as long as the nodes would have, and a second more, is no help: a second may be chance. */
  aggregatorSlowTimes: 2,
  aggregatorGraceMs: 1_000,
  /** What is expected of nodes until it is known: more than most lines have, so that an aggregator that is slow makes them show how fast they are. */
  nodesBytesPerSecondFirst: 128 * 1024 * 1024,
  /** Of one request to an aggregator: a second on a usual line, so that little is asked for again. */
  aggregatorBytesMax: 4 * 1024 * 1024,
  aggregatorRequestsInParallel: 4,
  /** The committee is read anew after so long, and whenever a blob cannot be had. */
  networkMs: 15_000,
} as const;

export type ReadLimits = { readonly [K in keyof typeof readLimits]: number };
