/** A chain of events written by hand, and a clock and dice that tests turn: the smallest world a storage node can live in. */
import type { Clock, Dice } from '../../../domain/clock.ts';
import { Fault } from '../../../domain/fault.ts';
import type { Chain, ChainEvent, WalrusEvent } from '../../nodes/nodes.ts';
import { spreadShards } from '../shard-plan.ts';

export interface FakeChain extends Chain {
  /** Appends an event and tells the listeners. */
  emit(event: WalrusEvent): void;
  listeners: Set<() => void>;
}

export const fakeNodeId = (index: number): string => `0x${String(index).padStart(64, '0')}`;

/** Shards in order: the first node has the first ones. */
export function createFakeChain(nodes: number, shards: number, epoch = 1): FakeChain {
  const events: ChainEvent[] = [];
  let next = 0;
  const members = spreadShards(nodes, shards).map((count, index) => {
    const own = Array.from({ length: count }, (_, i) => next + i);
    next += count;
    return { nodeId: fakeNodeId(index), shards: own, publicKey: new Uint8Array(96) };
  });
  let current = epoch;
  const listeners = new Set<() => void>();
  return {
    committee: () => ({ epoch: current, shards, members }),
    previousCommittee: () => undefined,
    isChanging: () => false,
    eventsAfter: (sequence, limit) => events.slice(sequence, sequence + limit),
    emit(event) {
      if (event.kind === 'epoch') current = event.epoch;
      const sequence = events.length + 1;
      events.push({ sequence, txDigest: `digest${sequence}`, eventSeq: '0', event });
      for (const tell of listeners) tell();
    },
    listeners,
  };
}

export interface ManualClock extends Clock {
  /** Moves time on and lets sleepers run whose time has come. */
  advance(ms: number): Promise<void>;
}

export function createManualClock(): ManualClock {
  let nowMs = 0;
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  return {
    now: () => nowMs,
    steady: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { atMs: nowMs + ms, wake: resolve };
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason instanceof Error ? signal.reason : new Fault('cancelled', 'now', 'Woken.'));
        };
        if (signal?.aborted === true) return stop();
        signal?.addEventListener('abort', stop, { once: true });
        sleepers.add(sleeper);
      }),
    async advance(ms) {
      nowMs += ms;
      for (const sleeper of sleepers) {
        if (sleeper.atMs > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await Promise.resolve();
    },
  };
}

/** Dice whose every throw follows from the seed (mulberry32). */
export function seededDice(seed: number): Dice {
  let state = seed;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { fraction, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(fraction() * 256)) };
}
