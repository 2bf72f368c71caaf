/**
 * Garbage in two phases (docs/decisions/garbage-in-two-phases.md): which of a device's doomed packs may be deleted, and what a device says to the
 * lists of the others. Pure: facts go in, a verdict comes out. Knows no catalog and no chain, so the same rules run in the engine and in the model
 * that plays thousands of schedules.
 */

import type { Answer, DoomList, GarbageRecord } from '../domain/garbage.ts';

/** A device that has a head of the space, or a record. */
export interface Participant<Pack extends string = string, Device extends string = string> {
  readonly device: Device;
  /** Undefined: it has a head and never said anything. */
  readonly record: GarbageRecord<Pack, Device> | undefined;
}

/** Packs of one list: with the answers of ten devices a record stays below the 16 KiB that a transaction may carry in one value. */
export const doomedMax = 128;
/**
 * How long a list stands at least, by the chain's time: for whoever is in the middle of a restore. What it holds is paid for twice in the meantime, so it is
 * no longer than a long restore takes, and no longer than an epoch.
 */
const graceLongestMs = 48 * 3_600_000;
export const graceMsOf = (epochDurationMs: number): number => Math.min(graceLongestMs, epochDurationMs);

export const noGarbage = <Pack extends string, Device extends string>(): GarbageRecord<Pack, Device> => ({
  list: { number: 0, timeMs: 0, packs: [] },
  answers: new Map(),
});

export interface Standing<Pack extends string, Device extends string> {
  /** Devices that have not answered. */
  readonly waitsFor: readonly Device[];
  /** The time of grace is over. */
  readonly isRipe: boolean;
  /** Packs that another device needs. */
  readonly needed: ReadonlySet<Pack>;
}

/** How far the own list has come. `gone`: devices that a person called gone for good. */
export function standingOf<Pack extends string, Device extends string>(
  own: Device,
  list: DoomList<Pack>,
  participants: readonly Participant<Pack, Device>[],
  {
    chainMs,
    graceMs,
    gone,
  }: { readonly chainMs: number; readonly graceMs: number; readonly gone: ReadonlySet<Device> },
): Standing<Pack, Device> {
  const others = participants.filter(({ device }) => device !== own);
  const answers = others.map(({ device, record }) => ({ device, answer: record?.answers.get(own) }));
  const needed = answers.flatMap(({ answer }) =>
    answer?.number === list.number ? answer.needs.flatMap((at) => list.packs[at] ?? []) : [],
  );
  return {
    waitsFor: answers.flatMap(({ device, answer }) =>
      answer?.number === list.number || gone.has(device) ? [] : [device],
    ),
    isRipe: chainMs >= list.timeMs + graceMs,
    needed: new Set(needed),
  };
}

/** What of a settled list is deleted; undefined while it is not settled. `isNeededHere` is asked anew: answers and own work may have changed it. */
export function deletable<Pack extends string, Device extends string>(
  list: DoomList<Pack>,
  { waitsFor, isRipe, needed }: Standing<Pack, Device>,
  isNeededHere: (pack: Pack) => boolean,
): readonly Pack[] | undefined {
  if (waitsFor.length > 0 || !isRipe) return undefined;
  return list.packs.filter((pack) => !needed.has(pack) && !isNeededHere(pack));
}

export function answerTo<Pack extends string>(list: DoomList<Pack>, isNeeded: (pack: Pack) => boolean): Answer {
  return { number: list.number, needs: list.packs.flatMap((pack, at) => (isNeeded(pack) ? [at] : [])) };
}

/** Lists of other devices that wait for this device's answer. */
export function unanswered<Pack extends string, Device extends string>(
  own: Participant<Pack, Device>,
  participants: readonly Participant<Pack, Device>[],
): readonly { readonly device: Device; readonly list: DoomList<Pack> }[] {
  return participants.flatMap(({ device, record }) => {
    if (device === own.device || record === undefined) return [];
    const { list } = record;
    if (list.packs.length === 0) return [];
    return own.record?.answers.get(device)?.number === list.number ? [] : [{ device, list }];
  });
}

/** The newest list of a device that was settled: lists with packs and empty ones take turns (`nextList`). 0: none was. */
export function lastSettled<Pack extends string>({ number, packs }: DoomList<Pack>): number {
  return Math.max(0, packs.length > 0 ? number - 2 : number - 1);
}

/** The list after one that is settled, or the first. Empty when nothing is doomed. */
export function nextList<Pack extends string>(
  before: DoomList<Pack>,
  packs: readonly Pack[],
  timeMs: number,
): DoomList<Pack> {
  return { number: before.number + 1, timeMs, packs: packs.slice(0, doomedMax) };
}
