/**
 * Sui and the Walrus contracts over the official gRPC client: the `Chain` port. Reads are fresh, spending is fixed to the byte before it is
 * sent, every call has a deadline and takes an abort signal, and the node is held to the pinned chain. It refuses objects of unknown form,
 * and transactions in which the node changed more than it was asked to fill in.
 */
import type { Clock } from '../../domain/clock.ts';
import type { SuiId } from '../../domain/ids.ts';
import type { Chain } from '../../ports/chain.ts';
import { readBags, readBagStates } from './bags.ts';
import { readCertifiedEvent } from './certified-event.ts';
import { isCode } from './chain-faults.ts';
import { readBalances } from './coins.ts';
import { askFaucet } from './faucet.ts';
import { unknownShape } from './layouts.ts';
import { readPool, readPooledBlob, readPooledBlobs } from './pools.ts';
import { prepareStep } from './prepare.ts';
import type { ChainEndpoint } from './profiles.ts';
import type { Remote } from './remote.ts';
import { openRemote } from './remote.ts';
import { readOutcome, sendBytes } from './send.ts';
import { openWalrusState } from './walrus-state.ts';

export interface ChainOptions {
  readonly endpoint: ChainEndpoint;
  readonly clock: Clock;
  /** Another way to the node than the network, for tests and for a network inside this process. */
  readonly fetch?: typeof fetch;
}

export function openChain(options: ChainOptions): Chain {
  const remote = openRemote(options.endpoint, options.clock, options.fetch ?? fetch);
  const walrus = openWalrusState(remote);
  return {
    network: (signal) => walrus.network(signal),
    balances: async (address, signal) => readBalances(remote, address, await walrus.walType(signal), signal),
    bags: (address, signal) => readBags(remote, address, signal),
    bagStates: (ids, signal) => readBagStates(remote, ids, signal),
    isUsed: (address, signal) => isUsed(remote, address, signal),
    async pool(id, signal) {
      const view = await readPool(remote, id, signal);
      if (view === undefined) return undefined;
      const { table: _, ...pool } = view;
      return pool;
    },
    pooledBlobs: (id, signal) => readPooledBlobs(remote, id, signal),
    pooledBlob: (pool, blobId, signal) => readPooledBlob(remote, pool, blobId, signal),
    certifiedEvent: (object, signal) => readCertifiedEvent(remote, object, signal),
    async timeMs(signal) {
      const { timeMs } = await remote.service(signal);
      if (timeMs === undefined) throw unknownShape('its time');
      return timeMs;
    },
    prepare: (step, sender, signal) => prepareStep(remote, walrus, step, sender, signal),
    send: (transaction, signature, signal) => sendBytes(remote, walrus, transaction, signature, signal),
    outcome: (digest, signal) => readOutcome(remote, walrus, digest, signal),
    faucet: (address, signal) => askFaucet(remote, address, signal),
  };
}

/** An address that holds nothing may still have sent something; a node without history lists only tells what it holds. */
async function isUsed(remote: Remote, address: SuiId, signal: AbortSignal | undefined): Promise<boolean> {
  await remote.checked(signal);
  const withSignal = signal ? { signal } : {};
  const { objects } = await remote.ask(
    () => remote.client.core.listOwnedObjects({ owner: address, limit: 1, ...withSignal }),
    signal,
  );
  if (objects.length > 0) return true;
  try {
    const { transactions } = await remote.ask(
      () => remote.client.core.listTransactions({ filter: { sender: address }, limit: 1, ...withSignal }),
      signal,
    );
    return transactions.length > 0;
  } catch (error) {
    if (isCode(error, 'UNIMPLEMENTED')) return false;
    throw error;
  }
}
