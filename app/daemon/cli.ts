/** The command line as docs/cli.md fixes it: reads flags, runs one command, turns what comes out into lines and an exit code. */
import { Command, CommanderError, Option } from 'commander';
import { resolveHome } from '../adapters/home/home.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import { openBytes } from './byte-stream.ts';
import { collect, integer, lazily, port, share, textFlag } from './command.ts';
import type { AddCommand, Context, Flags, Run } from './command.ts';
import { exitCodes, openOutput, type ExitCode, type Output } from './output.ts';
import { readPassphrase } from './passphrase.ts';
import { handOver, type CommandCall } from './running/running.ts';
import { floeVersion } from './version.ts';
import { addSteeringCommands } from './steering-commands.ts';
import { addUpkeepCommands } from './upkeep-commands.ts';

const networks = ['local', 'testnet', 'mainnet'];

/** The network on this computer, and what runs until it is stopped. */
function addNetworkCommands(command: AddCommand): void {
  command(
    'localnet',
    'Runs an embedded Walrus network until stopped; keeps its state.',
    'localnet --dir /tmp/net --nodes 12 --shards 100',
    lazily(async () => (await import('./commands/localnet.ts')).localnetCommand),
  )
    .option('--dir <DIR>', 'folder of the network', 'floe-localnet')
    .option('--nodes <N>', 'storage nodes', integer('--nodes', 4))
    .option('--shards <S>', 'shards', integer('--shards', 4))
    .option('--epoch-seconds <T>', 'length of an epoch', integer('--epoch-seconds', 1))
    .option('--port <P>', 'port of the Sui side', port)
    .addOption(new Option('--with-parent', 'stop when standard input closes').hideHelp());
  command(
    'demo [FOLDER]',
    'The whole story offline: protect, edit, lose a third of the nodes, restore from the phrase, compare.',
    'demo ~/Documents',
    lazily(async () => (await import('./commands/demo.ts')).demoCommand),
  )
    .option('--keep <DIR>', 'keep homes and restored folders here')
    .option('--nodes <N>', 'storage nodes', integer('--nodes', 4))
    .option('--shards <S>', 'shards', integer('--shards', 4));
  command(
    'start',
    'Keeps all spaces in step until stopped, with its window in a browser.',
    'start --port 7700',
    lazily(async () => (await import('./commands/start.ts')).startCommand),
  )
    .option('--port <P>', 'port of the window (0: any)', port)
    .option('--voucher <FILE>', 'leave a fresh voucher here after each payment, for floe renewer run')
    .option('--open', 'open the window in a browser')
    .option(
      '--folder <DIR>',
      'protect this folder (sets up a local account if there is none); may be given again',
      collect,
    )
    .option('--localnet <DIR>', 'folder of a running embedded network, for an account made here');
}

/** An account for a home, and its folders. */
function addAccountCommands(command: AddCommand): void {
  command(
    'init',
    'Makes an account (24 words), or takes one, and makes this computer a device of it.',
    'init --network local --device laptop',
    lazily(async () => (await import('./commands/account.ts')).initCommand),
  )
    .addOption(new Option('--network <NETWORK>', 'where to keep the data').choices(networks).default('local'))
    .option('--localnet <DIR>', 'folder of a running embedded network')
    .option('--device <NAME>', 'name of this device')
    .option('--phrase-file <FILE>', 'take this phrase instead of making one');
  command(
    'recover',
    'Finds every space of an account from its phrase alone, as a new device.',
    'recover --network local --phrase-file words.txt',
    lazily(async () => (await import('./commands/account.ts')).recoverCommand),
  )
    .addOption(new Option('--network <NETWORK>', 'where the data is').choices(networks).default('local'))
    .option('--localnet <DIR>', 'folder of a running embedded network')
    .requiredOption('--phrase-file <FILE>', 'file with the 24 words')
    .option('--device <NAME>', 'name of this device');
  command(
    'add <PATH>',
    'Adds a folder as a new space, or joins it to a space that exists. Says first what it holds and costs.',
    'add ~/Photos --mode archive',
    lazily(async () => (await import('./commands/space.ts')).addCommand),
  )
    .option('--name <NAME>', 'name of the space')
    .option('--space <SPACE>', 'join this space (id or name)')
    .addOption(
      new Option('--mode <MODE>', 'sync: deletions travel; archive: what is deleted here stays there')
        .choices(['sync', 'archive'])
        .default('sync'),
    )
    .option('--lease-epochs <E>', 'epochs to pay ahead', integer('--lease-epochs', 1))
    .option('--dry-run', 'only say what it holds and costs');
  command(
    'move <SPACE> <PATH>',
    'You moved the folder of a space: it is at PATH now. Moves nothing itself; nothing is sent again, nothing is deleted.',
    'move Photos /mnt/large/Photos',
    lazily(async () => (await import('./commands/move.ts')).moveCommand),
  ).option('--dry-run', 'only say whether it could be kept there');
  command(
    'leave <SPACE>',
    'Stops keeping a space in its folder here. Nothing is deleted: files stay, what is certified stays and is renewed.',
    'leave Photos --dry-run',
    lazily(async () => (await import('./commands/space.ts')).leaveCommand),
  ).option('--dry-run', 'only say what would be left');
}

/** Passes over folders. */
function addPassCommands(command: AddCommand): void {
  command(
    'sync',
    'One pass to rest: scan, protect, certify, publish, and take over what other devices did.',
    'sync --space Photos',
    lazily(async () => (await import('./commands/space.ts')).syncCommand),
  )
    .option('--space <SPACE>', 'only this space')
    .option('--dry-run', 'only say what would be looked at and what it could cost at most');
  command(
    'conflicts [SPACE]',
    'Files that were changed on two devices at once; both versions are kept until you choose.',
    'conflicts Photos',
    lazily(async () => (await import('./commands/conflicts.ts')).conflictsCommand),
  );
  command(
    'resolve <SPACE> <PATH>',
    'Settles a conflict: keeps the version of this device, the other one, or both.',
    'resolve Photos report.txt --keep mine',
    lazily(async () => (await import('./commands/conflicts.ts')).resolveCommand),
  ).addOption(
    new Option('--keep <WHICH>', 'which version stays').choices(['mine', 'theirs', 'both']).makeOptionMandatory(),
  );
  command(
    'held',
    'Deletions that are more than usual and wait for your word.',
    'held',
    lazily(async () => (await import('./commands/conflicts.ts')).heldCommand),
  );
  command(
    'ignored <SPACE>',
    "What the rules of a space's .floeignore (gitignore syntax) and the usual litter rules leave out here.",
    'ignored Photos',
    lazily(async () => (await import('./commands/ignored.ts')).ignoredCommand),
  );
  command(
    'release <SPACE>',
    'Held deletions of a space are meant: the next pass lets them through.',
    'release Photos',
    lazily(async () => (await import('./commands/space.ts')).releaseCommand),
  );
}

/** State, history and the way back. */
function addHistoryCommands(command: AddCommand): void {
  command(
    'status',
    'State of everything.',
    'status',
    lazily(async () => (await import('./commands/look.ts')).statusCommand),
  );
  command(
    'spaces',
    'All spaces of this device.',
    'spaces --json',
    lazily(async () => (await import('./commands/look.ts')).spacesCommand),
  );
  command(
    'devices',
    'All devices of the account; and which of them are gone for good, so that nobody waits for their answers.',
    'devices --gone 5b0e6a2f9c1d4e7f8a3b2c1d0e9f8a7b',
    lazily(async () => (await import('./commands/look.ts')).devicesCommand),
  )
    .option('--gone <DEVICE>', 'this device is gone for good (its id; may be given again)', collect)
    .option('--back <DEVICE>', 'this device came back (its id; may be given again)', collect);
  command(
    'log <SPACE>',
    'Snapshots of a space, newest first.',
    'log Photos',
    lazily(async () => (await import('./commands/look.ts')).logCommand),
  );
  command(
    'versions <SPACE> <PATH>',
    'All versions of a file or folder, newest first.',
    'versions Photos 2024/ice.jpg',
    lazily(async () => (await import('./commands/look.ts')).versionsCommand),
  );
  command(
    'ls <SPACE> [PATH]',
    'What a folder of a space holds, now or then.',
    'ls Photos 2024 --at 2026-11-20T14:03:00Z',
    lazily(async () => (await import('./commands/look.ts')).lsCommand),
  ).option('--at <WHEN>', 'snapshot id or ISO time');
  command(
    'restore <SPACE>',
    'Puts a space, or paths of it, into a folder; verified; goes on where it was when run again.',
    'restore Photos --to /tmp/back --path 2024',
    lazily(async () => (await import('./commands/restore.ts')).restoreCommand),
  )
    .requiredOption('--to <DIR>', 'folder to restore into')
    .option('--path <PATH>', 'only this path (may be given again)', collect)
    .option('--at <WHEN>', 'snapshot id or ISO time')
    .addOption(
      new Option('--overwrite <RULE>', 'what happens to other files that stand there')
        .choices(['never', 'if-older', 'always'])
        .default('never'),
    )
    .option('--dry-run', 'only count what would be written and what stands in the way');
  command(
    'quote <PATH>',
    'What protecting a folder would cost at most, before anything is sent.',
    'quote ~/Photos --lease-epochs 26',
    lazily(async () => (await import('./commands/space.ts')).quoteCommand),
  ).option('--lease-epochs <E>', 'epochs to pay ahead', integer('--lease-epochs', 1));
  command(
    'doctor',
    'What is wrong and how to mend it.',
    'doctor',
    lazily(async () => (await import('./commands/doctor.ts')).doctorCommand),
  );
  command(
    'export-diagnostics',
    'Writes a file for whoever helps: numbers, states and fault codes; no names, paths, addresses or keys.',
    'export-diagnostics --out floe-diagnostics.json',
    lazily(async () => (await import('./commands/diagnostics.ts')).diagnosticsCommand),
  ).option('--out <FILE>', 'where to write it (default: floe-diagnostics.json here)');
}

/** The past, file by file. */
function addPastCommands(command: AddCommand): void {
  command(
    'cat <SPACE> <PATH>',
    'One file, now or then, to stdout.',
    'cat Photos notes/plan.txt --at 2026-11-20T14:03:00Z',
    lazily(async () => (await import('./commands/cat.ts')).catCommand),
  ).option('--at <WHEN>', 'snapshot id or ISO time');
  command(
    'diff <SPACE>',
    'What changed between two moments; without --from, in the newest snapshot.',
    'diff Photos --from 2026-11-01T00:00Z',
    lazily(async () => (await import('./commands/past.ts')).diffCommand),
  )
    .option('--from <WHEN>', 'snapshot id or ISO time (else the snapshot before)')
    .option('--to <WHEN>', 'snapshot id or ISO time (else the newest)');
  command(
    'find <SPACE> <TEXT>',
    'Where a name that contains the text is, or ever was.',
    'find Photos invoice --deleted',
    lazily(async () => (await import('./commands/past.ts')).findCommand),
  ).option('--deleted', 'only what is nowhere any more');
  command(
    'mount [SPACE]',
    'Shows every snapshot as folders, to be read with any file manager (WebDAV on this computer), until stopped.',
    'mount Photos',
    lazily(async () => (await import('./commands/mount.ts')).mountCommand),
  )
    .option('--port <P>', 'port (0: any)', port)
    .option('--at <WHEN>', 'only this moment: snapshot id or ISO time');
  command(
    'drill [SPACE]',
    'Restores a random sample into a temporary folder without part of the network, compares, and records how it went.',
    'drill Photos --refuse 0.33',
    lazily(async () => (await import('./commands/drill.ts')).drillCommand),
  )
    .option('--refuse <SHARE>', 'share of the shards to do without, at most 0.66', share('--refuse', 0.66))
    .option('--files <N>', 'files in the sample', integer('--files', 1));
}

function buildProgram(run: (work: Run) => (...args: unknown[]) => Promise<void>): Command {
  const program = new Command('floe')
    .description('Keeps your folders on Walrus: sealed on this computer, certified on Sui, restorable from 24 words.')
    .version(floeVersion)
    .option('--home <DIR>', 'where this installation keeps its state (else FLOE_HOME, else the usual place)')
    .option('--json', 'newline-delimited JSON on stdout')
    .option('--passphrase-file <FILE>', 'file with the passphrase of the vault (else FLOE_PASSPHRASE, else a prompt)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const command: AddCommand = (usage, words, example, work) =>
    program.command(usage).description(words).addHelpText('after', `\nExample:\n  floe ${example}`).action(run(work));
  addNetworkCommands(command);
  addAccountCommands(command);
  addPassCommands(command);
  addSteeringCommands(command);
  addHistoryCommands(command);
  addPastCommands(command);
  addUpkeepCommands(command);
  return program;
}

/** Commander has told people already; scripts get their closing line. */
function failUsage(output: Output, error: CommanderError): ExitCode {
  const message =
    error.code === 'commander.help' ? 'A command is missing. See floe --help.' : error.message.replace(/^error: /, '');
  output.event('failed', { fault: { code: 'bad-input', retry: 'after-user', message } });
  return exitCodes.usage;
}

/** These make a home, have one of their own, or need none: a Floe that runs with the home does not do them. */
function isAlone(name: string, [first]: readonly string[]): boolean {
  if (['localnet', 'demo', 'start', 'init', 'recover'].includes(name)) return true;
  return (name === 'receipt' && first === 'verify') || (name === 'renewer' && first === 'run');
}

interface Seat {
  readonly output: Output;
  readonly signal: AbortSignal;
  /** The context of a command with these flags. */
  context(flags: Flags): Context;
  /** The exit code of whoever takes the command over; undefined when nobody does. */
  handOver(home: string): Promise<ExitCode | undefined>;
  /** Where the parser says what is wrong with a command line. */
  readonly sayUsage?: (text: string) => void;
}

async function runIn(seat: Seat, args: readonly string[]): Promise<ExitCode> {
  const { output, signal, sayUsage } = seat;
  let code: ExitCode = exitCodes.done;
  const program = buildProgram((work) => async (...given) => {
    const command = given.at(-1);
    if (!(command instanceof Command)) throw new Error('commander hands over the command last');
    const flags: Flags = command.optsWithGlobals();
    const context = seat.context(flags);
    const isOwn = isAlone(command.name(), command.args);
    const handOver = (): Promise<ExitCode | undefined> =>
      isOwn ? Promise.resolve(undefined) : seat.handOver(context.home);
    try {
      code = (await handOver()) ?? (await work(context, command.args, flags));
    } catch (error) {
      // One that has begun since the first look holds the home, and takes the command.
      const taken = faultOf(error)?.code === 'home-busy' ? await handOver() : undefined;
      if (taken === undefined) throw error;
      code = taken;
    }
  });
  if (sayUsage)
    for (const each of [program, ...program.commands]) each.configureOutput({ writeOut: sayUsage, writeErr: sayUsage });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : failUsage(output, error);
    return output.fail(signal.aborted && error instanceof Error && error.name === 'AbortError' ? signal.reason : error);
  }
}

/** Runs one command line and returns its exit code. A Floe that runs with its home carries it out. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  const output = openOutput(args.includes('--json'));
  const stop = new AbortController();
  const { signal } = stop;
  const onStop = (): void => {
    // A second word ends the process at once: what is durable is durable, and a call that hangs must not hold the user.
    if (signal.aborted) process.exit(exitCodes.failed);
    stop.abort(new Fault('cancelled', 'now', 'Stopped. What was done so far is kept; run the command again to go on.'));
  };
  process.on('SIGINT', onStop).on('SIGTERM', onStop);
  const { stdout, stderr, env, platform } = process;
  const cwd = process.cwd();
  const seat: Seat = {
    output,
    signal,
    context: (flags) => ({
      home: resolveHome({ flag: textFlag(flags, 'home'), env, platform }),
      output,
      bytes: openBytes(stdout, signal),
      cwd,
      running: undefined,
      passphrase: () => readPassphrase(textFlag(flags, 'passphraseFile')),
      signal,
    }),
    handOver: (home) => {
      const request = { version: floeVersion, args, cwd, isTerminal: Boolean(stderr.isTTY) };
      return handOver({ home, request, stdout, stderr, signal });
    },
  };
  try {
    return await runIn(seat, args);
  } finally {
    process.off('SIGINT', onStop).off('SIGTERM', onStop);
  }
}

/** Runs a command line that was handed to the Floe of this process. */
export async function runHanded(
  { args, output, bytes, cwd, sayUsage, signal }: CommandCall,
  of: Pick<Context, 'home' | 'passphrase' | 'running'>,
): Promise<ExitCode> {
  return runIn(
    {
      output,
      signal,
      context: () => ({ ...of, output, bytes, cwd, signal }),
      handOver: () => Promise.resolve(undefined),
      sayUsage,
    },
    args,
  );
}
