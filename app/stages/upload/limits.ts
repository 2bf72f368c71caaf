/** Bounds of one upload, each with its reason. Times in ms. */
export const uploadLimits = {
  /** Depth first: the sooner a node has everything, the sooner it confirms. More would only share the same line. */
  nodesInParallel: 32,
  /** Enough to hide a round trip. */
  sliversPerNode: 4,
  /** Keeps a line of 1 MB/s below a node's deadline, and a line of 80 MB/s full at a round trip of 100 ms. */
  bytesInFlightMax: 8 * 1024 * 1024,
  /** A node or transfer without progress for so long no longer takes a place from others. */
  patienceMs: 3_000,
  /** Last resort against a request that never ends; the nodes port has its own, tighter deadline. */
  requestMs: 90_000,
  /** Failures of one request before the node is given up for this upload. */
  attemptsMax: 4,
  backoffFirstMs: 250,
  backoffLongestMs: 8_000,
  /** Answers such as "not registered yet" that one node may give: with the pauses below about half a minute. */
  latersMax: 10,
  laterFirstMs: 300,
  laterLongestMs: 5_000,
  /** A node that does not confirm is asked so often what it still lacks. */
  roundsMax: 4,
  /** A node that is being left alone is asked again after at most so long while its word is still needed. */
  restWaitMsMax: 5_000,
  /** How often a node that is left alone looks whether its word is still needed. */
  restLookMs: 250,
  /** After the quorum: how long to go on, and how long without any node making progress. */
  restMs: 30_000,
  restStallMs: 3_000,
} as const;

export type UploadLimits = { readonly [K in keyof typeof uploadLimits]: number };
