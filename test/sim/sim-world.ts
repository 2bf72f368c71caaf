/** Everything that a history happens to: the network, the devices with their people, and what was seen of them on the way. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../app/domain/clock.ts';
import type { EnginePorts } from '../../app/engine/engine-ports.ts';
import type { Account } from '../../app/ports/account.ts';
import { openIdleClock } from '../world/idle-clock.ts';
import { seededDice } from '../world/seeded-dice.ts';
import type { History } from './history.ts';
import { contentMark, nameMark, People } from './people.ts';
import { simAccount, simPhrase } from './sim-account.ts';
import { openSimDevice, type SimDevice } from './sim-device.ts';
import { openSimNetwork, type SimNetwork } from './sim-network.ts';

/** A promise to the user that a history showed to be broken. */
export class BrokenPromise extends Error {
  readonly promise: string;

  constructor(promise: string, words: string) {
    super(`${promise}: ${words}`);
    this.promise = promise;
  }
}

export interface SimWorld {
  readonly clock: Clock;
  readonly account: Account;
  readonly network: SimNetwork;
  readonly devices: readonly SimDevice[];
  readonly people: People;
  /** Contents that a pass found and left alone: they may never be out of reach again. */
  readonly stable: Set<string>;
  /** Contents that an engine wrote over or removed. */
  readonly displaced: Set<string>;
  /** Somebody gave up some of the past: what nobody wants any more may be out of reach. */
  isThinned: boolean;
  /** Somebody did not wait for a device that was there. */
  isCalledGone: boolean;
  readonly counts: Map<string, number>;
  count(what: string, times?: number): void;
  /** One line for people; it counts for the hash too. */
  tell(line: string): void;
  readonly trace: readonly string[];
  traceHash(): string;
  /** A computer with nothing but the phrase. */
  emptyHome(): SimDevice;
  close(): Promise<void>;
}

export type Spoil = (ports: EnginePorts) => EnginePorts;

/** Web streams hand their bytes on over several turns. */
const quietTurns = 4;
const deviceNames = ['laptop', 'desktop', 'tablet', 'server'] as const;

export async function openSimWorld(history: History, spoil: Spoil): Promise<SimWorld> {
  const { seed } = history;
  const dice = seededDice(seed);
  const clock = openIdleClock(quietTurns);
  const account = simAccount(history.isWhole);
  const marks = [contentMark, nameMark, simPhrase.slice(0, 24)];
  const network = await openSimNetwork(clock, dice, marks, history.isWhole);
  const counts = new Map<string, number>();
  const trace: string[] = [];
  const hash = createHash('sha256');
  const displaced = new Set<string>();
  const count = (what: string, times = 1): void => void counts.set(what, (counts.get(what) ?? 0) + times);
  const open = (name: string, index: number): SimDevice => {
    const device = openSimDevice({
      name,
      index,
      seed,
      account,
      clock,
      network,
      spoil,
      onDisplaced: (text) => void displaced.add(text),
      onPoint(point) {
        hash.update(`${name} ${point}\n`);
        count(`point ${point}`);
      },
      onLog(line) {
        hash.update(`${name} ${line}\n`);
        const mark = marks.find((one) => line.includes(one));
        if (mark !== undefined) throw new BrokenPromise('plaintext never leaves', `a log line: ${line}`);
      },
    });
    device.start();
    return device;
  };
  const devices = deviceNames.slice(0, history.devices).map(open);
  let homes = 0;
  return {
    clock,
    account,
    network,
    devices,
    people: new People(),
    stable: new Set(),
    displaced,
    isThinned: false,
    isCalledGone: false,
    counts,
    count,
    tell(line) {
      trace.push(line);
      hash.update(`${line}\n`);
    },
    trace,
    traceHash: () => hash.copy().digest('hex'),
    emptyHome: () => open('home', 100 + homes++),
    async close() {
      for (const { catalog } of devices) await catalog.close();
      await network.close();
    },
  };
}
