/**
 * Whether small changes wait for one another. A round costs its metadata on every shard whatever is in it, so a few changes a minute apart are cheaper as
 * one. Pure.
 */
export interface Waiting {
  /** Ms that changes may wait; 0: not at all. */
  readonly settleMs: number;
  /** When the oldest of them was first seen, and now, by this computer's clock: it is about comfort, not about leases. */
  readonly sinceMs: number;
  readonly nowMs: number;
  /** Bytes of changed files, and of a full pack. */
  readonly bytes: number;
  readonly packBytes: number;
}

/** From this share of a pack on there is little to gain. */
const worthShare = 0.5;

export function mayWait({ settleMs, sinceMs, nowMs, bytes, packBytes }: Waiting): boolean {
  const age = nowMs - sinceMs;
  // A clock that was set back makes nothing wait longer.
  return settleMs > 0 && bytes < packBytes * worthShare && age >= 0 && age < settleMs;
}
