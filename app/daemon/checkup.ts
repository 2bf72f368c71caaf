/** Looks at everything that can be wrong with an open home and says how to mend it. Changes nothing. */
import { missingText, whatToDo, type Engine } from '../engine/engine.ts';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly mend: string;
}

export const mends: Readonly<Record<string, string>> = {
  'no-account': "Run 'floe init', or 'floe recover' with your phrase.",
  'home-busy': 'Stop the other Floe that uses this home, or choose another home with --home.',
  'vault-locked': 'Unlock the keychain (log in to the desktop), then try again.',
  'vault-refused': 'Give the right passphrase with FLOE_PASSPHRASE or --passphrase-file.',
  'catalog-damaged':
    "The next command sets it aside and brings back everything that is certified. Should it not, run 'floe recover --phrase-file F' into the same home.",
  'home-newer': 'Update Floe.',
  'network-unreachable': 'Check the connection, or start the embedded network this home belongs to.',
  'disk-full': 'Free some room on the disk.',
};

export async function findProblems(engine: Engine, signal: AbortSignal): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const damage = await engine.integrity();
  if (damage !== undefined)
    problems.push({
      code: 'catalog-damaged',
      message: `The catalog is damaged: ${damage}`,
      mend: mends['catalog-damaged'] ?? '',
    });
  const status = await engine.status(signal);
  if (status.problem) problems.push({ ...status.problem, mend: mends[status.problem.code] ?? 'Try again later.' });
  if (status.chain && status.chain.balances.mist === 0n) {
    problems.push({
      code: 'money-short',
      message: 'This device has no SUI to pay for transactions.',
      mend: `Send SUI to ${status.device?.address ?? 'its address'}.`,
    });
  }
  if (status.openIntents > 0)
    problems.push({
      code: 'intent-open',
      message: 'A transaction was cut short.',
      mend: "Run 'floe sync': it asks the chain what became of it and pays nothing twice.",
    });
  for (const missing of await engine.missingFolders(signal))
    problems.push({
      code: missing.isAnother ? 'folder-unsure' : 'not-found',
      message: `${missingText(missing)} Nothing of it is deleted meanwhile.`,
      mend: whatToDo(missing),
    });
  for (const { url, lies, pingMs } of await engine.aggregators(signal)) {
    if (lies === 0 && pingMs !== undefined) continue;
    const what = lies > 0 ? 'sent wrong bytes, which were dropped' : 'does not answer';
    problems.push({
      code: 'aggregator-failed',
      message: `The aggregator ${url} ${what}. Storage nodes are read instead.`,
      mend: "Nothing has to be done; 'floe aggregators' says which are asked, and takes others.",
    });
  }
  return problems;
}
