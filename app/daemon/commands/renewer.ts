/**
 * `floe renewer`: leases are extended while the own computers sleep. `issue` signs a voucher on a device; `run` keeps one on a computer that is
 * always on and needs no account, no phrase and no money: it can send that one transaction and nothing else.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { openChain } from '../../adapters/chain/chain.ts';
import { networkProfile, type ChainEndpoint } from '../../adapters/chain/profiles.ts';
import { diskFault } from '../../adapters/disk/disk.ts';
import { systemClock } from '../../adapters/time/time.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { useVoucher, type Engine, type VoucherTurn } from '../../engine/engine.ts';
import { encodeVoucher, parseVoucher, type Voucher } from '../../formats/voucher.ts';
import type { Chain } from '../../ports/chain.ts';
import { numberFlag, placeOf, textFlag, type Context, type Flags, type Run } from '../command.ts';
import { parseNetwork } from '../config.ts';
import { readDoor } from '../embedded-network.ts';
import { coinText, exitCodes, type ExitCode, type Output } from '../output.ts';
import { withHost } from '../session.ts';

/** Epochs before the end of a lease at which a voucher is used: four to six weeks on mainnet, for somebody to look when it is void. */
const whenLeftUsual = 3;
/** Between two looks; epochs last a day at the least on public networks. */
const lookMs = 3_600_000;

export const renewerCommand: Run = async (context, [what = ''], flags) => {
  const file = textFlag(flags, 'voucher');
  if (file === undefined || file === '') throw new Fault('bad-input', 'after-user', '--voucher needs a file.');
  if (what === 'issue') return issue(context, file, flags);
  if (what === 'run') return run(context, file, flags);
  throw new Fault('bad-input', 'after-user', "'floe renewer' takes 'issue' or 'run'.");
};

const issue = (context: Context, file: string, flags: Flags): Promise<ExitCode> =>
  withHost(context, async ({ engine }) => {
    const upTo = textFlag(flags, 'upTo');
    if (upTo !== undefined && !/^\d{1,18}$/.test(upTo))
      throw new Fault('bad-input', 'after-user', '--up-to takes FROST as a whole number.');
    const frostMax = upTo === undefined ? undefined : BigInt(upTo);
    const voucher = await writeVoucher(
      engine,
      placeOf(context, file),
      { epochs: numberFlag(flags, 'epochs'), frostMax },
      context.signal,
    );
    const { pools, digest } = voucher;
    const { output } = context;
    output.say(
      `Wrote ${file}: extends ${pools.length} leases once, for at most ${coinText(voucher.frostMax, 'WAL')} from this device's address.`,
    );
    output.say('It is void as soon as this device pays for anything else. Make a new one then.');
    output.done({ voucher: file, pools, frostMax: voucher.frostMax, digest });
    return exitCodes.done;
  });

/** Makes a voucher and puts it where the last one was, whole or not at all. */
export async function writeVoucher(
  engine: Pick<Engine, 'voucher'>,
  file: string,
  request: Parameters<Engine['voucher']>[0],
  signal: AbortSignal,
): Promise<Voucher> {
  const voucher = await engine.voucher(request, signal);
  const unfinished = `${file}.part`;
  try {
    await writeFile(unfinished, encodeVoucher(voucher), { mode: 0o600, flush: true });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw diskFault(error, file, 'written');
  }
  return voucher;
}

async function readVoucher(file: string): Promise<Voucher> {
  try {
    return parseVoucher(await readFile(file, 'utf8'));
  } catch (error) {
    throw faultOf(error) ?? diskFault(error, file, 'read');
  }
}

async function run({ output, signal }: Context, file: string, flags: Flags): Promise<ExitCode> {
  const whenLeft = numberFlag(flags, 'whenLeft') ?? whenLeftUsual;
  const isOnce = flags['once'] === true;
  const clock = systemClock();
  for (;;) {
    // Read each time: a device that wakes up leaves a fresh one.
    const voucher = await readVoucher(file);
    const chain = openChain({ endpoint: endpointOf(voucher, textFlag(flags, 'localnet')), clock });
    const code = await oneLook(output, chain, voucher, whenLeft, isOnce, signal);
    if (isOnce) return code;
    try {
      await clock.sleep(lookMs, signal);
    } catch (error) {
      if (signal.aborted) return exitCodes.done;
      throw error;
    }
  }
}

async function oneLook(
  output: Output,
  chain: Chain,
  voucher: Voucher,
  whenLeft: number,
  isOnce: boolean,
  signal: AbortSignal,
): Promise<ExitCode> {
  try {
    const turn = await useVoucher(chain, voucher, whenLeft, signal);
    return tell(output, turn);
  } catch (error) {
    const fault = faultOf(error);
    if (isOnce || fault?.retry !== 'later') throw error;
    output.warn(fault.message);
    return exitCodes.failed;
  }
}

function tell(output: Output, turn: VoucherTurn): ExitCode {
  switch (turn.kind) {
    case 'waiting':
      output.say(`Epoch ${turn.epoch}: nothing to do before epoch ${turn.useAtEpoch}.`);
      break;
    case 'renewed':
      output.say(`Epoch ${turn.epoch}: extended, for ${coinText(turn.frost, 'WAL')}.`);
      break;
    case 'used':
      output.say(`Epoch ${turn.epoch}: this voucher was used. A fresh one is needed: floe renewer issue`);
      break;
    case 'void':
      output.warn(`Epoch ${turn.epoch}: this voucher is void (${turn.why}). A fresh one is needed: floe renewer issue`);
  }
  const { kind, ...rest } = turn;
  output.done({ state: kind, ...rest });
  return kind === 'void' ? exitCodes.partly : exitCodes.done;
}

function endpointOf(voucher: Voucher, localnet: string | undefined): ChainEndpoint {
  const network = parseNetwork(voucher.network);
  if (network !== 'local') return networkProfile(network);
  if (localnet === undefined)
    throw new Fault('bad-input', 'after-user', 'A voucher of the local network needs --localnet DIR.');
  return readDoor(localnet).endpoint;
}
