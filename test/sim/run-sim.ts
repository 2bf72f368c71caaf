/** What the command line of the simulation does. Loaded once its models are in place. */
import { historyOf, play } from './play.ts';

export async function runSim(args: readonly string[]): Promise<number> {
  if (args[0] === 'range') {
    for (let seed = Number(args[1]); seed <= Number(args[2]); seed++) {
      const t = performance.now();
      const { broken, hash, history } = await play(historyOf(seed));
      console.log(seed, hash.slice(0, 12), history.steps.length, (performance.now() - t).toFixed(0), broken ? `BROKEN ${broken.words.slice(0, 600)}` : '');
    }
    return 0;
  }
  const played = await play(historyOf(Number(args[0])));
  console.log(played.trace.join('\n'));
  console.log(played.hash);
  console.log([...played.counts].filter(([k])=>!k.startsWith('point')));
  if (played.broken) console.log('BROKEN', played.broken.promise, played.broken.words);
  return played.broken ? 1 : 0;
}
