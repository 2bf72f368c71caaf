/** Steering for commands: by the calls of the window, whether a Floe runs and shows it there at once or the home is opened for it alone. */
import type { CallIn, CallOut } from '../wire/contract.ts';
import type { Context } from './command.ts';
import { withHost } from './session.ts';
import { steeringHandlers, type SteeringCall } from './steering-handlers.ts';

export type Ask = <K extends SteeringCall>(name: K, input: CallIn<K>) => Promise<CallOut<K>>;

export async function withSteering<T>(context: Context, work: (ask: Ask) => Promise<T>): Promise<T> {
  const { running, signal } = context;
  if (running) return work((name, input) => running.handlers[name](input, signal));
  return withHost(context, ({ engine }) => {
    const handlers = steeringHandlers({
      engine: () => Promise.resolve(engine),
      between: (change) => change(),
      steered: () => Promise.resolve(),
    });
    return work((name, input) => handlers[name](input, signal));
  });
}
