/**
 * Steering for commands: asks the Floe that runs with the home, so that its window shows it at once, or opens the home when none does. The same calls either
 * way, and the same answers.
 */
import { Fault } from '../domain/fault.ts';
import { LinkFault, type Connection } from '../link/connect.ts';
import type { CallIn, CallOut } from '../wire/contract.ts';
import type { Context } from './command.ts';
import { steeringHandlers, type SteeringCall } from './steering-handlers.ts';
import { askRunning } from './running-floe.ts';
import { withHost } from './session.ts';

export type Ask = <K extends SteeringCall>(name: K, input: CallIn<K>) => Promise<CallOut<K>>;

export async function withSteering<T>(context: Context, work: (ask: Ask) => Promise<T>): Promise<T> {
  const running = await askRunning(context.home);
  if (running) return askOf(running, context, work);
  return withHost(context, ({ engine }) => {
    const handlers = steeringHandlers({
      engine: () => Promise.resolve(engine),
      between: (change) => change(),
      steered: () => Promise.resolve(),
    });
    return work((name, input) => handlers[name](input, context.signal));
  });
}

async function askOf<T>(running: Connection, { signal }: Context, work: (ask: Ask) => Promise<T>): Promise<T> {
  try {
    return await work((name, input) => running.call(name, input, signal));
  } catch (error) {
    throw error instanceof LinkFault ? faultBehind(error) : error;
  } finally {
    running.close();
  }
}

/** What the running Floe answered, as a fault of this command. */
export function faultBehind(error: LinkFault): Fault {
  const { code, retry, detail } = error.fault;
  const isOwn = code === 'bug' || code === 'link-lost' || code === 'link-refused' || code === 'contract-changed';
  return new Fault(isOwn ? 'home-busy' : code, retry, detail === '' ? 'The running Floe could not do it.' : detail);
}
