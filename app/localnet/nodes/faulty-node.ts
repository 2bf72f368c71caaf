/**
 * A decorator that makes a node misbehave on command: slow, silent, refusing, handing out wrong bytes, or confirming what it never
 * stored. The node underneath stays correct, and clearing the fault gives it back.
 */
import type { Clock, Dice } from '../../domain/clock.ts';
import { Fault } from '../../domain/fault.ts';
import { blobIdToBytes, parseBlobId } from '../../domain/blob-id.ts';
import { errorReply, octetStream, successReply, type NodeDoor, type NodeReply, type NodeRequest } from './exchange.ts';
import { blobIdInPath } from './node-state.ts';
import type { StorageNode } from './storage-node.ts';

export type NodeFault =
  /** Every answer comes `ms` later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** No answer at all; the connection stays open. */
  | { readonly kind: 'silent' }
  /** That share of binary answers carries wrong bytes. */
  | { readonly kind: 'corrupt'; readonly rate: number }
  /** That share of requests is answered with 503. */
  | { readonly kind: 'refuse'; readonly rate: number }
  /** Takes data without keeping it and confirms all the same; that share of signatures is bad as well. */
  | { readonly kind: 'lie-confirm'; readonly rate: number };

/** The longest delay that makes sense to ask for: an hour. */
const slowMsMax = 3_600_000;

/** A fault from the control interface; undefined for an empty body, which clears it. */
export function parseNodeFault(value: unknown): NodeFault | undefined {
  if (value === undefined || value === null) return undefined;
  const refused = (what: string) => new Fault('bad-input', 'never', `That is not a fault of a node: ${what}.`);
  if (typeof value !== 'object') throw refused('not an object');
  const { kind, ms, rate } = value as Readonly<Record<string, unknown>>;
  if (kind === undefined) return undefined;
  const isRate = rate === undefined || (typeof rate === 'number' && rate >= 0 && rate <= 1);
  if (!isRate) throw refused('rate is not between 0 and 1');
  switch (kind) {
    case 'slow':
      if (typeof ms !== 'number' || !(ms >= 0 && ms <= slowMsMax)) throw refused('ms is not a number up to an hour');
      return { kind: 'slow', ms };
    case 'silent':
      return { kind: 'silent' };
    case 'corrupt':
      return { kind: 'corrupt', rate: rate ?? 1 };
    case 'refuse':
      return { kind: 'refuse', rate: rate ?? 1 };
    case 'lie-confirm':
      return { kind: 'lie-confirm', rate: rate ?? 0 };
    default:
      throw refused('unknown kind');
  }
}

export interface FaultyNode extends NodeDoor {
  setFault(fault: NodeFault | undefined): void;
  fault(): NodeFault | undefined;
}

export function faultyNode(node: StorageNode, clock: Clock, dice: Dice): FaultyNode {
  let fault: NodeFault | undefined;
  return {
    setFault: (next) => {
      fault = next;
    },
    fault: () => fault,
    handle: (request) => (fault === undefined ? node.handle(request) : misbehave(fault, node, clock, dice, request)),
  };
}

async function misbehave(
  fault: NodeFault,
  node: StorageNode,
  clock: Clock,
  dice: Dice,
  request: NodeRequest,
): Promise<NodeReply> {
  switch (fault.kind) {
    case 'slow':
      await clock.sleep(fault.ms, request.signal);
      return node.handle(request);
    case 'silent':
      return silence(request.signal);
    case 'corrupt': {
      const reply = await node.handle(request);
      const isData = reply.status === 200 && reply.contentType === octetStream;
      return isData && dice.fraction() < fault.rate ? withDamagedByte(reply, dice) : reply;
    }
    case 'refuse':
      if (dice.fraction() >= fault.rate) return node.handle(request);
      return errorReply('UNAVAILABLE', 'the service is currently unavailable');
    case 'lie-confirm':
      return lie(fault.rate, node, dice, request);
  }
}

/** Waits until the asker gives up. */
export function silence(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = (): void => reject(new Fault('cancelled', 'now', 'The asker went away.'));
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
}

/** One byte of the answer changed. */
export function withDamagedByte(reply: NodeReply, dice: Dice): NodeReply {
  const body = new Uint8Array(reply.body);
  const at = Math.floor(dice.fraction() * body.length);
  body[at] = (body[at] ?? 0) ^ 0x55;
  return { ...reply, body };
}

async function lie(badRate: number, node: StorageNode, dice: Dice, request: NodeRequest): Promise<NodeReply> {
  const [, , kind, idText = '', part, type, objectId] = request.path.split('/');
  const blobId = kind === 'blobs' ? blobIdInPath(idText) : undefined;
  if (blobId === undefined) return node.handle(request);
  if (request.method === 'PUT') return successReply('stored', 201);
  if (part !== 'confirmation') return node.handle(request);
  const object = type === 'deletable' ? objectId : undefined;
  const honest = await node.confirmBlindly(blobId, object);
  if (dice.fraction() >= badRate) return honest;
  // A well-formed signature, but of another message.
  const otherBytes = blobIdToBytes(blobId);
  otherBytes[0] = (otherBytes[0] ?? 0) ^ 1;
  const other = await node.confirmBlindly(parseBlobId(otherBytes), object);
  const signed = (reply: NodeReply) =>
    (JSON.parse(new TextDecoder().decode(reply.body)) as { success: { data: { signed: Record<string, string> } } })
      .success.data.signed;
  return successReply({ signed: { ...signed(honest), signature: signed(other)['signature'] } });
}
