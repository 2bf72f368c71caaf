/**
 * Which snapshots of the past are kept: all of them, or fewer the older they are, or as many as a budget allows. Pure. Nothing younger than thirty days is
 * ever given up, nor the newest snapshot; snapshots whose time contradicts their order count as younger, never as older.
 */
export interface RetentionRules {
  /** Days for which every snapshot is kept; at least 30. */
  readonly allDays: number;
  /** From then on one a day, to this age in days. */
  readonly dailyDays: number;
  /** From then on one a week (of seven days since 1970), to this age; after that one a month. */
  readonly weeklyDays: number;
}

export interface Retention {
  /** Undefined: everything is kept. */
  readonly rules: RetentionRules | undefined;
  /** FROST an epoch that the space may cost on this device before its history is thinned beyond the rules; undefined without such a bound. */
  readonly budgetFrost: bigint | undefined;
}

export const keepEverything: Retention = { rules: undefined, budgetFrost: undefined };
/** Deletions can be undone for so long, whatever is asked for. */
export const allDaysMin = 30;

export interface PastSnapshot {
  readonly sequence: number;
  /** By the clock of the device that made it. */
  readonly timeMs: number;
}

const dayMs = 86_400_000;

/** Times that never go back: a clock that was set back must not make what is new look old. */
function ordered(snapshots: readonly PastSnapshot[]): readonly PastSnapshot[] {
  let latest = Number.NEGATIVE_INFINITY;
  return snapshots
    .toSorted((a, b) => a.sequence - b.sequence)
    .map(({ sequence, timeMs }) => ({ sequence, timeMs: (latest = Math.max(latest, timeMs)) }));
}

/** Sequences that the rules keep, `nowMs` by the chain's time: of each stretch of time its last snapshot. */
export function keptByRules(
  snapshots: readonly PastSnapshot[],
  rules: RetentionRules | undefined,
  nowMs: number,
): ReadonlySet<number> {
  if (rules === undefined) return new Set(snapshots.map(({ sequence }) => sequence));
  const all = ordered(snapshots);
  const lastOf = new Map<string, number>();
  for (const { sequence, timeMs } of all) lastOf.set(stretchOf(sequence, timeMs, rules, nowMs), sequence);
  return new Set([...lastOf.values(), ...all.slice(-1).map(({ sequence }) => sequence)]);
}

function stretchOf(sequence: number, timeMs: number, rules: RetentionRules, nowMs: number): string {
  const ageDays = (nowMs - timeMs) / dayMs;
  if (ageDays <= Math.max(rules.allDays, allDaysMin)) return `all ${sequence}`;
  const day = Math.floor(timeMs / dayMs);
  if (ageDays <= rules.dailyDays) return `day ${day}`;
  if (ageDays <= rules.weeklyDays) return `week ${Math.floor(day / 7)}`;
  const date = new Date(timeMs);
  return `month ${date.getUTCFullYear()} ${date.getUTCMonth()}`;
}

/** Content and the snapshots that hold it: sequences from, and until (exclusive); undefined until now. */
export interface Held {
  readonly bytes: number;
  readonly spans: readonly (readonly [since: number, until: number | undefined])[];
}

const holds = ({ spans }: Held, sequence: number): boolean =>
  spans.some(([since, until]) => since <= sequence && (until === undefined || sequence < until));

/** Bytes that no kept snapshot holds, nor the present. */
export function freedBytes(contents: Iterable<Held>, kept: ReadonlySet<number>): number {
  let freed = 0;
  for (const held of contents) if (!isKept(held, kept)) freed += held.bytes;
  return freed;
}

function isKept(held: Held, kept: ReadonlySet<number>): boolean {
  if (held.spans.some(([, until]) => until === undefined)) return true;
  for (const sequence of kept) if (holds(held, sequence)) return true;
  return false;
}

/**
 * Of what the rules keep, the oldest go until so many bytes are freed: those older than thirty days, as far as it takes. What is freed only when
 * several go counts when the last of them does.
 */
export function keptByBudget(
  snapshots: readonly PastSnapshot[],
  kept: ReadonlySet<number>,
  contents: Iterable<Held>,
  toFreeBytes: number,
  nowMs: number,
): ReadonlySet<number> {
  const all = ordered(snapshots).filter(({ sequence }) => kept.has(sequence));
  const old = all.slice(0, -1).filter(({ timeMs }) => nowMs - timeMs > allDaysMin * dayMs);
  const freedAt = new Map<number, number>();
  for (const held of contents) {
    if (held.spans.some(([, until]) => until === undefined)) continue;
    const last = all.findLast(({ sequence }) => holds(held, sequence));
    if (last) freedAt.set(last.sequence, (freedAt.get(last.sequence) ?? 0) + held.bytes);
  }
  const left = new Set(kept);
  let freed = 0;
  for (const { sequence } of old) {
    if (freed >= toFreeBytes) break;
    left.delete(sequence);
    freed += freedAt.get(sequence) ?? 0;
  }
  return left;
}
