/** What was spent, what is stored and what changes would cost, as a window sees it; the price of a WAL in the user's money; vouchers. */
import { isAbsolute, join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { epochStartMs } from '../../domain/committee.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Handlers } from '../../wire/contract.ts';
import type { MoreCost, WalPrice } from '../../wire/cost.ts';
import { writeVoucher } from '../commands/renewer.ts';
import type { Host } from '../host.ts';
import { parseWalPrice, readWalPrice, writeWalPrice } from '../local-money.ts';
import { frostOver, monthMs } from '../prices.ts';
import { betweenPasses } from './between-passes.ts';
import type { DeskState } from './desk.ts';

type Named = Pick<
  Handlers,
  | 'cost.months'
  | 'cost.stored'
  | 'cost.ahead'
  | 'cost.more'
  | 'cost.thin'
  | 'price.read'
  | 'price.set'
  | 'check.list'
  | 'voucher.issue'
>;

/** Checks told to a window: a quarter of a year of days. */
const checksMax = 92;

export function costHandlers(desk: DeskState, host: () => Promise<Host>): Named {
  const engine = async (): Promise<Engine> => (await host()).engine;
  return {
    'cost.months': async ({ months }, signal) => {
      const report = await (await engine()).costs.months(months, signal);
      return {
        capFrost: report.monthFrost?.toString(),
        spentFrost: String(report.spentFrost),
        elsewhereFrost: String(report.elsewhereFrost),
        months: report.months.map(({ startMs, ...sums }) => ({
          startMs,
          storageFrost: String(sums.storageFrost),
          writeFrost: String(sums.writeFrost),
          openFrost: String(sums.openFrost),
          spentFrost: String(sums.spentFrost),
          gasMist: String(sums.gasMist),
          rebateMist: String(sums.rebateMist),
        })),
      };
    },
    'cost.stored': async (_, signal) => (await engine()).costs.stored(signal),
    'cost.ahead': async ({ epochs, space }, signal) => {
      const asked = await engine();
      const network = await asked.network(signal);
      const { frost, spaces } = await asked.costs.ahead(space, epochs, signal);
      const longer = spaces.filter((each) => each.epochs > 0).map((each) => epochStartMs(each.endEpoch, network));
      return {
        frost: String(frost),
        spaces: longer.length,
        endsAtMs: longer.length === 0 ? undefined : Math.min(...longer),
        endsLastMs: longer.length === 0 ? undefined : Math.max(...longer),
      };
    },
    'cost.more': async ({ bytes, space }, signal): Promise<MoreCost> => {
      const asked = await engine();
      const network = await asked.network(signal);
      const { packs, encodedBytes, boughtBytes, frost, frostPerEpoch, epochs } = await asked.costs.more(
        space,
        bytes,
        signal,
      );
      return {
        packs,
        encodedBytes,
        boughtBytes,
        frost: String(frost),
        paidMs: epochs * network.epochDurationMs,
        monthFrost: String(frostOver(frostPerEpoch, network, monthMs)),
      };
    },
    'cost.thin': async (rules, signal) => {
      const asked = await engine();
      const network = await asked.network(signal);
      let sum = { snapshots: 0, snapshotsGone: 0, bytes: 0, frost: 0n };
      // An archive keeps everything, and what has no state yet has none to give up.
      for (const { space, mode, sequence } of await asked.spaces()) {
        if (mode === 'archive' || sequence === 0) continue;
        const preview = await asked.previewRetention(space, { rules, budgetFrost: undefined }, signal);
        sum = {
          snapshots: sum.snapshots + preview.snapshots,
          snapshotsGone: sum.snapshotsGone + preview.snapshotsGone,
          bytes: sum.bytes + preview.bytes,
          frost: sum.frost + preview.frostPerEpoch,
        };
      }
      const { frost, ...counts } = sum;
      return { ...counts, monthFrost: String(frostOver(frost, network, monthMs)) };
    },
    'price.read': async () => ({ price: priceOf(desk) }),
    'price.set': async ({ price }) => {
      const { home } = desk.options;
      writeWalPrice(home, price && parseWalPrice(price.wal, price.currency, desk.clock.now()));
      return { price: priceOf(desk) };
    },
    'check.list': async () =>
      (await (await engine()).checks()).slice(-checksMax).map(({ nodes, ...line }) => ({
        ...line,
        nodes: nodes.map(({ name }) => name),
      })),
    'voucher.issue': async ({ folder }, signal) => {
      if (!isAbsolute(folder)) throw new Fault('bad-input', 'after-user', 'A folder is named by its whole path.');
      const asked = await engine();
      const path = join(folder, `floe-${(await asked.device())?.index ?? 0}.voucher`);
      const write = (): ReturnType<typeof writeVoucher> =>
        writeVoucher(asked, path, { epochs: undefined, frostMax: undefined }, signal);
      const voucher = await betweenPasses(desk, write);
      return { path, leases: voucher.pools.length, frostMax: String(voucher.frostMax) };
    },
  };
}

function priceOf({ options }: DeskState): WalPrice | undefined {
  const price = readWalPrice(options.home);
  return price && { micros: String(price.micros), currency: price.currency, setMs: price.setMs };
}
