/**
 * Collects nodes' signatures over one message and lets only genuine ones count. Signatures that arrive while others are being verified
 * form the next batch, so that verifying keeps pace with any number of nodes.
 */
import type { Certificate, Committee, CommitteeMember } from '../../domain/committee.ts';
import type { Pool, TaskOptions } from '../../ports/pool.ts';

interface Signed {
  readonly member: CommitteeMember;
  readonly signature: Uint8Array;
}

export interface ConfirmationEvents {
  onGenuine(member: CommitteeMember, signature: Uint8Array): void;
  onForged(member: CommitteeMember): void;
}

export class Confirmations {
  readonly #committee: Committee;
  readonly #message: Uint8Array;
  readonly #pool: Pool;
  readonly #options: TaskOptions;
  readonly #events: ConfirmationEvents;
  readonly #genuine = new Map<number, Signed>();
  #waiting: Signed[] = [];
  #verifying: Promise<void> | undefined;

  constructor(committee: Committee, message: Uint8Array, pool: Pool, options: TaskOptions, events: ConfirmationEvents) {
    this.#committee = committee;
    this.#message = message;
    this.#pool = pool;
    this.#options = options;
    this.#events = events;
  }

  has(member: CommitteeMember): boolean {
    return this.#genuine.has(member.index);
  }

  /** Shards of the members whose signatures were verified. */
  get weight(): number {
    let weight = 0;
    for (const { member } of this.#genuine.values()) weight += member.shards.length;
    return weight;
  }

  /** Takes a signature and resolves when everything that was taken so far has been verified. */
  async add(member: CommitteeMember, signature: Uint8Array): Promise<void> {
    this.#waiting.push({ member, signature });
    while (this.#waiting.length > 0 || this.#verifying) {
      this.#verifying ??= this.#verifyBatch().finally(() => {
        this.#verifying = undefined;
      });
      await this.#verifying;
    }
  }

  async #verifyBatch(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    const signed = batch.map(({ member, signature }) => ({ publicKey: member.publicKey, signature }));
    const isGenuine = await this.#pool.verifySignatures(this.#message, signed, this.#options);
    for (const [i, each] of batch.entries()) {
      if (isGenuine[i] !== true) {
        this.#events.onForged(each.member);
        continue;
      }
      this.#genuine.set(each.member.index, each);
      this.#events.onGenuine(each.member, each.signature);
    }
  }

  /** The certificate of all that is genuine so far. */
  async certificate(): Promise<Certificate> {
    const signers = [...this.#genuine.values()].sort((a, b) => a.member.index - b.member.index);
    const signatures = signers.map(({ signature }) => signature);
    const signerBitmap = new Uint8Array(Math.ceil(this.#committee.members.length / 8));
    for (const { member } of signers) {
      const at = Math.floor(member.index / 8);
      signerBitmap[at] = (signerBitmap[at] ?? 0) | (1 << (member.index % 8));
    }
    const weight = signers.reduce((sum, { member }) => sum + member.shards.length, 0);
    const signature = await this.#pool.aggregateSignatures(signatures, this.#options);
    return { message: this.#message, signature, signerBitmap, epoch: this.#committee.epoch, weight };
  }
}
