/**
 * For tests: two years of an account on a small model of the chain. Three laptops that are awake two hours a day and now and then asleep for weeks,
 * prices that move, a wallet that is refilled when somebody thinks of it, new data every day. Books are kept on both sides: what each device
 * wrote down, and what the chain took.
 */
import type { Dice } from '../../domain/clock.ts';
import { storageUnits } from '../../domain/redstuff.ts';
import { likelyGap, planRenewals, type Lease, type LeaseWarning, type Outlook } from '../autopilot.ts';
import { leftFrost, monthStartMs } from '../budget.ts';

const dayMs = 86_400_000;
const epochMs = 14 * dayMs;
const startMs = Date.UTC(2026, 0, 1);
const daysInAll = 52 * 14;
const epochsAheadMax = 53;
const usualPrice = 11_000;
/** Five weeks. */
const sleepDaysMax = 35;
const grownBytesADay = 23 * 1024 * 1024;

export interface TwoYearsOptions {
  /** FROST at the start, for each device. */
  readonly frost: bigint;
  /** FROST of a refill, and how many days lie between two at most. */
  readonly refillFrost: bigint;
  readonly refillDaysMax: number;
  /** FROST a month and device; undefined without a cap. */
  readonly capFrost: bigint | undefined;
  readonly aheadEpochs: number;
  readonly capacityBytes: number;
  readonly grows: boolean;
  /** Whether devices are now and then asleep for weeks. */
  readonly sleeps: boolean;
}

interface Pool {
  readonly id: string;
  readonly owner: number;
  capacityBytes: number;
  endEpoch: number;
}

interface Device {
  asleepUntilDay: number;
  frost: bigint;
  nextRefillDay: number;
  seen: number[];
  urgentFrost: bigint;
  /** Its own books. */
  readonly ledger: { readonly atMs: number; readonly frost: bigint }[];
}

/** A lease that ended, and why nobody could pay for it when it was last tried. */
export interface Lapse {
  readonly pool: string;
  readonly epoch: number;
  readonly reason: 'money' | 'cap' | 'nobody tried';
}

export interface TwoYears {
  readonly lapses: readonly Lapse[];
  readonly warnings: readonly (LeaseWarning & { readonly day: number })[];
  /** The largest sum of a device in a calendar month. */
  readonly dearestMonth: bigint;
  readonly ledgerFrost: bigint;
  /** What the chain took. */
  readonly chainFrost: bigint;
  /** What is gone from the wallets: refills and start minus what is left. */
  readonly walletFrost: bigint;
  readonly renewals: number;
  readonly refusedPurchases: number;
}

export function liveTwoYears(dice: Dice, options: TwoYearsOptions): TwoYears {
  return new Life(dice, options).run();
}

class Life {
  readonly #dice: Dice;
  readonly #options: TwoYearsOptions;
  readonly #devices: readonly Device[];
  readonly #pools: readonly Pool[];
  readonly #lapses: Lapse[] = [];
  readonly #warnings: (LeaseWarning & { readonly day: number })[] = [];
  readonly #lastTry = new Map<string, Lapse['reason'] | 'paid'>();
  #price = BigInt(usualPrice);
  #chainFrost = 0n;
  #givenFrost = 0n;
  #renewals = 0;
  #refused = 0;

  constructor(dice: Dice, options: TwoYearsOptions) {
    this.#dice = dice;
    this.#options = options;
    const { frost, capacityBytes, aheadEpochs } = options;
    this.#devices = [0, 1, 2].map(() => ({
      asleepUntilDay: 0,
      frost,
      nextRefillDay: 1 + this.#below(options.refillDaysMax),
      seen: [],
      urgentFrost: 0n,
      ledger: [],
    }));
    this.#givenFrost = 3n * frost;
    this.#pools = [0, 1, 2].map((owner) => ({
      id: `pool-${owner}`,
      owner,
      capacityBytes: capacityBytes * (owner + 1),
      endEpoch: aheadEpochs,
    }));
  }

  run(): TwoYears {
    for (let day = 0; day < daysInAll; day++) this.#live(day);
    const ledgers = this.#devices.flatMap(({ ledger }) => ledger);
    const left = this.#devices.reduce((sum, { frost }) => sum + frost, 0n);
    return {
      lapses: this.#lapses,
      warnings: this.#warnings,
      dearestMonth: this.#dearestMonth(),
      ledgerFrost: ledgers.reduce((sum, { frost }) => sum + frost, 0n),
      chainFrost: this.#chainFrost,
      walletFrost: this.#givenFrost - left,
      renewals: this.#renewals,
      refusedPurchases: this.#refused,
    };
  }

  #below(most: number): number {
    return Math.floor(this.#dice.fraction() * most);
  }

  #live(day: number): void {
    const epoch = Math.floor((day * dayMs) / epochMs);
    if (day % 14 === 0) this.#beginEpoch(epoch);
    // Two hours at a time of the day that chance decides.
    const atMs = day * dayMs + this.#below(22 * 60) * 60_000;
    for (const [index, device] of this.#devices.entries()) {
      if (day >= device.nextRefillDay) {
        device.frost += this.#options.refillFrost;
        this.#givenFrost += this.#options.refillFrost;
        device.nextRefillDay = day + 1 + this.#below(this.#options.refillDaysMax);
      }
      if (day < device.asleepUntilDay) continue;
      this.#autopilot(index, device, epoch, atMs, day);
      if (this.#options.grows) this.#grow(index, device, epoch, atMs);
      if (this.#options.sleeps && this.#dice.fraction() < 0.03)
        device.asleepUntilDay = day + 1 + this.#below(sleepDaysMax);
    }
  }

  #beginEpoch(epoch: number): void {
    // Half to one and a half of the usual price.
    this.#price = BigInt(Math.round(usualPrice * (0.5 + this.#dice.fraction())));
    for (const pool of this.#pools) {
      if (pool.endEpoch !== epoch || epoch === 0) continue;
      const reason = this.#lastTry.get(pool.id) ?? 'nobody tried';
      this.#lapses.push({ pool: pool.id, epoch, reason: reason === 'paid' ? 'nobody tried' : reason });
    }
  }

  #left(device: Device, atMs: number): bigint | undefined {
    if (this.#options.capFrost === undefined) return undefined;
    const since = monthStartMs(startMs + atMs);
    const spent = device.ledger.reduce((sum, entry) => (entry.atMs >= since ? sum + entry.frost : sum), 0n);
    return leftFrost(this.#options.capFrost, spent);
  }

  #autopilot(index: number, device: Device, epoch: number, atMs: number, day: number): void {
    if (device.seen.at(-1) !== epoch) device.seen.push(epoch);
    const outlook: Outlook = {
      epoch,
      epochDurationMs: epochMs,
      epochLeftMs: (epoch + 1) * epochMs - atMs,
      epochsAheadMax,
      storagePrice: this.#price,
      budgetFrost: this.#left(device, atMs),
      purses: new Map(this.#devices.map(({ frost }, owner) => [String(owner), frost])),
      gapEpochs: likelyGap(device.seen, epochMs),
      isOn: true,
    };
    const leases = this.#pools.map(({ id, owner, capacityBytes, endEpoch }): Lease => ({
      id,
      purse: String(owner),
      capacityBytes,
      endEpoch,
      aheadEpochs: this.#options.aheadEpochs,
      isOwn: owner === index,
    }));
    const plan = planRenewals(leases, outlook);
    for (const pool of this.#pools) this.#lastTry.set(pool.id, 'paid');
    for (const { id, epochs } of plan.renewals) this.#extend(id, epochs, epoch, device, atMs);
    for (const { id, because } of plan.unpaid) this.#lastTry.set(id, this.#isTrue(id, because, device, atMs));
    device.urgentFrost = plan.unpaid.reduce((sum, { isUrgent, frost }) => sum + (isUrgent ? frost : 0n), 0n);
    for (const warning of plan.warnings) this.#warnings.push({ ...warning, day });
  }

  /** The chain's side of an extension: it takes what its own price says, or nothing. */
  #extend(id: string, epochs: number, epoch: number, payer: Device, atMs: number): void {
    const pool = this.#pools.find((each) => each.id === id);
    const purse = pool && this.#devices[pool.owner];
    if (!pool || !purse || pool.endEpoch <= epoch) throw new Error('only a living pool is extended');
    const frost = BigInt(storageUnits(pool.capacityBytes)) * this.#price * BigInt(epochs);
    if (frost > purse.frost || pool.endEpoch + epochs > epoch + epochsAheadMax) throw new Error('the chain refuses');
    this.#pay(purse, payer, frost, atMs);
    pool.endEpoch += epochs;
    this.#renewals++;
  }

  #pay(purse: Device, payer: Device, frost: bigint, atMs: number): void {
    purse.frost -= frost;
    this.#chainFrost += frost;
    payer.ledger.push({ atMs: startMs + atMs, frost });
  }

  /** What a plan says of its reasons, checked against the books: one epoch more cannot be paid. */
  #isTrue(id: string, because: 'budget' | 'balance', device: Device, atMs: number): Lapse['reason'] {
    const pool = this.#pools.find((each) => each.id === id);
    const purse = pool && this.#devices[pool.owner];
    if (!pool || !purse) throw new Error('a plan is about the leases it was given');
    const cost = BigInt(storageUnits(pool.capacityBytes)) * this.#price;
    const left = this.#left(device, atMs);
    if (because === 'balance' && cost > purse.frost) return 'money';
    if (because === 'budget' && left !== undefined && cost > left) return 'cap';
    throw new Error(`${id} was left unpaid for a reason that does not hold`);
  }

  /** New data of the day: bought only when nothing that exists waits for money, and only under the cap. */
  #grow(index: number, device: Device, epoch: number, atMs: number): void {
    const pool = this.#pools[index];
    if (!pool || pool.endEpoch <= epoch) return;
    const frost = BigInt(storageUnits(grownBytesADay)) * this.#price * BigInt(pool.endEpoch - epoch);
    const left = this.#left(device, atMs);
    if (device.urgentFrost > 0n || frost > device.frost || (left !== undefined && frost > left)) {
      this.#refused++;
      return;
    }
    this.#pay(device, device, frost, atMs);
    pool.capacityBytes += grownBytesADay;
  }

  #dearestMonth(): bigint {
    let dearest = 0n;
    for (const { ledger } of this.#devices) {
      const months = new Map<number, bigint>();
      for (const { atMs, frost } of ledger) {
        const month = monthStartMs(atMs);
        months.set(month, (months.get(month) ?? 0n) + frost);
      }
      for (const sum of months.values()) if (sum > dearest) dearest = sum;
    }
    return dearest;
  }
}
