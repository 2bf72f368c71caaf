/** Breaks: no cycles. */
import { right } from './cycle-right.ts';

export const left = (): unknown => right;
