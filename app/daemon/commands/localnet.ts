/** `floe localnet`: an embedded Walrus network in the foreground. */
import { systemClock, systemDice } from '../../adapters/time/time.ts';
import { startLocalnet } from '../../localnet/localnet.ts';
import { numberFlag, textFlag, type Run } from '../command.ts';
import { makeFolder } from '../make-folder.ts';
import { exitCodes } from '../output.ts';

export const localnetCommand: Run = async ({ output, signal }, _args, flags) => {
  const [nodes, shards, epochSeconds, port] = ['nodes', 'shards', 'epochSeconds', 'port'].map((name) =>
    numberFlag(flags, name),
  );
  const stop = new AbortController();
  const onStop = (): void => stop.abort();
  signal.addEventListener('abort', onStop, { once: true });
  if (flags['withParent'] === true) process.stdin.on('end', onStop).on('close', onStop).resume();
  const network = await startLocalnet({
    dir: makeFolder(textFlag(flags, 'dir') ?? 'floe-localnet', 0o700),
    ...(nodes === undefined ? {} : { nodes }),
    ...(shards === undefined ? {} : { shards }),
    ...(epochSeconds === undefined ? {} : { epochSeconds }),
    ...(port === undefined ? {} : { port }),
    clock: systemClock(),
    dice: systemDice(),
    signal: stop.signal,
    onTrouble: (error) =>
      output.warn(`network: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  });
  // The ready line is the same for people and scripts: it is what a client needs.
  process.stdout.write(`${JSON.stringify(network.ready)}\n`);
  await network.closed;
  return exitCodes.done;
};
