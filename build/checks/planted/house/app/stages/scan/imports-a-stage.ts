/** Breaks: stages never import each other. */
export { order } from '../pack/pack.ts';
