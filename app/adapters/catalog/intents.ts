/** The ledger of spending steps. */
import type { Database } from 'better-sqlite3';
import type { CatalogOperations } from '../../ports/catalog.ts';
import type { IntentRow, IntentState, Payment, Posting } from '../../ports/intents.ts';

type Operations = Pick<
  CatalogOperations,
  'addIntent' | 'openIntents' | 'settleIntent' | 'intents' | 'payments' | 'spent'
>;

interface RawIntent {
  readonly num: bigint;
  readonly digest: string;
  readonly kind: string;
  readonly space: bigint | null;
  readonly pack: bigint | null;
  readonly tx: Uint8Array;
  readonly signature: Uint8Array;
  readonly frost: bigint;
  readonly mist: bigint;
  readonly write_frost: bigint;
  readonly state: IntentState;
  readonly paid_frost: bigint | null;
  readonly paid_mist: bigint | null;
  readonly failure: string | null;
}

function intentFrom(raw: RawIntent): IntentRow {
  return {
    num: Number(raw.num),
    digest: raw.digest,
    kind: raw.kind,
    space: raw.space === null ? undefined : Number(raw.space),
    pack: raw.pack === null ? undefined : Number(raw.pack),
    transaction: Uint8Array.from(raw.tx),
    signature: Uint8Array.from(raw.signature),
    frost: raw.frost,
    mist: raw.mist,
    writeFrost: raw.write_frost,
    state: raw.state,
    paidFrost: raw.paid_frost ?? undefined,
    paidMist: raw.paid_mist ?? undefined,
    failure: raw.failure ?? undefined,
  };
}

type RawPayment = Omit<RawIntent, 'pack' | 'tx' | 'signature'> & { readonly chain_ms: bigint };

const paymentFrom = (raw: RawPayment, postings: readonly Posting[]): Payment => ({
  digest: raw.digest,
  kind: raw.kind,
  space: raw.space === null ? undefined : Number(raw.space),
  chainMs: Number(raw.chain_ms),
  state: raw.state,
  frost: raw.frost,
  mist: raw.mist,
  writeFrost: raw.write_frost,
  postings,
  paidFrost: raw.paid_frost ?? undefined,
  paidMist: raw.paid_mist ?? undefined,
  failure: raw.failure ?? undefined,
});

export function intentOperations(db: Database): Operations {
  const insert = db.prepare(
    "INSERT INTO intent (digest, kind, space, pack, tx, signature, frost, mist, write_frost, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'prepared')",
  );
  const get = db.prepare<[number | bigint], RawIntent>('SELECT * FROM intent WHERE num = ?').safeIntegers();
  const open = db.prepare<[], RawIntent>("SELECT * FROM intent WHERE state = 'prepared' ORDER BY num").safeIntegers();
  const recent = db.prepare<[number], RawIntent>('SELECT * FROM intent ORDER BY num DESC LIMIT ?').safeIntegers();
  const date = db.prepare('INSERT INTO payment (intent, chain_ms) VALUES (?, ?)');
  const since = db
    .prepare<[number], RawPayment>(
      `SELECT num, digest, kind, space, chain_ms, state, frost, mist, write_frost, paid_frost, paid_mist, failure
       FROM payment JOIN intent ON intent.num = payment.intent WHERE chain_ms >= ? ORDER BY payment.intent`,
    )
    .safeIntegers();
  const settle = db.prepare(
    "UPDATE intent SET state = ?, paid_frost = ?, paid_mist = ?, failure = ? WHERE num = ? AND state = 'prepared'",
  );
  const post = db.prepare('INSERT INTO posting (intent, account, coin, amount) VALUES (?, ?, ?, ?)');
  const posted = db
    .prepare<[bigint], Posting>('SELECT account, coin, amount FROM posting WHERE intent = ? ORDER BY account, coin')
    .safeIntegers();
  const sum = db
    .prepare<[], { frost: bigint; mist: bigint }>(
      "SELECT coalesce(sum(CASE WHEN kind = 'exchange' THEN 0 ELSE paid_frost END), 0) AS frost, coalesce(sum(paid_mist), 0) AS mist FROM intent WHERE state <> 'prepared'",
    )
    .safeIntegers();
  return {
    addIntent: db.transaction((intent) => {
      const { digest, kind, space, pack, transaction, signature, frost, mist, writeFrost } = intent;
      const { lastInsertRowid } = insert.run(
        digest,
        kind,
        space ?? null,
        pack ?? null,
        transaction,
        signature,
        frost,
        mist,
        writeFrost,
      );
      if (intent.chainMs !== undefined) date.run(lastInsertRowid, intent.chainMs);
      const raw = get.get(lastInsertRowid);
      if (!raw) throw new Error('an added intent can be read back');
      return intentFrom(raw);
    }),
    openIntents: () => open.all().map(intentFrom),
    settleIntent: db.transaction((num, state, paidFrost, paidMist, failure, postings) => {
      // Settled once: what comes late changes nothing.
      if (settle.run(state, paidFrost, paidMist, failure ?? null, num).changes === 0) return;
      for (const { account, coin, amount } of postings) post.run(num, account, coin, amount);
    }),
    payments: (sinceMs) => since.all(sinceMs).map((raw) => paymentFrom(raw, posted.all(raw.num))),
    intents: (limit) => recent.all(limit).map(intentFrom),
    // Buying WAL for SUI is no spending of WAL; its gas counts.
    spent: () => sum.get() ?? { frost: 0n, mist: 0n },
  };
}
