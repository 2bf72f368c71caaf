/** What the chart of months is drawn from, the waterfall of bytes, and amounts in the user's own money. Pure. */
import type { SpendMonth, Spending, Stored, WalPrice } from '../../app/wire/cost.ts';

/** An amount at the price that the user set. Small ones keep two digits that say something. */
export function localAmount(
  frost: string,
  { micros, currency }: Pick<WalPrice, 'micros' | 'currency'>,
  tag: string,
): string {
  const amount = (Number(frost) / 1e9) * (Number(micros) / 1e6);
  const digits = amount > 0 && amount < 0.01 ? { maximumSignificantDigits: 2 } : {};
  return new Intl.NumberFormat(tag, { style: 'currency', currency, ...digits }).format(amount);
}

/** What one WAL is worth, with all digits that were given. */
export const priceAmount = ({ micros, currency }: Pick<WalPrice, 'micros' | 'currency'>, tag: string): string =>
  new Intl.NumberFormat(tag, { style: 'currency', currency, maximumFractionDigits: 6 }).format(Number(micros) / 1e6);

/** For the field: digits as they are typed. */
export function priceDigits({ micros }: Pick<WalPrice, 'micros'>): string {
  const digits = micros.padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '');
}

/** A price as typed, in either way of writing decimals; undefined when it is none. */
export function priceFrom(
  wal: string,
  currency: string,
): { readonly wal: string; readonly currency: string } | undefined {
  const amount = wal.trim().replace(',', '.');
  const code = currency.trim().toUpperCase();
  const isPrice = /^\d{1,9}(?:\.\d{1,6})?$/.test(amount) && Number(amount) > 0;
  return isPrice && /^[A-Z]{3}$/.test(code) ? { wal: amount, currency: code } : undefined;
}

export interface MonthBar {
  readonly month: SpendMonth;
  /** Shares of the chart's height, from 0 to 1. */
  readonly storage: number;
  readonly write: number;
  readonly open: number;
}

export interface MonthChart {
  readonly bars: readonly MonthBar[];
  /** Height of the cap; undefined when there is none, or it lies so high that the bars would vanish under it. */
  readonly cap: number | undefined;
  readonly most: SpendMonth | undefined;
}

/** A cap higher than this many times the highest bar is told in words only. */
const capTimesMax = 8;

export function monthChart({ months, capFrost }: Pick<Spending, 'months' | 'capFrost'>): MonthChart {
  const highest = Math.max(0, ...months.map(({ spentFrost }) => Number(spentFrost)));
  const cap = capFrost === undefined ? undefined : Number(capFrost);
  const isDrawn = cap !== undefined && highest > 0 && cap <= capTimesMax * highest;
  const top = Math.max(highest, isDrawn ? cap : 0) || 1;
  const share = (frost: string): number => Math.max(0, Number(frost)) / top;
  return {
    bars: months.map((month) => ({
      month,
      storage: share(month.storageFrost),
      write: share(month.writeFrost),
      open: share(month.openFrost),
    })),
    cap: isDrawn ? cap / top : undefined,
    most: highest === 0 ? undefined : months.find(({ spentFrost }) => Number(spentFrost) === highest),
  };
}

export interface FallStep {
  readonly name: 'files' | 'older' | 'twice' | 'unneeded' | 'compressed' | 'sealing' | 'around' | 'stored';
  readonly bytes: number;
  /** Where its bar begins and ends, as shares of the widest. */
  readonly from: number;
  readonly to: number;
  readonly kind: 'whole' | 'more' | 'less';
}

/** From what lies on the disk to what is stored; steps that change nothing are left out. */
export function fallOf({ filesBytes, olderBytes, onceBytes, sealedBytes, packBytes }: Stored): readonly FallStep[] {
  const versions = filesBytes + olderBytes;
  const widest = Math.max(1, versions, onceBytes, sealedBytes, packBytes);
  const step = (before: number, after: number, less: FallStep['name'], more: FallStep['name']): readonly FallStep[] => {
    if (before === after) return [];
    const [low, high] = [Math.min(before, after), Math.max(before, after)];
    const isLess = after < before;
    const bar = { from: low / widest, to: high / widest };
    return [{ name: isLess ? less : more, bytes: high - low, ...bar, kind: isLess ? 'less' : 'more' }];
  };
  const whole = (name: 'files' | 'stored', bytes: number): FallStep => {
    return { name, bytes, from: 0, to: bytes / widest, kind: 'whole' };
  };
  return [
    whole('files', filesBytes),
    ...step(filesBytes, versions, 'older', 'older'),
    ...step(versions, onceBytes, 'twice', 'unneeded'),
    ...step(onceBytes, sealedBytes, 'compressed', 'sealing'),
    ...step(sealedBytes, packBytes, 'compressed', 'around'),
    whole('stored', packBytes),
  ];
}

/** A whole number of at least 1 that somebody typed, up to `most`; undefined when it is none. */
export function countFrom(typed: string, most: number): number | undefined {
  const count = /^\d{1,7}$/.test(typed.trim()) ? Number(typed.trim()) : 0;
  return count >= 1 && count <= most ? count : undefined;
}
