/**
 * A history as plain data, drawn from a seed: what people, devices, nodes, chain and bad luck do, one step after another. Choices inside a step are
 * fractions that are read against whatever stands at that time, so that a history from which steps were taken away is a history still.
 */
import type { Dice } from '../../app/domain/clock.ts';

export const actKinds = [
  'write',
  'save',
  'slow-save',
  'make-folder',
  'move',
  'move-over',
  'remove',
  'swap',
  'touch',
  'chmod',
  'copy',
  'hard-link',
  'link',
  'clear',
] as const;
export type ActKind = (typeof actKinds)[number];

/** What a person does to a folder. */
export interface Act {
  readonly kind: ActKind;
  readonly picks: readonly number[];
}

/**
 * Something that happens in the middle of a pass: at the `at`th call to a port whose name begins with `where`. 'act-there': a person saves a file at the very
 * place that the call is about. 'stop': the host asks for an end, as when the program is quit; 'pause': a person pauses everything until the pass is over.
 */
export interface Trouble {
  readonly where: string;
  readonly at: number;
  readonly when: 'before' | 'within' | 'after';
  readonly does:
    'kill' | 'power-cut' | 'act' | 'act-there' | 'stop' | 'pause' | 'epoch' | 'lose-request' | 'lose-answer';
  readonly acts: readonly Act[];
  /** Calls from one act to the next; all at once without. */
  readonly gap?: number;
}

export const nodeTroubles = ['stop', 'silent', 'slow', 'refuse', 'corrupt', 'lie', 'wipe'] as const;
export type NodeTrouble = (typeof nodeTroubles)[number];

/** What stands where a disk was that is not there any more. */
const mountPoints = ['nothing', 'an empty folder', 'another folder'] as const;

export type Step =
  | { readonly kind: 'acts'; readonly device: number; readonly acts: readonly Act[] }
  | { readonly kind: 'pass'; readonly device: number; readonly isFull: boolean; readonly trouble: Trouble | undefined }
  /** Two devices at the same time. */
  | { readonly kind: 'two-passes'; readonly device: number; readonly trouble: Trouble | undefined }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'jump'; readonly device: number; readonly ms: number }
  | { readonly kind: 'epoch' }
  | { readonly kind: 'node'; readonly trouble: NodeTrouble }
  | { readonly kind: 'nodes-well' }
  /** More than the network can bear, for a while. */
  | { readonly kind: 'too-many-down' }
  | { readonly kind: 'unplug'; readonly device: number; readonly leaves: (typeof mountPoints)[number] }
  | { readonly kind: 'plug'; readonly device: number }
  | { readonly kind: 'fill-disk'; readonly device: number; readonly isSpool: boolean }
  | { readonly kind: 'free-disk'; readonly device: number }
  | { readonly kind: 'release'; readonly device: number }
  | { readonly kind: 'resolve'; readonly device: number; readonly pick: number }
  /** The autopilot's turn: leases, thinning, compaction, garbage. Sometimes while another device is at work. */
  | {
      readonly kind: 'upkeep';
      readonly device: number;
      readonly trouble?: Trouble | undefined;
      readonly isBesidePass?: boolean;
    }
  /** Garbage all the way: the list, the others' answers, the grace, and the turn that deletes. */
  | { readonly kind: 'collect'; readonly device: number; readonly trouble: Trouble | undefined }
  /** Some weeks later, one device keeps less of its past than it did. */
  | { readonly kind: 'thin'; readonly device: number; readonly days: number }
  /** A folder leaves this disk, or comes back to it; the space keeps it. Sometimes what held it is removed here then. */
  | { readonly kind: 'choose'; readonly device: number; readonly pick: number; readonly isHolderRemoved?: boolean }
  /** A person calls another device gone for good, although it is not, or takes that back. */
  | { readonly kind: 'call-gone'; readonly device: number; readonly isGone: boolean }
  /** A state of the past is restored beside the folder, while a pass runs. */
  | { readonly kind: 'restore'; readonly device: number; readonly pick: number }
  /** The folder gets another name after these acts; a pass misses it, and goes on when it is told where it is. Later it is moved back. */
  | {
      readonly kind: 'move-root';
      readonly device: number;
      readonly acts: readonly Act[];
      readonly trouble: Trouble | undefined;
    }
  | { readonly kind: 'reinstall'; readonly device: number }
  | { readonly kind: 'recover' };

export interface History {
  readonly seed: number;
  readonly devices: number;
  /** Files that the first device begins with. */
  readonly files: number;
  /** Folders that those are in; a few lie in the root all the same. */
  readonly folders?: number;
  /** A joining device's folder holds something already. */
  readonly joinsWithFiles: boolean;
  /** On the embedded network, down to the bytes on the wire; else on a model of it. */
  readonly isWhole: boolean;
  readonly steps: readonly Step[];
}

const weights = {
  acts: 30,
  pass: 34,
  'two-passes': 5,
  wait: 4,
  jump: 1.5,
  epoch: 1.5,
  node: 2,
  'nodes-well': 1.5,
  'too-many-down': 0.4,
  unplug: 1,
  plug: 3,
  'fill-disk': 1,
  'free-disk': 2,
  release: 1.5,
  resolve: 1.5,
  upkeep: 1.5,
  collect: 1.5,
  thin: 0.5,
  choose: 1.6,
  'call-gone': 0.4,
  restore: 0.6,
  reinstall: 0.6,
  recover: 0.7,
} as const satisfies Record<Exclude<Step['kind'], 'move-root'>, number>;

const actWeights = {
  write: 4,
  save: 2,
  'slow-save': 0.6,
  'make-folder': 1.5,
  move: 3.5,
  'move-over': 0.7,
  remove: 1.6,
  swap: 1.6,
  touch: 0.5,
  chmod: 0.5,
  copy: 0.6,
  'hard-link': 0.3,
  link: 0.5,
  clear: 0.25,
} as const satisfies Record<ActKind, number>;

/** Between the steps of a walk: what changes places is what a walk may miss or meet twice. */
const walkActWeights = {
  ...actWeights,
  write: 1.5,
  save: 1,
  'slow-save': 2,
  'make-folder': 0.5,
  move: 8,
  swap: 2,
} as const satisfies Record<ActKind, number>;

type Does = Trouble['does'];

const troubleWeights = {
  kill: 5,
  'power-cut': 2,
  act: 5,
  'act-there': 2,
  stop: 1,
  pause: 0.5,
  epoch: 1,
  'lose-request': 0.7,
  'lose-answer': 1.8,
} as const satisfies Record<Does, number>;

/** Calls at which each hurts most; the empty one is any call. */
const soreEnds = [
  '',
  '',
  'disk.act',
  'disk.act',
  'disk.placeSmall',
  'catalog.applySynced',
  'catalog.sealRound',
  'catalog.certifyRound',
  'catalog.adoptRound',
  'catalog.joinVector',
  'catalog.addIntent',
  'catalog.settleIntent',
  'catalog.set',
  'catalog.addPack',
  'chain.send',
  'chain.prepare',
  'chain.',
  'spool.',
] as const;
const walk = 'disk.walk';
const sorePoints: Readonly<Record<Does, readonly string[]>> = {
  kill: soreEnds,
  'power-cut': soreEnds,
  act: [
    '',
    'disk.',
    'disk.act',
    'disk.placeSmall',
    'disk.read',
    'catalog.applySynced',
    ...(Array(9).fill(walk) as string[]),
  ],
  'act-there': ['disk.act', 'disk.placeSmall', 'disk.placeSmall', 'disk.read'],
  stop: soreEnds,
  pause: soreEnds,
  epoch: ['', 'chain.', 'chain.prepare', 'chain.send', 'pool.encode'],
  'lose-request': ['chain.', 'chain.send', ''],
  'lose-answer': ['chain.send', 'chain.send', 'chain.', ''],
};

/** The autopilot's turn touches no folder. */
const upkeepPoints = [
  '',
  '',
  'chain.send',
  'chain.',
  'catalog.addPack',
  'catalog.setLive',
  'catalog.setDoomed',
  'catalog.setDead',
  'catalog.setRecord',
  'catalog.thin',
  'spool.',
] as const;
const upkeepEnds = ['kill', 'kill', 'power-cut', 'stop', 'epoch', 'lose-request', 'lose-answer'] as const;

/** In one history in so many somebody moves a root. Drawn last, so that the others stay what they were. */
const movesEvery = 3;
/** One history in so many runs on the embedded network, which takes ten times as long. */
const wholeEvery = 20;
const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** Leases last thirteen epochs; a history ends well before. */
const epochsMax = 4;

function drawer(dice: Dice): {
  readonly below: (limit: number) => number;
  readonly chance: (share: number) => boolean;
  readonly oneOf: <T>(all: readonly T[]) => T;
  readonly weighed: <K extends string>(table: Readonly<Record<K, number>>) => K;
} {
  const below = (limit: number): number => Math.floor(dice.fraction() * limit);
  const oneOf = <T>(all: readonly T[]): T => {
    const one = all[below(all.length)];
    if (one === undefined) throw new Error('there is nothing to choose from');
    return one;
  };
  return {
    below,
    chance: (share) => dice.fraction() < share,
    oneOf,
    weighed<K extends string>(table: Readonly<Record<K, number>>): K {
      const entries = Object.entries(table) as [K, number][];
      let left = dice.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key;
      }
      return oneOf(entries)[0];
    },
  };
}

export function drawHistory(seed: number, dice: Dice): History {
  const { below, chance, oneOf, weighed } = drawer(dice);
  const devices = oneOf([2, 2, 2, 3, 3, 4]);
  const files = oneOf([0, 1, 3, 5, 8, 8, 30]);
  const folders = files > 1 ? oneOf([0, 2, 4, 6]) : 0;
  const acts = (most: number, ofKinds: Readonly<Record<ActKind, number>> = actWeights): readonly Act[] =>
    Array.from({ length: 1 + below(most) }, () => ({
      kind: weighed(ofKinds),
      picks: Array.from({ length: 4 }, () => dice.fraction()),
    }));
  const trouble = (share: number): Trouble | undefined => {
    if (!chance(share)) return undefined;
    const does = weighed(troubleWeights);
    const where = oneOf(sorePoints[does]);
    if (where === walk) {
      // The first call is that which begins it.
      const [at, gap] = [2 + below(4), below(3)];
      return { where, at, when: 'after', does, acts: acts(4, walkActWeights), gap };
    }
    const at = where === '' ? 1 + Math.floor(2 ** (dice.fraction() * 7.5)) : 1 + below(chance(0.7) ? 2 : 6);
    return { where, at, when: oneOf(['before', 'within', 'after'] as const), does, acts: acts(3) };
  };
  const upkeepTrouble = (): Trouble | undefined => {
    if (!chance(0.5)) return undefined;
    const where = oneOf(upkeepPoints);
    const at = where === '' ? 1 + Math.floor(2 ** (dice.fraction() * 7)) : 1 + below(3);
    return { where, at, when: oneOf(['before', 'within', 'after'] as const), does: oneOf(upkeepEnds), acts: [] };
  };
  let epochs = 0;
  const step = (): Step => {
    const kind = weighed(weights);
    const device = below(devices);
    switch (kind) {
      case 'acts':
        return { kind, device, acts: acts(5) };
      case 'pass':
        return { kind, device, isFull: chance(0.6), trouble: trouble(0.6) };
      case 'two-passes':
        return { kind, device, trouble: trouble(0.3) };
      case 'wait':
        return { kind, ms: 1000 * 2 ** below(18) };
      case 'jump':
        return { kind, device, ms: Math.round((dice.fraction() - 0.5) * 4 * dayMs * 2 ** below(9)) };
      case 'epoch':
        return ++epochs > epochsMax ? { kind: 'wait', ms: hourMs } : { kind };
      case 'node':
        return { kind, trouble: oneOf(nodeTroubles) };
      case 'unplug':
        return { kind, device, leaves: oneOf(mountPoints) };
      case 'fill-disk':
        return { kind, device, isSpool: chance(0.4) };
      case 'resolve':
      case 'restore':
        return { kind, device, pick: dice.fraction() };
      case 'choose':
        return { kind, device, pick: dice.fraction(), isHolderRemoved: chance(0.4) };
      case 'upkeep':
        return { kind, device, trouble: upkeepTrouble(), isBesidePass: chance(0.4) };
      case 'collect':
        return { kind, device, trouble: upkeepTrouble() };
      case 'thin':
        return { kind, device, days: 31 + below(60) };
      case 'call-gone':
        return { kind, device, isGone: chance(0.7) };
      case 'plug':
      case 'free-disk':
      case 'release':
      case 'reinstall':
        return { kind, device };
      case 'nodes-well':
      case 'too-many-down':
      case 'recover':
        return { kind };
    }
  };
  const steps: Step[] = [];
  for (let length = 14 + below(18); length > 0; length--) {
    const next = step();
    steps.push(next);
    // What was just written is what a pass may lose.
    if (next.kind === 'acts' && chance(0.5))
      steps.push({ kind: 'pass', device: next.device, isFull: chance(0.6), trouble: trouble(0.7) });
    const last = steps.at(-1);
    // What a killed pass leaves on the network must do for an empty home.
    const isKilled = last?.kind === 'pass' && (last.trouble?.does === 'kill' || last.trouble?.does === 'power-cut');
    if (isKilled && chance(0.3)) steps.push({ kind: 'recover' });
  }
  const joinsWithFiles = chance(0.4);
  if (seed % movesEvery === 0) {
    const move: Step = { kind: 'move-root', device: below(devices), acts: acts(4), trouble: trouble(0.6) };
    steps.splice(below(steps.length + 1), 0, move);
  }
  return { seed, devices, files, folders, joinsWithFiles, isWhole: seed % wholeEvery === 0, steps };
}

const actText = ({ kind, picks }: Act): string => `${kind}(${picks.map((pick) => pick.toFixed(3)).join(' ')})`;

/** One line for people. */
export function stepText(step: Step): string {
  const parts: string[] = [step.kind];
  if ('device' in step) parts.push(`device ${step.device}`);
  if (step.kind === 'acts' || step.kind === 'move-root') parts.push(step.acts.map(actText).join(', '));
  if (step.kind === 'node') parts.push(step.trouble);
  else if ('trouble' in step && step.trouble) {
    const { where, at, when, does, gap } = step.trouble;
    parts.push(`with ${does} ${when} call ${at} of ${where === '' ? 'any port' : where}`);
    if (does === 'act') parts.push(step.trouble.acts.map(actText).join(', '));
    if (gap !== undefined && gap > 0) parts.push(`one each ${gap} calls`);
  }
  if ('ms' in step) parts.push(`${step.ms} ms`);
  if ('days' in step) parts.push(`after ${step.days} days`);
  if ('pick' in step) parts.push(step.pick.toFixed(3));
  if ('isHolderRemoved' in step && step.isHolderRemoved) parts.push('and the folder around it is removed');
  if ('isGone' in step) parts.push(step.isGone ? 'says so' : 'takes it back');
  if ('isBesidePass' in step && step.isBesidePass) parts.push('beside a pass of the next');
  if ('leaves' in step) parts.push(`and leaves ${step.leaves}`);
  if ('isSpool' in step && step.isSpool) parts.push('of the spool');
  return parts.join(' ');
}
