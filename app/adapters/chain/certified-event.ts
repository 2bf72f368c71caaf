/**
 * The event that certified a pooled blob. The blob's object is last written by the transaction that certifies it, so the object names it; a node that
 * no longer keeps so old a transaction is an ordinary answer, an event of another form is not.
 */
import type { SuiId } from '../../domain/ids.ts';
import type { CertifiedEvent } from '../../ports/chain.ts';
import { isCode } from './chain-faults.ts';
import { unknownShape } from './layouts.ts';
import type { Remote } from './remote.ts';
import { isType, typeOf } from './remote.ts';

export async function readCertifiedEvent(
  remote: Remote,
  object: SuiId,
  signal: AbortSignal | undefined,
): Promise<CertifiedEvent | undefined> {
  await remote.checked(signal);
  const { objects } = await remote.ask(
    () =>
      remote.client.core.getObjects({
        objectIds: [object],
        include: { previousTransaction: true },
        ...(signal ? { signal } : {}),
      }),
    signal,
  );
  const [found] = objects;
  if (found === undefined || found instanceof Error || found.previousTransaction === null) return undefined;
  const digest = found.previousTransaction;
  for (const { eventType, contents } of await eventsOf(remote, digest, signal)) {
    const what = `an event of the transaction ${digest}`;
    if (eventType === undefined || contents?.value === undefined) throw unknownShape(what);
    // The event names its blob's object in the last 64 bytes but 32; which of several it is, the reader of the bytes checks.
    if (!isType(typeOf(eventType, what), 'events', 'PooledBlobCertified')) continue;
    const named = contents.value.subarray(-64, -32);
    if (`0x${Buffer.from(named).toString('hex')}` === object)
      return { transaction: digest, type: eventType, contents: Uint8Array.from(contents.value) };
  }
  return undefined;
}

async function eventsOf(remote: Remote, digest: string, signal: AbortSignal | undefined) {
  try {
    const { response } = await remote.ask(
      () =>
        remote.client.ledgerService.getTransaction(
          { digest, readMask: { paths: ['digest', 'events'] } },
          signal ? { abort: signal } : {},
        ),
      signal,
    );
    return response.transaction?.events?.events ?? [];
  } catch (error) {
    if (isCode(error, 'NOT_FOUND')) return [];
    throw error;
  }
}
