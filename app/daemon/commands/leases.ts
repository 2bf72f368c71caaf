/** `floe leases`, `floe renew` and `floe budget`: what is paid until when, extending it, and the cap on what a month may cost. */
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import type { LeasesReport, RenewReport } from '../../engine/engine.ts';
import { numberFlag, textFlag, type Run } from '../command.ts';
import { frostFor, localText, priceText, readWalPrice, type WalPrice } from '../local-money.ts';
import { bytesText, coinText, exitCodes, table, type Output } from '../output.ts';
import { lookInto, withHost } from '../session.ts';
import { monthsShown, saySpending } from './spending.ts';

type Warning = LeasesReport['plan']['warnings'][number];

const reasons: Readonly<Record<Warning['because'], string>> = {
  budget: "the month's budget does not allow its renewal. Raise it: floe budget --month FROST",
  balance: 'there is too little WAL for its renewal',
  off: 'the autopilot is off. Renew it: floe renew',
  ended: 'its lease has ended; what only it held is gone from the network',
};

/** One line for each lease at risk, on stderr, so that it is seen in scripts too. */
export function warnLeases(output: Output, warnings: readonly Warning[], nameOf: (pool: string) => string): void {
  for (const { id, daysLeft, mark, because } of warnings) {
    const words =
      because === 'ended' ? reasons.ended : `${daysLeft} days are left of its lease, and ${reasons[because]}.`;
    output.warn(`'${displayName(nameOf(id))}': ${words}`);
    output.event('warning', { pool: id, name: nameOf(id), daysLeft, mark, because });
  }
}

const namesIn =
  ({ leases }: LeasesReport) =>
  (id: string): string =>
    leases.find(({ pool }) => pool === id)?.name ?? id;

export const leasesCommand: Run = async (context, _args, flags) =>
  (flags['autopilot'] === undefined && flags['ahead'] === undefined ? lookInto : withHost)(
    context,
    async ({ engine }) => {
      const { output, signal } = context;
      const autopilot = textFlag(flags, 'autopilot');
      const ahead = numberFlag(flags, 'ahead');
      const space = textFlag(flags, 'space');
      if ((ahead === undefined) !== (space === undefined))
        throw new Fault('bad-input', 'after-user', '--ahead and --space belong together.');
      if (autopilot !== undefined) await engine.setAutopilot(autopilot === 'on');
      if (ahead !== undefined && space !== undefined) await engine.setAhead(space, ahead, signal);
      const report = await engine.leases(signal);
      const { monthFrost } = await engine.budget(signal);
      const { leases, plan } = report;
      if (leases.length === 0) output.say('Nothing is leased yet.');
      else output.say(leaseTable(report));
      output.say(
        `Epoch ${report.epoch}. The autopilot is ${report.isOn ? 'on' : 'off'}; monthly cap: ${monthFrost === undefined ? 'none' : coinText(monthFrost, 'WAL')}.`,
      );
      for (const { frost, because } of plan.unpaid)
        output.say(`${coinText(frost, 'WAL')} for renewals are lacking (${because}).`);
      warnLeases(output, plan.warnings, namesIn(report));
      output.done({ epoch: report.epoch, autopilot: report.isOn, monthFrost, leases, ...plan });
      return plan.unpaid.length > 0 ? exitCodes.money : exitCodes.done;
    },
  );

function leaseTable({ leases }: LeasesReport): string {
  const head = ['space', 'device', 'capacity', 'used', 'blobs', 'ends', 'days', 'renews at', 'an epoch costs'];
  return table([
    head,
    ...leases.map((lease) => [
      displayName(lease.name),
      lease.isOwn ? 'this one' : displayName(lease.device),
      bytesText(lease.capacity),
      bytesText(lease.used),
      String(lease.blobs),
      `epoch ${lease.endEpoch}`,
      String(lease.daysLeft),
      lease.renewsAt === undefined ? 'never' : `epoch ${lease.renewsAt}`,
      coinText(lease.frostPerEpoch, 'WAL'),
    ]),
  ]);
}

export const renewCommand: Run = async (context, [space], flags) =>
  withHost(context, async ({ engine }) => {
    const { output, signal } = context;
    const isDry = flags['dryRun'] === true;
    const report = await engine.renew({ space, epochs: numberFlag(flags, 'epochs'), isDry }, signal);
    sayRenewed(output, report, isDry);
    if (report.unpaid.length > 0) return output.fail(unpaidFault(report));
    output.done({ ...report, ...(isDry ? { dryRun: true } : {}) });
    return exitCodes.done;
  });

export function sayRenewed(output: Output, { renewed, unpaid }: RenewReport, isDry: boolean): void {
  for (const { pool, epochs, endEpoch, frost } of renewed)
    output.say(
      `${isDry ? 'Would extend' : 'Extended'} ${pool.slice(0, 10)}… by ${epochs} epochs, to epoch ${endEpoch}, for ${coinText(frost, 'WAL')}.`,
    );
  if (renewed.length === 0 && unpaid.length === 0) output.say('Everything is paid as far ahead as it should be.');
  for (const line of renewed) output.event(isDry ? 'would-renew' : 'renewed', line);
}

/** What money stopped, with what to do about it. */
export function unpaidFault({ unpaid }: RenewReport): Fault {
  const total = (because: string): bigint =>
    unpaid.reduce((sum, each) => sum + (each.because === because ? each.frost : 0n), 0n);
  if (total('balance') === 0n) {
    const lacking = coinText(total('budget'), 'WAL');
    const message = `Renewals for ${lacking} do not fit into this month's budget. Raise it: floe budget --month FROST`;
    return new Fault('budget-reached', 'after-user', message);
  }
  const purses = [...new Set(unpaid.flatMap(({ purse, because }) => (because === 'balance' ? [purse] : [])))];
  const lacking = coinText(total('balance'), 'WAL');
  return new Fault(
    'money-short',
    'after-user',
    `Renewals for ${lacking} cannot be paid. Send WAL, and a little SUI for gas, to ${purses.join(' and ')}.`,
  );
}

/** Payments shown to people; scripts get all of the month. */
const paymentsShownMax = 20;

export const budgetCommand: Run = async (context, _args, flags) =>
  (flags['month'] === undefined ? lookInto : withHost)(context, async ({ engine }) => {
    const { output, signal } = context;
    const month = textFlag(flags, 'month');
    const price = readWalPrice(context.home);
    const withLocal = (frost: bigint): string =>
      `${coinText(frost, 'WAL')}${price === undefined ? '' : ` (${localText(frost, price)})`}`;
    if (month !== undefined) await engine.setBudget(month === 'none' ? undefined : frostOf(month, price));
    const report = await engine.budget(signal);
    const { monthFrost, spentFrost, leftFrost, gasMist, payments, unexplained, unseen } = report;
    const since = new Date(report.monthStartMs).toISOString().slice(0, 7);
    output.say(`${since} (the chain's month, UTC), this device: spent ${withLocal(spentFrost)}.`);
    output.say(
      monthFrost === undefined || leftFrost === undefined
        ? 'There is no cap. Set one: floe budget --month FROST'
        : `Cap: ${withLocal(monthFrost)}; left: ${withLocal(leftFrost)}.`,
    );
    if (price !== undefined) output.say(`At ${priceText(price)}.`);
    output.say(`Gas, which the cap does not count: ${coinText(gasMist, 'SUI')}.`);
    const rows = payments
      .slice(-paymentsShownMax)
      .map((payment) => [
        new Date(payment.chainMs).toISOString().slice(0, 16),
        payment.kind,
        payment.state,
        coinText(payment.paidFrost ?? payment.frost, 'WAL'),
        coinText(payment.paidMist ?? payment.mist, 'SUI'),
        payment.digest,
      ]);
    const sums = report.accounts.map(({ account, coin, amount }) => [account, coinText(amount, coin)]);
    if (sums.length > 0) output.say(table([['account', 'this month'], ...sums]));
    if (rows.length > 0) output.say(table([['when', 'what', 'state', 'WAL', 'gas', 'transaction'], ...rows]));
    const { months, elsewhereFrost } = await engine.costs.months(monthsShown, signal);
    const stored = await engine.costs.stored(signal);
    saySpending(output, months, elsewhereFrost, stored, withLocal);
    for (const digest of unexplained) output.warn(`The chain tells something else about transaction ${digest}.`);
    if (unseen.length > 0)
      output.warn(
        `${unseen.length} transactions are too old for the Sui node to show; the ledger stands alone for them.`,
      );
    output.done({ ...report, months, elsewhereFrost, stored });
    return unexplained.length > 0 ? exitCodes.partly : exitCodes.done;
  });

/** FROST, or an amount of the user's money at the price of today; the cap is kept in FROST. */
function frostOf(text: string, price: WalPrice | undefined): bigint {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  const [, amount = '', currency = ''] = /^([\d.]+) ?([A-Z]{3})$/.exec(text) ?? [];
  if (currency === '')
    throw new Fault(
      'bad-input',
      'after-user',
      "--month takes FROST as a whole number, an amount such as 2.50EUR, or 'none'.",
    );
  if (price?.currency !== currency)
    throw new Fault(
      'bad-input',
      'after-user',
      `Say first what a WAL is worth: floe price --wal N --currency ${currency}`,
    );
  return frostFor(amount, price);
}
