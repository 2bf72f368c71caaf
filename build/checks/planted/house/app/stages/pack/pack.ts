/** The door of its folder. */
export { order } from './pack-order.ts';
