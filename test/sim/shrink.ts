/** A history that breaks a promise, made smaller: steps are taken away as long as the same promise is still broken. */
import type { History } from './history.ts';
import type { Played } from './play.ts';

/** `mayGoOn` is asked before each try: shrinking helps a person, and is not worth an hour. */
export async function shrink(
  broken: Played,
  playAgain: (history: History) => Promise<Played>,
  mayGoOn: () => boolean,
): Promise<Played> {
  let best = broken;
  for (let size = best.history.steps.length >> 1; size >= 1; size >>= 1) {
    for (let at = best.history.steps.length - size; at >= 0; at -= size) {
      if (!mayGoOn()) return best;
      const { steps } = best.history;
      const history = { ...best.history, steps: [...steps.slice(0, at), ...steps.slice(at + size)] };
      const played = await playAgain(history);
      if (played.broken?.promise === best.broken?.promise) best = played;
    }
  }
  return best;
}
