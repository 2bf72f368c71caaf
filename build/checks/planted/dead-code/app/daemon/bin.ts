/** The entry. */
import { used } from '../engine/engine.ts';

console.log(used);
