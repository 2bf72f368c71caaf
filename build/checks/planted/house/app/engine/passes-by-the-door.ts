/** Breaks: outsiders import only the file with the folder's name. */
export { order } from '../stages/pack/pack-order.ts';
