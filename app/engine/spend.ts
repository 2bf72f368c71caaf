/**
 * Every transaction goes through here, one after another. Its exact bytes are in the ledger before they are sent, so a crash or a time-out at any
 * instruction ends in one of three ways: the chain knows the digest (its effects are taken over), it does not (the same bytes are sent again), or
 * the bytes have become impossible (settled as failed, nothing paid). No second transaction is built while one is open.
 */
import { Fault, faultOf } from '../domain/fault.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { IntentRow } from '../ports/intents.ts';
import type { Chain, ChainStep, Outcome, Signer, StepCost } from '../ports/chain.ts';
import type { Log } from '../ports/log.ts';
import { postingsOf } from '../upkeep/ledger.ts';

export interface SpendSubject {
  readonly space: number | undefined;
  readonly pack: number | undefined;
}

export interface Spender {
  /**
   * Carries out one step. `apply` writes what the effects mean to the catalog; it may be called again after a crash, so it must be repeatable.
   * A step that the chain refused is a fault 'transaction-failed' or the chain's own; only its gas is lost.
   */
  spend(
    step: ChainStep,
    subject: SpendSubject,
    apply: (outcome: Outcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<Outcome>;
  /** Finishes what an earlier run left open, before anything else is spent. `apply` gets each intent with its effects. */
  settleOpen(apply: (intent: IntentRow, outcome: Outcome) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** Steps that a durable point is named after, for the crash tests. */
export type SpendPoint = 'intent-written' | 'transaction-sent' | 'effects-applied' | 'intent-settled';

export interface SpenderPorts {
  readonly chain: Chain;
  readonly catalog: Catalog;
  readonly signer: Signer;
  readonly log: Log;
  /** Asked with every quote before its intent is written: throws when the step may not be paid, else says the chain's time. */
  readonly permit: (step: ChainStep, cost: StepCost, signal: AbortSignal) => Promise<number>;
  readonly onPoint: (point: `${string}:${SpendPoint}`) => void;
}

export function createSpender(ports: SpenderPorts): Spender {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    spend: (step, subject, apply, signal) => inTurn(() => spendOnce(ports, step, subject, apply, signal)),
    settleOpen: (apply, signal) =>
      inTurn(async () => {
        for (const intent of await ports.catalog.openIntents()) {
          const outcome = await finishIntent(ports, intent, signal);
          if (outcome?.isSuccess) await apply(intent, outcome);
          await settleAs(ports, intent, outcome);
        }
      }),
  };
}

async function spendOnce(
  ports: SpenderPorts,
  step: ChainStep,
  subject: SpendSubject,
  apply: (outcome: Outcome) => Promise<void>,
  signal: AbortSignal,
): Promise<Outcome> {
  const open = await ports.catalog.openIntents();
  if (open.length > 0) throw new Error('an open intent must be settled before the next step');
  const prepared = await ports.chain.prepare(step, ports.signer.address, signal);
  const chainMs = await ports.permit(step, prepared.cost, signal);
  const signature = await ports.signer.sign(prepared.transaction);
  const intent = await ports.catalog.addIntent({
    digest: prepared.digest,
    kind: step.kind,
    ...subject,
    transaction: prepared.transaction,
    signature,
    frost: prepared.cost.frost,
    mist: prepared.cost.mist,
    writeFrost: prepared.cost.writeFrost,
    chainMs,
  });
  ports.onPoint(`${step.kind}:intent-written`);
  const outcome = await finishIntent(ports, intent, signal);
  ports.onPoint(`${step.kind}:transaction-sent`);
  if (outcome?.isSuccess) await apply(outcome);
  ports.onPoint(`${step.kind}:effects-applied`);
  await settleAs(ports, intent, outcome);
  ports.onPoint(`${step.kind}:intent-settled`);
  if (outcome === undefined) {
    throw new Fault(
      'chain-stale',
      'now',
      'The chain moved on before the transaction reached it. Nothing was paid; it is built anew.',
    );
  }
  if (!outcome.isSuccess) {
    throw new Fault(
      'transaction-failed',
      'later',
      `The chain refused the step '${step.kind}': ${outcome.failure ?? 'no reason given'}. Only its gas was paid.`,
    );
  }
  return outcome;
}

/** The outcome of an intent: asked for first, sent (again) when the chain does not know it. Undefined: these bytes can never run. */
async function finishIntent(ports: SpenderPorts, intent: IntentRow, signal: AbortSignal): Promise<Outcome | undefined> {
  const known = await ports.chain.outcome(intent.digest, signal);
  if (known) return known;
  try {
    return await ports.chain.send(intent.transaction, intent.signature, signal);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined || (fault.code !== 'chain-stale' && fault.code !== 'chain-refused')) throw error;
    // Refused before execution, or so it seems: the chain has the last word on whether it ran after all.
    const late = await ports.chain.outcome(intent.digest, signal);
    if (late === undefined) ports.log.write('warning', 'intent.dead', { kind: intent.kind, code: fault.code });
    return late;
  }
}

/** Writes down what became of a transaction; undefined: it never ran. */
export async function settleAs(
  ports: Pick<SpenderPorts, 'catalog'>,
  intent: IntentRow,
  outcome: Outcome | undefined,
): Promise<void> {
  if (outcome === undefined) await ports.catalog.settleIntent(intent.num, 'failed', 0n, 0n, 'never executed', []);
  else
    await ports.catalog.settleIntent(
      intent.num,
      outcome.isSuccess ? 'succeeded' : 'failed',
      outcome.frost,
      outcome.gasMist,
      outcome.failure,
      postingsOf(intent.kind, intent.writeFrost, outcome),
    );
}
