/**
 * How many sliver pairs a check looks at, and what it may say afterwards (docs/checking.md). Pairs are drawn without replacement, so the law is
 * the hypergeometric one; it is summed exactly, on logarithms.
 */
import { redStuff } from '../domain/redstuff.ts';

/** A pack that cannot be rebuilt passes a check of the usual size with all pairs good at most this often. */
const doubtMax = 1e-9;

/** ln(n!), by its sum: n is at most 1,000. */
const logFactorials: number[] = [0];
function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next++)
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  return logFactorials[n] ?? 0;
}

const logChoose = (n: number, k: number): number =>
  k < 0 || k > n ? Number.NEGATIVE_INFINITY : logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/**
 * How likely it is to draw at least `good` good pairs among `sampled` of `shards` when the pack cannot be rebuilt, which means that at most
 * rows - 1 pairs are good. Small: a pack that shows so many is very probably whole enough.
 */
export function doubt(shards: number, sampled: number, good: number): number {
  const alive = redStuff(shards).rows - 1;
  let sum = 0;
  for (let hits = good; hits <= Math.min(sampled, alive); hits++)
    sum += Math.exp(logChoose(alive, hits) + logChoose(shards - alive, sampled - hits) - logChoose(shards, sampled));
  return Math.min(1, sum);
}

/** The smallest sample that leaves hardly any doubt when all of it is good. */
export function usualSample(shards: number): number {
  for (let sampled = 1; sampled < shards; sampled++) if (doubt(shards, sampled, sampled) <= doubtMax) return sampled;
  return shards;
}

/** Pairs to look at: the share that was asked for (0 to 1], rounded up, else the usual number. */
export function sampleSize(shards: number, share: number | undefined): number {
  return share === undefined ? usualSample(shards) : Math.min(shards, Math.max(1, Math.ceil(share * shards)));
}
