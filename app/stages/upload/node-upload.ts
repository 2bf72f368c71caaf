/**
 * Everything that one storage node must get: metadata, the slivers of its shards, and the question for its confirmation. A node that has
 * (or may have) something already is asked before anything is sent twice. Retries follow the fault's own word; what a node says is not
 * checked here, except that its confirmation says what it must.
 */
import { pairOfShard, type BlobId } from '../../domain/blob-id.ts';
import { sameBytes } from '../../domain/bytes.ts';
import type { Clock, Dice } from '../../domain/clock.ts';
import type { CommitteeMember } from '../../domain/committee.ts';
import { within } from '../../domain/deadline.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import type { Flow } from '../../domain/flow.ts';
import { Gate } from '../../domain/gate.ts';
import type { SuiId } from '../../domain/ids.ts';
import { backoffMs, type NodeHealth } from '../../domain/node-health.ts';
import { otherEpochOf, sliverBodyBytes, sliverOfPair, type SliverSource } from '../../domain/sliver-form.ts';
import type { NodeClient, SignedMessage, SliverAxis } from '../../ports/nodes.ts';
import type { UploadLimits } from './limits.ts';

const axes: readonly SliverAxis[] = ['primary', 'secondary'];

/** What all nodes of an upload share. */
export interface Consignment {
  readonly blobId: BlobId;
  readonly objectId: SuiId | undefined;
  readonly metadata: Uint8Array;
  readonly slivers: SliverSource;
  /** What every node must sign. */
  readonly expected: Uint8Array;
  readonly epoch: number;
  readonly flow: Flow;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly health: NodeHealth;
  readonly limits: UploadLimits;
  /** A request ended well; `bytes` of slivers arrived or were there. */
  onMoved(member: CommitteeMember, bytes: number): void;
  /** The node signs for a newer epoch than ours. */
  onNewerEpoch(member: CommitteeMember): void;
  /** Whether the quorum stands, so that resting nodes need not be waited for. */
  isEnough(): boolean;
}

export class NodeUpload {
  readonly #consignment: Consignment;
  readonly #node: NodeClient;
  readonly #member: CommitteeMember;
  readonly #signal: AbortSignal;
  readonly #lane: Gate;
  #laters = 0;

  constructor(consignment: Consignment, node: NodeClient, member: CommitteeMember, signal: AbortSignal) {
    this.#consignment = consignment;
    this.#node = node;
    this.#member = member;
    this.#signal = signal;
    this.#lane = new Gate(consignment.limits.sliversPerNode);
  }

  /** The node's confirmation, its signature not yet checked. */
  async run(isResumed: boolean): Promise<SignedMessage> {
    const { limits, clock, dice } = this.#consignment;
    if (isResumed) {
      const early = await this.#confirmationOrLater();
      if (!(early instanceof Fault)) return early;
    }
    for (let round = 0; ; round++) {
      await this.#store(isResumed || round > 0);
      const answer = await this.#confirmationOrLater();
      if (!(answer instanceof Fault)) return answer;
      if (round + 1 >= limits.roundsMax || answer.retry === 'never') throw answer;
      await clock.sleep(backoffMs(round, limits.laterFirstMs, limits.laterLongestMs, dice), this.#signal);
    }
  }

  /** The confirmation, or the node's reason for not giving it, when that may pass. */
  async #confirmationOrLater(): Promise<SignedMessage | Fault> {
    const { blobId, objectId } = this.#consignment;
    try {
      const signed = await this.#ask((signal) => this.#node.confirmation(blobId, objectId, signal), 0);
      this.#checkMessage(signed);
      return signed;
    } catch (error) {
      this.#signal.throwIfAborted();
      const fault = faultOf(error);
      if (fault?.code !== 'node-failed' || fault.retry === 'now') throw error;
      return fault;
    }
  }

  #checkMessage({ message }: SignedMessage): void {
    const { expected, epoch, health } = this.#consignment;
    if (sameBytes(message, expected)) return;
    const other = otherEpochOf(message, expected);
    if (other === undefined) {
      health.lied(this.#member.nodeId);
      throw new Fault('node-failed', 'never', 'The storage node confirms something else than it was asked for.');
    }
    if (other > epoch) this.#consignment.onNewerEpoch(this.#member);
    throw new Fault('node-failed', 'later', `The storage node signs for epoch ${other} instead of ${epoch}.`);
  }

  async #store(mustAsk: boolean): Promise<void> {
    const { blobId, metadata } = this.#consignment;
    const isThere = mustAsk && (await this.#ask((signal) => this.#node.hasMetadata(blobId, signal)));
    if (!isThere) await this.#ask((signal) => this.#node.putMetadata(blobId, metadata, signal));
    // A node without the metadata cannot have slivers, so there is nothing to ask for.
    const asks = mustAsk && isThere;
    const sent = this.#pairs().flatMap((pair) => axes.map((axis) => this.#sliver(pair, axis, asks)));
    await allOrFirstFailure(sent);
  }

  #pairs(): readonly number[] {
    const { blobId, slivers } = this.#consignment;
    return this.#member.shards.map((shard) => pairOfShard(shard, blobId, slivers.form.code.shards));
  }

  async #sliver(pair: number, axis: SliverAxis, asks: boolean): Promise<void> {
    const { blobId, slivers, flow } = this.#consignment;
    const bytes = sliverBodyBytes(slivers.form, axis);
    const leave = await this.#lane.enter(1, this.#signal);
    try {
      const isThere = asks && (await this.#ask((signal) => this.#node.hasSliver(blobId, pair, axis, signal)));
      if (!isThere) {
        const body = slivers.body(axis, sliverOfPair(axis, pair, slivers.form.code.shards));
        await this.#ask((signal) =>
          flow.run(bytes, signal, () => this.#node.putSliver(blobId, pair, axis, body, signal)),
        );
      }
      this.#consignment.onMoved(this.#member, bytes);
    } finally {
      leave();
    }
  }

  /** One request, repeated as its faults allow. */
  async #ask<T>(request: (signal: AbortSignal) => Promise<T>, latersMax = Infinity): Promise<T> {
    const { clock, health, limits } = this.#consignment;
    const { nodeId } = this.#member;
    for (let attempt = 0; ; attempt++) {
      await this.#awaitRest();
      const start = clock.steady();
      try {
        const late = (): Fault => new Fault('node-failed', 'now', 'The storage node does not answer.');
        const answer = await within(clock, limits.requestMs, this.#signal, late, request);
        health.succeeded(nodeId, clock.steady() - start);
        this.#consignment.onMoved(this.#member, 0);
        return answer;
      } catch (error) {
        this.#signal.throwIfAborted();
        await this.#pauseAfter(error, attempt, latersMax);
      }
    }
  }

  /** Waits before the next attempt, or gives up with the error. */
  async #pauseAfter(error: unknown, attempt: number, latersMax: number): Promise<void> {
    const { clock, dice, health, limits } = this.#consignment;
    const fault = faultOf(error);
    if (fault?.code !== 'node-failed') throw error;
    if (fault.retry === 'now' && attempt + 1 < limits.attemptsMax) {
      health.failed(this.#member.nodeId);
      await clock.sleep(backoffMs(attempt, limits.backoffFirstMs, limits.backoffLongestMs, dice), this.#signal);
    } else if (fault.retry === 'later' && this.#laters < Math.min(latersMax, limits.latersMax)) {
      const pauseMs = backoffMs(this.#laters++, limits.laterFirstMs, limits.laterLongestMs, dice);
      await clock.sleep(pauseMs, this.#signal);
    } else {
      if (fault.retry === 'now') health.failed(this.#member.nodeId);
      throw fault;
    }
  }

  /** Leaves a failing node alone for a while; not at all when its word is no longer needed. */
  async #awaitRest(): Promise<void> {
    const { clock, health, limits } = this.#consignment;
    const untilMs = clock.steady() + Math.min(health.restMs(this.#member.nodeId), limits.restWaitMsMax);
    for (let leftMs = untilMs - clock.steady(); leftMs > 0; leftMs = untilMs - clock.steady()) {
      if (this.#consignment.isEnough()) {
        throw new Fault('node-failed', 'later', 'The storage node is in trouble and not needed.');
      }
      await clock.sleep(Math.min(leftMs, limits.restLookMs), this.#signal);
    }
  }
}

/** Waits for all, so that nothing goes on behind the caller's back, and then reports the first failure. */
async function allOrFirstFailure(works: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
