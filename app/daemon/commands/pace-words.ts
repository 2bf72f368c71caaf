/** Rates, spans of time and pauses, as people write and read them. */
import { Fault } from '../../domain/fault.ts';
import type { Pause } from '../../wire/steering.ts';
import { bytesText, dateText } from '../output.ts';

export const rateText = (bytesPerSecond: number | undefined): string =>
  bytesPerSecond === undefined ? 'off' : `${bytesText(bytesPerSecond)}/s`;

const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** `2MB/s`, `500 kB`, `off`. */
export function rateFrom(text: string | undefined): number | 'off' | undefined {
  if (text === undefined) return undefined;
  if (text === 'off') return 'off';
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?i?b)?(?:\/s)?$/i.exec(text.trim()) ?? [];
  const size = units[unit === '' ? 'b' : unit.toLowerCase()];
  if (digits === '' || size === undefined)
    throw new Fault('bad-input', 'after-user', `'${text}' is no rate. Write 500kB/s, 2MB/s or off.`);
  return Math.round(Number(digits) * size);
}

const spansMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30m`, `2h`, `1d`, in ms. */
export function spanMsFrom(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text.trim()) ?? [];
  const ms = Number(digits) * (spansMs[unit] ?? 0);
  if (ms <= 0) throw new Fault('bad-input', 'after-user', `'${text}' is no span of time. Write 30m, 2h or 1d.`);
  return ms;
}

const reasons: Readonly<Record<Pause['reason'], string>> = {
  user: 'by you',
  schedule: 'by the schedule',
  battery: 'on battery',
  metered: 'the line is metered',
};

export function pausedText({ reason, untilMs }: Pause): string {
  const until = untilMs === undefined ? '' : ` until ${dateText(untilMs)}`;
  const way = reason === 'user' ? ' Go on with: floe resume' : '';
  return `Paused${until}: ${reasons[reason]}.${way}`;
}
