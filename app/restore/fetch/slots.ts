/** Slivers that are still to be had: who holds each, whom to ask next, and which one of a line to ask for first. */
import type { CommitteeMember } from '../../domain/committee.ts';
import type { Axis } from '../../domain/encoding.ts';
import type { SliverForm } from '../../domain/sliver-form.ts';

/** A sliver to be had, and from whom. */
export interface Slot {
  readonly axis: Axis;
  readonly index: number;
  readonly holders: readonly CommitteeMember[];
  readonly luck: number;
  /** Next holder to ask. */
  next: number;
  rounds: number;
  /** Some holder failed in a way that may pass. */
  mayPass: boolean;
}

export interface Request {
  readonly slot: Slot;
  readonly member: CommitteeMember;
  isOutrun: boolean;
}

/**
 * When their nodes are equals, slivers that are parts of the blob itself come first, and after them those next to them in the code, in their order: the nearer
 * they are, the less there is to do when the missing parts are decoded.
 */
export function costOf({ code }: SliverForm, { axis, index, luck }: Slot): number {
  const sources = axis === 'primary' ? code.rows : code.columns;
  if (index < sources) return luck;
  return index < sources + 2 ** Math.ceil(Math.log2(sources)) ? 1e6 + index / 100 : 2e6 + luck;
}

/**
 * Slots in line for whoever is to be asked for them next. Those of one node differ by their own cost only, so each node's are kept in order, and a choice
 * looks at one slot a node: there may be a thousand slots, and some dozen nodes.
 */
export class SlotLine {
  readonly #costOf: (slot: Slot) => number;
  /** By node, the one that costs least last; what is left to nobody is under ''. */
  readonly #lines = new Map<string, { slots: Slot[]; isSorted: boolean }>();
  #length = 0;

  constructor(costOf: (slot: Slot) => number) {
    this.#costOf = costOf;
  }

  get length(): number {
    return this.#length;
  }

  push(...slots: readonly Slot[]): void {
    for (const slot of slots) {
      const node = slot.holders[slot.next]?.nodeId ?? '';
      const line = this.#lines.get(node);
      if (line === undefined) this.#lines.set(node, { slots: [slot], isSorted: true });
      else {
        line.slots.push(slot);
        line.isSorted = false;
      }
      this.#length++;
    }
  }

  /** Takes the slot out that is cheapest by its own cost and what `rankOf` says of its next holder; at once when it has none. */
  takeLeast(rankOf: (member: CommitteeMember, luck: number) => number): Slot {
    let least: { readonly slots: Slot[]; readonly rank: number } | undefined;
    for (const line of this.#lines.values()) {
      const { slots } = line;
      if (!line.isSorted) slots.sort((a, b) => this.#costOf(b) - this.#costOf(a));
      line.isSorted = true;
      const first = slots.at(-1);
      if (first === undefined) continue;
      const member = first.holders[first.next];
      const rank = member === undefined ? 0 : rankOf(member, first.luck) + this.#costOf(first);
      if (least === undefined || rank < least.rank) least = { slots, rank };
    }
    const slot = least?.slots.pop();
    if (slot === undefined) throw new Error('there is no sliver to choose from');
    this.#length--;
    return slot;
  }

  /** Takes all of them out. */
  drain(): readonly Slot[] {
    const all = this.all();
    this.#lines.clear();
    this.#length = 0;
    return all;
  }

  all(): readonly Slot[] {
    return [...this.#lines.values()].flatMap(({ slots }) => slots);
  }
}
