/**
 * The cap on a month's WAL, asked before every intent: quote, cap, intent, in that order. Months are the chain's own, in UTC. Steps that cost no WAL
 * always pass. While renewals wait for money nothing new is bought: what exists comes first.
 */
import { Fault } from '../domain/fault.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Payment, Posting } from '../ports/intents.ts';
import { accountSums, postingsOf, samePostings } from '../upkeep/ledger.ts';
import type { Chain, ChainStep, StepCost } from '../ports/chain.ts';
import { leftFrost, monthStartMs, spentFrost } from '../upkeep/budget.ts';
import type { EngineCore } from './engine-core.ts';
import { readAutopilot } from './autopilot-state.ts';

const recordKey = 'budget';
/** What the month took so far with the step that is next; kept beside the catalog too, since a month's cap outlives it. */
const spentKey = 'spent';
/** The same of a catalog that was lost: its payments are not in this one. */
const earlierKey = 'spent-earlier';

export interface BudgetReport {
  /** Undefined without a cap. */
  readonly monthFrost: bigint | undefined;
  /** Start of the chain's month, ms since 1970. */
  readonly monthStartMs: number;
  readonly spentFrost: bigint;
  readonly leftFrost: bigint | undefined;
  readonly gasMist: bigint;
  readonly payments: readonly Payment[];
  /** The month by accounts: what the wallet gave, and where it went; each coin sums to zero. */
  readonly accounts: readonly Posting[];
  /** Settled payments for which the chain says something else than the ledger, by digest. */
  readonly unexplained: readonly string[];
  /** Those that the Sui node does not show, because they are too old for it. */
  readonly unseen: readonly string[];
}

export async function readCap(catalog: Pick<Catalog, 'record'>): Promise<bigint | undefined> {
  const text = await catalog.record(recordKey);
  return text === undefined || text === '' ? undefined : BigInt(text);
}

export async function setCap(catalog: Catalog, monthFrost: bigint | undefined): Promise<void> {
  if (monthFrost !== undefined && monthFrost < 0n)
    throw new Fault('bad-input', 'after-user', 'A budget is at least 0 FROST.');
  await catalog.setRecord(recordKey, monthFrost?.toString() ?? '');
}

interface MonthSpent {
  readonly monthStartMs: number;
  readonly frost: string;
}

/** FROST that a month took or may still take, whatever became of the catalog meanwhile. */
export async function monthSpent(
  catalog: Pick<Catalog, 'record'>,
  startMs: number,
  payments: readonly Payment[],
): Promise<bigint> {
  const text = await catalog.record(earlierKey);
  const earlier = text === undefined || text === '' ? undefined : (JSON.parse(text) as MonthSpent);
  return spentFrost(payments) + (earlier?.monthStartMs === startMs ? BigInt(earlier.frost) : 0n);
}

export async function spentInMonthOf(catalog: Pick<Catalog, 'record' | 'payments'>, chainMs: number): Promise<bigint> {
  const startMs = monthStartMs(chainMs);
  return monthSpent(catalog, startMs, await catalog.payments(startMs));
}

async function noteSpent(catalog: Catalog, chainMs: number, frost: bigint): Promise<void> {
  const spent = { monthStartMs: monthStartMs(chainMs), frost: frost.toString() } satisfies MonthSpent;
  await catalog.setRecord(spentKey, JSON.stringify(spent));
}

/** The gate before every intent. */
export function openPermit(
  chain: Chain,
  catalog: Catalog,
): (step: ChainStep, cost: StepCost, signal: AbortSignal) => Promise<number> {
  return async (step, cost, signal) => {
    const chainMs = await chain.timeMs(signal);
    if (cost.frost <= 0n) return chainMs;
    if (step.kind === 'register' && (await readAutopilot(catalog)).urgentFrost > 0n) {
      throw new Fault(
        'money-short',
        'after-user',
        "Leases of what is stored already wait for money, so nothing new is bought. 'floe leases' says what is needed; 'floe renew' pays it.",
      );
    }
    const cap = await readCap(catalog);
    const spent = await spentInMonthOf(catalog, chainMs);
    const left = leftFrost(cap, spent);
    if (cap === undefined || left === undefined || cost.frost <= left) {
      if (step.kind !== 'exchange') await noteSpent(catalog, chainMs, spent + cost.frost);
      return chainMs;
    }
    throw new Fault(
      'budget-reached',
      'after-user',
      `This step costs ${cost.frost} FROST; of this month's budget of ${cap} FROST ${left} are left. Raise it with 'floe budget --month FROST', or wait for the next month (UTC).`,
    );
  };
}

export async function budgetReport(core: EngineCore, signal: AbortSignal): Promise<BudgetReport> {
  const startMs = monthStartMs(await core.chain.timeMs(signal));
  const payments = await core.catalog.payments(startMs);
  const spent = await monthSpent(core.catalog, startMs, payments);
  const cap = await readCap(core.catalog);
  return {
    monthFrost: cap,
    monthStartMs: startMs,
    spentFrost: spent,
    leftFrost: leftFrost(cap, spent),
    gasMist: payments.reduce((sum, { paidMist, mist }) => sum + (paidMist ?? mist), 0n),
    payments,
    accounts: accountSums(payments.flatMap(({ postings }) => postings)),
    ...(await reconcile(core, payments, signal)),
  };
}

/** Questions to the chain at once. */
const askedAtOnceMax = 8;

/** Every settled step has the outcome on chain that the ledger has; one that never ran is unknown there. */
async function reconcile(
  core: EngineCore,
  payments: readonly Payment[],
  signal: AbortSignal,
): Promise<Pick<BudgetReport, 'unexplained' | 'unseen'>> {
  const settled = payments.filter(({ state }) => state !== 'prepared');
  const verdicts: ('same' | 'other' | 'unseen')[] = [];
  for (let at = 0; at < settled.length; at += askedAtOnceMax) {
    const asked = settled.slice(at, at + askedAtOnceMax).map(async (payment) => {
      const outcome = await core.chain.outcome(payment.digest, signal);
      const { state, paidFrost = 0n, paidMist = 0n } = payment;
      if (outcome === undefined) return state === 'failed' && paidFrost === 0n && paidMist === 0n ? 'same' : 'unseen';
      const isSame =
        outcome.isSuccess === (state === 'succeeded') &&
        outcome.frost === paidFrost &&
        outcome.gasMist === paidMist &&
        samePostings(payment.postings, postingsOf(payment.kind, payment.writeFrost, outcome));
      return isSame ? 'same' : 'other';
    });
    verdicts.push(...(await Promise.all(asked)));
  }
  const digests = (verdict: string): readonly string[] =>
    settled.flatMap(({ digest }, i) => (verdicts[i] === verdict ? [digest] : []));
  return { unexplained: digests('other'), unseen: digests('unseen') };
}
