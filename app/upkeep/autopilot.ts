/**
 * Which leases are extended now, by how much, and what cannot be paid: a pure decision from the chain's epoch, its prices and the money there is. It
 * never looks at a clock of this computer. Money goes where it is needed first: always one epoch more for the lease that ends soonest, so that when it
 * runs out, everything ends as late as possible. Turning it off decides nothing and still warns.
 */
import { storageUnits } from '../domain/redstuff.ts';

export interface Lease {
  /** Names the lease in the plan. */
  readonly id: string;
  /** Where the money for it comes from: a pool is extended by the address that owns it. */
  readonly purse: string;
  readonly capacityBytes: number;
  /** Exclusive. */
  readonly endEpoch: number;
  /** The policy: always so many epochs ahead. */
  readonly aheadEpochs: number;
  /** False when another device owns it: then only what that device evidently missed is paid. */
  readonly isOwn: boolean;
}

export interface Outlook {
  readonly epoch: number;
  readonly epochDurationMs: number;
  /** What is left of the epoch by the chain's time; the epoch may last longer, never shorter. */
  readonly epochLeftMs: number;
  readonly epochsAheadMax: number;
  /** FROST for each MiB unit and epoch. */
  readonly storagePrice: bigint;
  /** What the month's cap still allows; undefined without a cap. */
  readonly budgetFrost: bigint | undefined;
  /** FROST by purse. */
  readonly purses: ReadonlyMap<string, bigint>;
  /** The longest that this account was asleep lately, in epochs. */
  readonly gapEpochs: number;
  readonly isOn: boolean;
}

export interface Renewal {
  readonly id: string;
  readonly epochs: number;
  readonly frost: bigint;
}

export interface Unpaid extends Renewal {
  readonly because: 'budget' | 'balance';
  readonly purse: string;
  /** Lost unless it is paid before the next likely wake. */
  readonly isUrgent: boolean;
}

export interface LeaseWarning {
  readonly id: string;
  /** Days that the lease lasts at least; 0 when it has ended. */
  readonly daysLeft: number;
  /** The mark that was passed: 60, 30, 14 or 7. */
  readonly mark: number;
  readonly because: 'budget' | 'balance' | 'off' | 'ended';
}

export interface Plan {
  readonly renewals: readonly Renewal[];
  readonly unpaid: readonly Unpaid[];
  readonly warnings: readonly LeaseWarning[];
}

/** Days before the end of a lease at which a person is told. */
export const warningMarks: readonly number[] = [60, 30, 14, 7];

/** A laptop that sleeps through a long holiday: assumed until longer gaps were seen. */
const likelyGapMs = 35 * 86_400_000;
/** Networks with shorter epochs are there for trying things: their money is given away, and nobody pays for a holiday on them. */
const realEpochMs = 7 * 86_400_000;
/** Beyond the gap: the epoch that is going on, and one for coming back a little late. */
const marginEpochs = 2;

const dayMs = 86_400_000;

/** The gap to reckon with, in epochs, from the epochs in which the autopilot ran. */
export function likelyGap(seenEpochs: readonly number[], epochDurationMs: number): number {
  const seen = seenEpochs.map((epoch, i) => epoch - (seenEpochs[i - 1] ?? epoch));
  const assumed = epochDurationMs >= realEpochMs ? Math.ceil(likelyGapMs / epochDurationMs) : 0;
  return Math.max(assumed, ...seen);
}

/** Before this epoch the lease must not end, or it could end while everybody sleeps. */
export const safeEnd = ({ epoch, epochsAheadMax, gapEpochs }: Outlook): number =>
  epoch + Math.min(epochsAheadMax, gapEpochs + marginEpochs);

/** Where the lease should end by its policy, and never sooner than is safe. Another device's lease is only kept safe. */
export function wantedEnd(lease: Lease, outlook: Outlook): number {
  const safe = safeEnd(outlook);
  if (!lease.isOwn) return safe;
  return Math.max(safe, outlook.epoch + Math.min(outlook.epochsAheadMax, lease.aheadEpochs));
}

export const epochCost = (lease: Pick<Lease, 'capacityBytes'>, { storagePrice }: Pick<Outlook, 'storagePrice'>) =>
  BigInt(storageUnits(lease.capacityBytes)) * storagePrice;

export function planRenewals(leases: readonly Lease[], outlook: Outlook): Plan {
  const living = leases.filter((lease) => lease.endEpoch > outlook.epoch);
  const ends = new Map(living.map((lease) => [lease.id, lease.endEpoch]));
  const endOf = (lease: Lease): number => ends.get(lease.id) ?? lease.endEpoch;
  const blocked = outlook.isOn ? payUntilDry(living, outlook, ends) : new Map<string, 'budget' | 'balance'>();
  const renewals = living.flatMap((lease) => {
    const epochs = endOf(lease) - lease.endEpoch;
    return epochs > 0 ? [{ id: lease.id, epochs, frost: BigInt(epochs) * epochCost(lease, outlook) }] : [];
  });
  const unpaid = living.flatMap((lease) => {
    const because = blocked.get(lease.id);
    if (because === undefined) return [];
    const epochs = wantedEnd(lease, outlook) - endOf(lease);
    const frost = BigInt(epochs) * epochCost(lease, outlook);
    return [{ id: lease.id, purse: lease.purse, epochs, frost, because, isUrgent: endOf(lease) < safeEnd(outlook) }];
  });
  const warnings = leases.flatMap((lease) => {
    const because = lease.endEpoch <= outlook.epoch ? 'ended' : outlook.isOn ? blocked.get(lease.id) : ('off' as const);
    return because === undefined ? [] : warningFor(lease.id, endOf(lease), because, outlook);
  });
  return { renewals, unpaid, warnings };
}

/** Raises the lowest end epoch by epoch; what a purse or the cap does not allow is set aside with the reason. */
function payUntilDry(
  living: readonly Lease[],
  outlook: Outlook,
  ends: Map<string, number>,
): ReadonlyMap<string, 'budget' | 'balance'> {
  const purses = new Map(outlook.purses);
  let budget = outlook.budgetFrost;
  const blocked = new Map<string, 'budget' | 'balance'>();
  const lacking = (lease: Lease): boolean =>
    !blocked.has(lease.id) && (ends.get(lease.id) ?? 0) < wantedEnd(lease, outlook);
  for (;;) {
    const [next] = living
      .filter(lacking)
      .sort(
        (a, b) =>
          (ends.get(a.id) ?? 0) - (ends.get(b.id) ?? 0) ||
          Number(b.isOwn) - Number(a.isOwn) ||
          a.capacityBytes - b.capacityBytes ||
          (a.id < b.id ? -1 : 1),
      );
    if (next === undefined) return blocked;
    const cost = epochCost(next, outlook);
    const purse = purses.get(next.purse) ?? 0n;
    if (budget !== undefined && cost > budget) blocked.set(next.id, 'budget');
    else if (cost > purse) blocked.set(next.id, 'balance');
    else {
      purses.set(next.purse, purse - cost);
      if (budget !== undefined) budget -= cost;
      ends.set(next.id, (ends.get(next.id) ?? 0) + 1);
    }
  }
}

/** Whole days that a lease lasts at least, by the chain's time. */
export function daysLeft(endEpoch: number, { epoch, epochDurationMs, epochLeftMs }: Outlook): number {
  if (endEpoch <= epoch) return 0;
  return Math.floor((epochLeftMs + (endEpoch - epoch - 1) * epochDurationMs) / dayMs);
}

function warningFor(
  id: string,
  endEpoch: number,
  because: LeaseWarning['because'],
  outlook: Outlook,
): readonly LeaseWarning[] {
  const days = daysLeft(endEpoch, outlook);
  const mark = warningMarks.findLast((each) => days <= each);
  return mark === undefined ? [] : [{ id, daysLeft: days, mark, because }];
}
