/**
 * Brings an encoded blob to its committee and returns the certificate. A quorum of shards decides; what is left is pushed on for as long
 * as it makes progress, and whoever still lacks something is named. Any third of the shards may be down, slow, refusing or lying.
 * Confirmations of another epoch are never mixed in: when the network has moved on, the caller is told to take the new committee.
 */
import type { BlobId } from '../../domain/blob-id.ts';
import { sameBytes } from '../../domain/bytes.ts';
import type { Clock, Dice } from '../../domain/clock.ts';
import type { Certificate, Committee, CommitteeMember } from '../../domain/committee.ts';
import { openScope, type Scope } from '../../domain/deadline.ts';
import type { BlobMetadata } from '../../domain/encoding.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { Flow, slept } from '../../domain/flow.ts';
import { Gate } from '../../domain/gate.ts';
import type { SuiId } from '../../domain/ids.ts';
import { metadataBody } from '../../domain/metadata-form.ts';
import type { NodeHealth } from '../../domain/node-health.ts';
import { isQuorum } from '../../domain/redstuff.ts';
import { confirmationMessage, sliverBodyBytes, type SliverSource } from '../../domain/sliver-form.ts';
import type { Nodes, SignedMessage } from '../../ports/nodes.ts';
import type { Pool } from '../../ports/pool.ts';
import { Confirmations } from './confirmations.ts';
import { uploadLimits, type UploadLimits } from './limits.ts';
import { NodeUpload, type Consignment } from './node-upload.ts';

/** A confirmation that was kept from an earlier attempt. */
export interface KeptConfirmation {
  readonly memberIndex: number;
  readonly signed: SignedMessage;
}

export interface UploadInput {
  readonly committee: Committee;
  readonly blobId: BlobId;
  readonly metadata: BlobMetadata;
  readonly slivers: SliverSource;
  /** The deletable blob's object; undefined for a permanent blob. */
  readonly objectId: SuiId | undefined;
  /** Of the same blob and object; those of another epoch or with a wrong signature are left out. */
  readonly already: readonly KeptConfirmation[];
  /** True when nodes may have parts of the blob: they are asked before anything is sent. */
  readonly isResumed: boolean;
}

export interface UploadPorts {
  readonly nodes: Nodes;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly health: NodeHealth;
  readonly limits?: Partial<UploadLimits>;
}

export interface UploadProgress {
  /** Bytes of sliver bodies that are in place, of all that there are. */
  readonly bytes: number;
  readonly bytesTotal: number;
  /** Shards whose nodes confirmed, of all shards. */
  readonly shards: number;
  readonly shardsTotal: number;
}

/** Called while the upload goes on; they report and must not throw. */
export interface UploadEvents {
  /** A genuine confirmation, to be kept for the case of a restart. */
  onConfirmation(memberIndex: number, signed: SignedMessage): void;
  onProgress(progress: UploadProgress): void;
}

export interface MissingNode {
  readonly memberIndex: number;
  readonly nodeId: SuiId;
  readonly shards: number;
  /** Why; undefined when it was merely too slow. */
  readonly fault: Fault | undefined;
}

export interface UploadResult {
  readonly certificate: Certificate;
  readonly missing: readonly MissingNode[];
}

export function upload(
  input: UploadInput,
  ports: UploadPorts,
  events: UploadEvents,
  signal: AbortSignal,
): Promise<UploadResult> {
  return new Upload(input, ports, events, signal).run();
}

class Upload {
  readonly #input: UploadInput;
  readonly #ports: UploadPorts;
  readonly #events: UploadEvents;
  readonly #limits: UploadLimits;
  readonly #message: Uint8Array;
  readonly #scope: Scope;
  readonly #confirmations: Confirmations;
  readonly #decided = Promise.withResolvers<void>();
  readonly #failures = new Map<number, Fault>();
  readonly #newer = new Set<number>();
  readonly #movedAt = new Map<number, number>();
  readonly #bytesTotal: number;
  #bytes = 0;
  #lastMovedAt = 0;
  #isEnough = false;
  #hasTakenKept = false;

  constructor(input: UploadInput, ports: UploadPorts, events: UploadEvents, signal: AbortSignal) {
    this.#input = input;
    this.#ports = ports;
    this.#events = events;
    this.#limits = { ...uploadLimits, ...ports.limits };
    this.#message = confirmationMessage(input.committee.epoch, input.blobId, input.objectId);
    this.#scope = openScope(signal);
    const { form } = input.slivers;
    const pairBytes = sliverBodyBytes(form, 'primary') + sliverBodyBytes(form, 'secondary');
    this.#bytesTotal = input.committee.members.reduce((sum, member) => sum + member.shards.length * pairBytes, 0);
    const options = { urgency: 'interactive', signal: this.#scope.signal } as const;
    this.#confirmations = new Confirmations(input.committee, this.#message, ports.pool, options, {
      onGenuine: (member, signature) => this.#genuine(member, signature),
      onForged: (member) => this.#forged(member),
    });
  }

  async run(): Promise<UploadResult> {
    const { signal } = this.#scope;
    const stop = (): void => this.#decided.reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    // The decision may fall before anybody waits for it.
    this.#decided.promise.catch(() => undefined);
    let works = Promise.resolve();
    try {
      signal.throwIfAborted();
      await this.#takeKept();
      works = this.#startNodes();
      await this.#decided.promise;
      await Promise.race([works, this.#awaitRest()]);
      // From here on nobody is waited for; what was confirmed up to now counts.
      const certificate = await this.#confirmations.certificate();
      const missing = this.#missing();
      this.#scope.abort(new Fault('cancelled', 'never', 'The upload is over.'));
      this.#noteDalliers(missing);
      return { certificate, missing };
    } catch (error) {
      this.#scope.abort(error);
      throw error;
    } finally {
      // The slivers belong to the caller again as soon as we return.
      await works;
      signal.removeEventListener('abort', stop);
      this.#scope.close();
    }
  }

  async #takeKept(): Promise<void> {
    const { already, committee } = this.#input;
    const kept = already.flatMap(({ memberIndex, signed }) => {
      const member = committee.members[memberIndex];
      return member !== undefined && sameBytes(signed.message, this.#message) ? [{ member, signed }] : [];
    });
    await Promise.all(kept.map(({ member, signed }) => this.#confirmations.add(member, signed.signature)));
    // A kept signature that proves wrong says nothing about the node: it is simply asked.
    this.#failures.clear();
    this.#hasTakenKept = true;
  }

  /** Starts all nodes; resolves when none is at work any more. */
  async #startNodes(): Promise<void> {
    const consignment = this.#consignment();
    const slots = new Gate(this.#limits.nodesInParallel);
    const works = this.#inOrder().map((member) => this.#serve(consignment, slots, member));
    this.#judge();
    await Promise.all(works);
  }

  /** Members without a confirmation: the healthy and fast ones first, with some chance, so that clients spread. */
  #inOrder(): readonly CommitteeMember[] {
    const { health, dice } = this.#ports;
    const rank = ({ nodeId }: CommitteeMember): number => {
      const trouble =
        (health.isLiar(nodeId) ? 4 : 0) + (health.restMs(nodeId) > 0 ? 2 : 0) + (health.isDoubtful(nodeId) ? 1 : 0);
      return trouble * 1e9 + health.latencyMs(nodeId) * (0.5 + dice.fraction());
    };
    return this.#input.committee.members
      .filter((member) => member.shards.length > 0 && !this.#confirmations.has(member))
      .map((member) => ({ member, rank: rank(member) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ member }) => member);
  }

  #consignment(): Consignment {
    const { blobId, committee, metadata, objectId, slivers } = this.#input;
    const { clock, dice, health } = this.#ports;
    return {
      blobId,
      objectId,
      metadata: metadataBody(metadata),
      slivers,
      expected: this.#message,
      epoch: committee.epoch,
      flow: new Flow(clock, this.#limits.bytesInFlightMax, this.#limits.patienceMs),
      clock,
      dice,
      health,
      limits: this.#limits,
      onMoved: (member, bytes) => this.#moved(member, bytes),
      onNewerEpoch: (member) => {
        this.#newer.add(member.index);
        this.#judge();
      },
      isEnough: () => this.#isEnough,
    };
  }

  /** One node from beginning to end. Never rejects: a node's trouble is noted, everything else decides the upload. */
  async #serve(consignment: Consignment, slots: Gate, member: CommitteeMember): Promise<void> {
    const scope = openScope(this.#scope.signal);
    let leave: (() => void) | undefined;
    try {
      leave = await slots.enter(1, scope.signal);
      this.#movedAt.set(member.index, this.#ports.clock.steady());
      void this.#handOnSlot(member, leave, scope.signal);
      const node = new NodeUpload(consignment, this.#ports.nodes.node(member), member, scope.signal);
      const { signature } = await node.run(this.#input.isResumed);
      await this.#confirmations.add(member, signature);
    } catch (error) {
      const fault = faultOf(error);
      if (fault?.code === 'node-failed') this.#failures.set(member.index, fault);
      else this.#decided.reject(error);
    } finally {
      scope.abort('done');
      scope.close();
      leave?.();
      this.#judge();
    }
  }

  /** A node that makes no progress lets others start, and goes on beside them. */
  async #handOnSlot(member: CommitteeMember, leave: () => void, signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    const idleMs = (): number => clock.steady() - (this.#movedAt.get(member.index) ?? 0);
    while (idleMs() < this.#limits.patienceMs) {
      if (!(await slept(clock, this.#limits.patienceMs - idleMs(), signal))) return;
    }
    leave();
  }

  #moved(member: CommitteeMember, bytes: number): void {
    this.#lastMovedAt = this.#ports.clock.steady();
    this.#movedAt.set(member.index, this.#lastMovedAt);
    // A node that is asked again what it lacks counts its slivers twice; never show more than there is.
    this.#bytes = Math.min(this.#bytesTotal, this.#bytes + bytes);
    if (bytes > 0) this.#report();
  }

  #report(): void {
    this.#events.onProgress({
      bytes: this.#bytes,
      bytesTotal: this.#bytesTotal,
      shards: this.#confirmations.weight,
      shardsTotal: this.#input.committee.shards,
    });
  }

  #genuine(member: CommitteeMember, signature: Uint8Array): void {
    this.#events.onConfirmation(member.index, { message: this.#message, signature });
    this.#report();
    this.#judge();
  }

  #forged(member: CommitteeMember): void {
    if (this.#hasTakenKept) this.#ports.health.lied(member.nodeId);
    this.#failures.set(
      member.index,
      new Fault('node-failed', 'never', 'The storage node signs with a key that is not its own.'),
    );
  }

  /** Whether the upload is won or lost already. */
  #judge(): void {
    const { committee } = this.#input;
    const { weight } = this.#confirmations;
    if (isQuorum(weight, committee.shards)) {
      this.#isEnough = true;
      return this.#decided.resolve();
    }
    const shardsOf = (indices: Iterable<number>): number =>
      [...indices].reduce((sum, index) => sum + (committee.members[index]?.shards.length ?? 0), 0);
    // More than a third: at least one of them is honest, so the epoch is over.
    if (3 * shardsOf(this.#newer) >= committee.shards + 1) {
      const message = `Epoch ${committee.epoch} is over; the new committee has to be asked.`;
      return this.#decided.reject(new Fault('chain-stale', 'now', message));
    }
    const lost = shardsOf(this.#failures.keys());
    if (isQuorum(committee.shards - lost, committee.shards)) return;
    const [cause] = this.#failures.values();
    const message = `Storage nodes with ${weight} of ${committee.shards} shards confirmed the blob, and with ${lost} failed; two thirds are needed.`;
    this.#decided.reject(new Fault('quorum-lost', 'later', message, cause));
  }

  /** The time that nodes beyond the quorum are given. */
  async #awaitRest(): Promise<void> {
    const { clock } = this.#ports;
    const start = clock.steady();
    this.#lastMovedAt = start;
    for (;;) {
      const now = clock.steady();
      const leftMs = Math.min(start + this.#limits.restMs, this.#lastMovedAt + this.#limits.restStallMs) - now;
      if (leftMs <= 0 || !(await slept(clock, leftMs, this.#scope.signal))) return;
    }
  }

  /** Who let us wait to the end is not waited for so long the next time. */
  #noteDalliers(missing: readonly MissingNode[]): void {
    const { clock, health } = this.#ports;
    for (const { memberIndex, nodeId, fault } of missing) {
      const idleMs = clock.steady() - (this.#movedAt.get(memberIndex) ?? clock.steady());
      if (fault === undefined && idleMs >= this.#limits.restStallMs) health.dallied(nodeId, idleMs);
    }
  }

  #missing(): readonly MissingNode[] {
    return this.#input.committee.members
      .filter((member) => member.shards.length > 0 && !this.#confirmations.has(member))
      .map(({ index, nodeId, shards }) => {
        return { memberIndex: index, nodeId, shards: shards.length, fault: this.#failures.get(index) };
      });
  }
}
