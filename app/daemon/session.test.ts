import { expect, test } from 'vitest';
import type { Context } from './command.ts';
import { openOutput } from './output.ts';
import { withHost } from './session.ts';

test('a command that is stopped while it waits for its turn ends at once and does nothing', async () => {
  const stop = new AbortController();
  const host = { engine: { subscribe: () => () => undefined } };
  let begin = (): void => undefined;
  const before = new Promise<void>((done) => (begin = done));
  const turns: Promise<unknown>[] = [];
  const running = {
    host: () => Promise.resolve(host),
    between: (work: () => Promise<unknown>) => {
      const turn = before.then(work);
      turns.push(turn.catch(() => undefined));
      return turn;
    },
  };
  const context = { running, signal: stop.signal, output: openOutput(true) } as unknown as Context;
  let runs = 0;
  const ended = withHost(context, () => Promise.resolve(++runs));
  stop.abort(new Error('stopped'));
  await expect(ended).rejects.toThrow('stopped');
  begin();
  await Promise.all(turns);
  expect(runs).toBe(0);
});
