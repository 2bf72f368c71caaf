/** What an aggregator can be told to do wrong. */
import type { Clock, Dice } from '../../domain/clock.ts';
import { Fault } from '../../domain/fault.ts';
import { parseNodeFault, silence, withDamagedByte, type NodeFault, type NodeReply } from '../nodes/nodes.ts';

/** As a node's, but it confirms nothing. `short`: half of the bytes that it should give, and says that they are all. */
export type AggregatorFault = Exclude<NodeFault, { kind: 'lie-confirm' }> | { readonly kind: 'short' };

/** A fault from the control interface; undefined for an empty body, which clears it. */
export function parseAggregatorFault(value: unknown): AggregatorFault | undefined {
  if (typeof value === 'object' && value !== null && Reflect.get(value, 'kind') === 'short') return { kind: 'short' };
  const fault = parseNodeFault(value);
  if (fault?.kind === 'lie-confirm') throw new Fault('bad-input', 'never', 'An aggregator confirms nothing.');
  return fault;
}

/** The right answer, or what the fault makes of it. */
export async function damage(
  fault: AggregatorFault | undefined,
  answer: () => Promise<NodeReply>,
  signal: AbortSignal | undefined,
  { clock, dice }: { readonly clock: Clock; readonly dice: Dice },
): Promise<NodeReply> {
  if (fault?.kind === 'silent') return silence(signal);
  if (fault?.kind === 'slow') await clock.sleep(fault.ms, signal);
  if (fault?.kind === 'refuse' && dice.fraction() < fault.rate)
    return { status: 503, contentType: undefined, body: new Uint8Array(0) };
  const reply = await answer();
  if (fault === undefined || (reply.status !== 200 && reply.status !== 206)) return reply;
  if (fault.kind === 'short') return { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) };
  return fault.kind === 'corrupt' && dice.fraction() < fault.rate ? withDamagedByte(reply, dice) : reply;
}
