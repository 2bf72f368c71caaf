/**
 * Time and chance as values that are handed in. The engine never asks the machine for either, so that a test can replay a history
 * from its seed. Leases and garbage use the chain's epoch, never this clock.
 */

/** Wall time and waiting. */
export interface Clock {
  /** Milliseconds since 1970, for people and for records; it may jump. */
  now(): number;
  /** Milliseconds that only go forward, for durations and deadlines. */
  steady(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance. `bytes` must be unpredictable wherever keys or nonces are made. */
export interface Dice {
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** A number in [0, 1). */
  fraction(): number;
}
