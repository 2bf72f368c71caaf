/** Figures as people of a locale write them: counts, sizes, dates, money. Sizes count in thousands, as disks are sold. */
export interface Figures {
  readonly number: (value: number) => string;
  readonly bytes: (value: number) => string;
  readonly percent: (share: number) => string;
  /** 4 May 2028 */
  readonly date: (ms: number) => string;
  /** 10:42 today, 9 Nov in this year, 9 Nov 2025 before. */
  readonly moment: (ms: number, nowMs: number) => string;
  /** 12 September 2026 at 14:20 */
  readonly dateAndTime: (ms: number) => string;
  readonly clock: (ms: number) => string;
  readonly month: (ms: number) => string;
  /** Mon for 0. */
  readonly weekday: (day: number) => string;
  /** 6 days ago */
  readonly ago: (ms: number, nowMs: number) => string;
  /** 4 minutes, rounded up to what a person would say. */
  readonly span: (ms: number) => string;
  /** FROST as WAL, with as many digits as matter. */
  readonly wal: (frost: string) => string;
  /** MIST as SUI. */
  readonly sui: (mist: string) => string;
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const spans = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;
const nanosPerCoin = 1e9;
/** 5 January 1970, in UTC. */
const firstMonday = 4 * 86_400_000;

export function openFigures(locale: string): Figures {
  const format = (options: Intl.DateTimeFormatOptions): ((ms: number) => string) => {
    const made = new Intl.DateTimeFormat(locale, options);
    return (ms) => made.format(ms);
  };
  const plain = new Intl.NumberFormat(locale);
  const clock = format({ hour: '2-digit', minute: '2-digit', hour12: false });
  const day = format({ day: 'numeric', month: 'short' });
  const dayOfYear = format({ day: 'numeric', month: 'short', year: 'numeric' });
  const fullDate = format({ day: 'numeric', month: 'long', year: 'numeric' });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const sizes = units.map((unit) => [
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      maximumFractionDigits: 0,
    }),
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    }),
  ]);
  return {
    number: (value) => plain.format(value),
    bytes(value) {
      let step = 0;
      let amount = value;
      while (amount >= 999.5 && step < units.length - 1) {
        amount /= 1000;
        step++;
      }
      const [whole, fine] = sizes[step] ?? [];
      return ((step === 0 || amount >= 99.95 ? whole : fine) ?? plain).format(amount);
    },
    percent: (share) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share),
    date: (ms) => unbroken(fullDate(ms)),
    moment(ms, nowMs) {
      if (clockDay(ms) === clockDay(nowMs)) return clock(ms);
      return new Date(ms).getFullYear() === new Date(nowMs).getFullYear() ? day(ms) : dayOfYear(ms);
    },
    dateAndTime: format({
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    }),
    clock: format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }),
    month: format({ month: 'long', year: 'numeric' }),
    weekday: (day) => weekday.format(firstMonday + day * 86_400_000),
    ago(ms, nowMs) {
      const past = Math.max(0, nowMs - ms);
      for (const [unit, length] of spans) if (past >= length) return relative.format(-Math.round(past / length), unit);
      return relative.format(0, 'minute');
    },
    span(ms) {
      const [unit, length] = spans.find(([, each]) => ms >= 1.5 * each) ?? (['minute', 60_000] as const);
      const count = Math.max(1, Math.ceil(ms / length));
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
    },
    wal: (frost) => coins(locale, frost),
    sui: (mist) => coins(locale, mist),
  };
}

/** A date stays on one line. */
const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0');

/** Which day it is where the user is. */
const clockDay = (ms: number): string => new Date(ms).toDateString();

function coins(locale: string, nanos: string): string {
  const amount = Number(nanos) / nanosPerCoin;
  const options: Intl.NumberFormatOptions =
    amount >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: amount >= 1 ? 4 : 2 };
  return new Intl.NumberFormat(locale, options).format(amount);
}
