/** Figures that people type for limits, schedules, brakes and history, and how they are shown again. Pure. */
import type { Steering } from '../../app/wire/steering.ts';
import type { WeekRule } from '../../app/domain/week.ts';
import type { WordKey } from '../words/open-words.ts';

const megabyte = 1_000_000;

/** A number with a point or a comma; undefined for anything else. */
function numberFrom(typed: string): number | undefined {
  return /^\d{1,9}(?:[.,]\d{1,6})?$/.test(typed.trim()) ? Number(typed.trim().replace(',', '.')) : undefined;
}

/** Bytes a second from MB a second; 'off' for an empty field, undefined for what is no rate. */
export function rateFrom(typed: string): number | 'off' | undefined {
  if (typed.trim() === '') return 'off';
  const value = numberFrom(typed);
  return value === undefined || value <= 0 ? undefined : Math.round(value * megabyte);
}

/** For a field: exact, without grouping. */
export const rateField = (bytesPerSecond: number | undefined): string =>
  bytesPerSecond === undefined ? '' : String(bytesPerSecond / megabyte);

/** A whole number of at least so much; undefined for anything else. */
export function wholeFrom(typed: string, least: number): number | undefined {
  const value = numberFrom(typed);
  return value !== undefined && Number.isInteger(value) && value >= least ? value : undefined;
}

/** A share from percent, above 0 and up to 1. */
export function shareFrom(typed: string): number | undefined {
  const value = numberFrom(typed);
  return value !== undefined && value > 0 && value <= 100 ? value / 100 : undefined;
}
export const shareField = (share: number): string => String(Number((100 * share).toPrecision(6)));

const dayMinutes = 24 * 60;

/** Minutes since midnight as a time field has it; the end of a day is its midnight. */
export function timeField(minute: number): string {
  const shown = minute % dayMinutes;
  return `${String(Math.floor(shown / 60)).padStart(2, '0')}:${String(shown % 60).padStart(2, '0')}`;
}
export function minuteFrom(field: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(field);
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined;
}

/** Whether a rule goes on after midnight. */
export const isOverNight = ({ from, to }: WeekRule): boolean => to % dayMinutes !== 0 && to <= from;

/** Office hours, for a rule to begin with. */
export const firstRule: WeekRule = { weekdays: [0, 1, 2, 3, 4], from: 8 * 60, to: 18 * 60, speed: 'limited' };

/** How fast Floe may be now, as one sentence. */
export function paceSentence({ pause, speed, limits }: Steering): WordKey {
  if (pause) return `pace.paused-${pause.reason}`;
  const isLimited = speed === 'limited' && (limits.up ?? limits.down) !== undefined;
  return isLimited ? 'pace.limited' : speed === 'nothing' ? 'pace.nothing' : 'pace.full';
}
