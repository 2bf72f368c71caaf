/** `floe price`: what WAL is worth in the user's own money, as the user says. */
import { lockHome } from '../../adapters/home/home.ts';
import { systemClock } from '../../adapters/time/time.ts';
import { Fault } from '../../domain/fault.ts';
import { textFlag, type Run } from '../command.ts';
import { parseWalPrice, priceText, readWalPrice, writeWalPrice } from '../local-money.ts';
import { exitCodes } from '../output.ts';

export const priceCommand: Run = async ({ home, output, running }, _args, flags) => {
  const wal = textFlag(flags, 'wal');
  const currency = textFlag(flags, 'currency');
  if (wal === undefined && currency !== undefined)
    throw new Fault('bad-input', 'after-user', '--currency belongs to --wal.');
  if (wal !== undefined) {
    // A home is made where there is none; only its owner may write there.
    if (!running) lockHome(home).release();
    writeWalPrice(home, wal === 'none' ? undefined : parseWalPrice(wal, currency ?? 'EUR', systemClock().now()));
  }
  const price = readWalPrice(home);
  output.say(
    price === undefined ? 'No price is set; Floe looks none up. Set one: floe price --wal 0.08' : priceText(price),
  );
  output.done({ price: price === undefined ? null : { ...price, text: priceText(price) } });
  return exitCodes.done;
};
