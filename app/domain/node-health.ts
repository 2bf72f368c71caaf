/**
 * What we have learnt about storage nodes, or other servers: how fast they answer, whether they fail, whether they lied. Shared by writer and reader. A node
 * that fails again and again is left alone for a while that doubles, with jitter; a liar is asked last for a long time. Nothing here is
 * needed for correctness: every answer is verified anyway.
 */
import type { Clock, Dice } from './clock.ts';
import type { SuiId } from './ids.ts';

export interface NodeHealth<Id = SuiId> {
  succeeded(node: Id, ms: number): void;
  /** A time-out, a reset, a 5xx: the node as such is in trouble, not this one request. */
  failed(node: Id): void;
  /** Has not answered for so long, when others would have: as bad as a failure, although an answer may still come. */
  dallied(node: Id, ms: number): void;
  /** Signed or sent something that is provably wrong. */
  lied(node: Id): void;
  /** Whether it was ever asked and answered, failed or dallied. */
  isKnown(node: Id): boolean;
  /** Milliseconds until the node should be asked again; 0: now. */
  restMs(node: Id): number;
  isLiar(node: Id): boolean;
  /** Whether it failed when it was asked last. */
  isDoubtful(node: Id): boolean;
  /** Smoothed milliseconds of an answer; those of the others for a node that never answered. */
  latencyMs(node: Id): number;
}

export const healthLimits = {
  /** Weight of the newest answer in the average: about the last five count. */
  newestWeight: 0.3,
  /** While no node ever answered. */
  unknownLatencyMs: 200,
  /** This many failures in a row: the node is left alone. One or two happen to anyone. */
  failuresMax: 3,
  restFirstMs: 2_000,
  restLongestMs: 120_000,
  /** A liar may have been a node with a damaged disk that was mended since. */
  liarMs: 30 * 60_000,
} as const;

export type HealthLimits = { readonly [K in keyof typeof healthLimits]: number };

interface Standing {
  /** Undefined while it never answered. */
  latencyMs: number | undefined;
  failures: number;
  restUntil: number;
  liarUntil: number;
}

export function openNodeHealth<Id = SuiId>(
  clock: Clock,
  dice: Dice,
  limits: HealthLimits = healthLimits,
): NodeHealth<Id> {
  const standings = new Map<Id, Standing>();
  /** Of all answers: what to expect of a node that we know nothing of, so that it is neither shunned nor favoured. */
  let usualMs: number = limits.unknownLatencyMs;
  const standingOf = (node: Id): Standing => {
    let standing = standings.get(node);
    if (standing === undefined) {
      standing = { latencyMs: undefined, failures: 0, restUntil: 0, liarUntil: 0 };
      standings.set(node, standing);
    }
    return standing;
  };
  const failed = (node: Id): void => {
    const standing = standingOf(node);
    standing.failures++;
    const over = standing.failures - limits.failuresMax;
    if (over < 0) return;
    const longest = Math.min(limits.restLongestMs, limits.restFirstMs * 2 ** Math.min(over, 16));
    standing.restUntil = clock.steady() + longest * (0.5 + dice.fraction() / 2);
  };
  return {
    succeeded(node, ms) {
      const standing = standingOf(node);
      const before = standing.latencyMs ?? ms;
      standing.latencyMs = before + limits.newestWeight * (ms - before);
      usualMs += limits.newestWeight * (ms - usualMs);
      standing.failures = 0;
      standing.restUntil = 0;
    },
    failed,
    dallied(node, ms) {
      const standing = standingOf(node);
      standing.latencyMs = Math.max(standing.latencyMs ?? 0, ms);
      failed(node);
    },
    lied(node) {
      standingOf(node).liarUntil = clock.steady() + limits.liarMs;
    },
    isKnown: (node) => standings.has(node),
    restMs: (node) => Math.max(0, (standings.get(node)?.restUntil ?? 0) - clock.steady()),
    isLiar: (node) => (standings.get(node)?.liarUntil ?? 0) > clock.steady(),
    isDoubtful: (node) => (standings.get(node)?.failures ?? 0) > 0,
    latencyMs: (node) => standings.get(node)?.latencyMs ?? usualMs,
  };
}

/** A pause before the next attempt: doubling, with half of it left to chance, so that clients do not march in step. */
export function backoffMs(attempt: number, firstMs: number, longestMs: number, dice: Dice): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 16)) * (0.5 + dice.fraction() / 2);
}
