/** The states of a space along time: which one a moment belongs to, and how dense they lie. Pure; snapshots oldest first. */
import type { SnapshotLine } from '../../app/wire/history.ts';

export interface Bar {
  /** From 0 to 1 along the axis. */
  readonly at: number;
  readonly width: number;
  /** States that were certified in this stretch, and how many files fewer there were after it. */
  readonly states: number;
  readonly fewer: number;
}
export interface Timeline {
  readonly states: readonly SnapshotLine[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly bars: readonly Bar[];
  readonly mostStates: number;
  readonly mostFewer: number;
}

const barsMost = 130;
/** A shorter past would draw single seconds. */
const spanLeastMs = 2 * 60_000;

export function timelineOf(log: readonly SnapshotLine[], nowMs: number): Timeline | undefined {
  const certified = log.filter(({ state }) => state === 'certified');
  const newestMs = Math.max(...certified.filter(({ isSide }) => !isSide).map(({ timeMs }) => timeMs));
  // The last state is what is here now; what another device went on to is not merged yet.
  const states = certified
    .filter(({ isSide, timeMs }) => !isSide || timeMs < newestMs)
    .toSorted((a, b) => a.timeMs - b.timeMs || a.sequence - b.sequence);
  const [first] = states;
  if (!first) return undefined;
  const toMs = Math.max(nowMs, states.at(-1)?.timeMs ?? nowMs);
  const fromMs = Math.min(first.timeMs, toMs - spanLeastMs);
  const span = toMs - fromMs;
  const counts = Array.from({ length: barsMost }, () => ({ states: 0, fewer: 0 }));
  let before = states.find(({ isSide }) => !isSide) ?? first;
  states.forEach((state) => {
    const bar = counts[Math.min(barsMost - 1, Math.floor(((state.timeMs - fromMs) / span) * barsMost))];
    if (!bar) return;
    bar.states++;
    // Another device may always have had fewer: that is no loss.
    if (state.isSide) return;
    bar.fewer += Math.max(0, before.files - state.files);
    before = state;
  });
  return {
    states,
    fromMs,
    toMs,
    bars: counts.map((bar, index) => ({ ...bar, at: index / barsMost, width: 1 / barsMost })),
    mostStates: Math.max(1, ...counts.map((bar) => bar.states)),
    mostFewer: Math.max(1, ...counts.map((bar) => bar.fewer)),
  };
}

/** The newest state at a moment; before the first one, the first. */
export function stateAt({ states }: Timeline, timeMs: number): number {
  const after = states.findIndex((state) => state.timeMs > timeMs);
  return after < 0 ? states.length - 1 : Math.max(0, after - 1);
}

export type TimeStep = 'back' | 'on' | 'day-back' | 'day-on' | 'month-back' | 'month-on' | 'first' | 'last';
const dayMs = 86_400_000;

/** Where a key leads: one change, a day, a month; a step that would stay takes the next state instead. */
export function stepTime(timeline: Timeline, index: number, step: TimeStep): number {
  const last = timeline.states.length - 1;
  const by = (days: number): number => {
    const found = stateAt(timeline, (timeline.states[index]?.timeMs ?? 0) + days * dayMs);
    return found === index ? index + Math.sign(days) : found;
  };
  const to = {
    back: () => index - 1,
    on: () => index + 1,
    'day-back': () => by(-1),
    'day-on': () => by(1),
    'month-back': () => by(-30),
    'month-on': () => by(30),
    first: () => 0,
    last: () => last,
  }[step]();
  return Math.min(last, Math.max(0, to));
}
