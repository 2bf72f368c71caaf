/** The other half of the cycle. */
import { left } from './cycle-left.ts';

export const right = (): unknown => left;
