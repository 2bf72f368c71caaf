/** Breaks: no floating promise. */
import { later } from '../domain/clean.ts';

export function start(): void {
  later();
}
