/** Breaks nothing. */
export { order } from '../stages/pack/pack.ts';
