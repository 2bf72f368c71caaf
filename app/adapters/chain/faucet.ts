/** Asks a test network's faucet for SUI (POST /v2/gas). The answer is only trusted for what to wait for; the chain tells what arrived. */
import { Fault } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import { cancelled, isAborted, nodeWords } from './chain-faults.ts';
import type { Remote } from './remote.ts';

export async function askFaucet(remote: Remote, address: SuiId, signal: AbortSignal | undefined): Promise<void> {
  const { faucetUrl, network } = remote.endpoint;
  if (faucetUrl === undefined) {
    throw new Fault('network-mismatch', 'never', `There is no faucet on ${network}; SUI has to be sent to ${address}.`);
  }
  if (isAborted(signal)) throw cancelled(signal);
  let response: Response;
  let text: string;
  try {
    response = await remote.fetch(new URL('/v2/gas', faucetUrl).href, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ FixedAmountRequest: { recipient: address } }),
      ...(signal ? { signal } : {}),
    });
    text = await response.text();
  } catch (error) {
    if (isAborted(signal)) throw cancelled(signal, error);
    throw new Fault('network-unreachable', 'later', 'The faucet cannot be reached just now.', error);
  }
  if (response.status === 429) {
    throw new Fault('network-unreachable', 'later', 'The faucet gives no more for a while.');
  }
  if (!response.ok) {
    throw new Fault('network-unreachable', 'later', `The faucet answered with status ${response.status}.`);
  }
  const refusal = refusalIn(text);
  if (refusal !== undefined) throw new Fault('chain-refused', 'later', `The faucet refuses: ${nodeWords(refusal)}.`);
}

/** Why the faucet did not give, or undefined when it did. */
function refusalIn(text: string): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new Fault('network-mismatch', 'later', 'The faucet answered in a form that Floe does not understand.', error);
  }
  const status: unknown =
    typeof answer === 'object' && answer !== null && 'status' in answer ? answer.status : undefined;
  if (status === 'Success') return undefined;
  return JSON.stringify(status ?? 'no reason given');
}
