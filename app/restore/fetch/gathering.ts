/**
 * Gathers verified slivers of one blob until they suffice: the wanted systematic rows, or any `rows` primary slivers, or any `columns`
 * secondary ones. Exactly the minimum is enough. It asks no more than it needs, but does not wait for nodes that dally: others are asked
 * beside them. Every way out is bounded, and a failure says how many slivers were found.
 */
import { sameBytes } from '../../domain/bytes.ts';
import type { CommitteeMember } from '../../domain/committee.ts';
import { within } from '../../domain/deadline.ts';
import type { Axis } from '../../domain/encoding.ts';
import { Fault, faultOf } from '../../domain/fault.ts';
import { sliverHashIn } from '../../domain/metadata-form.ts';
import { backoffMs } from '../../domain/node-health.ts';
import {
  parseSliverBody,
  sliverBodyBytes,
  sliverForm,
  sliverHead,
  sliverTail,
  sliverOfPair,
  type SliverForm,
} from '../../domain/sliver-form.ts';
import type { NodeClient } from '../../ports/nodes.ts';
import type { Demand, Sufficient } from './demand.ts';
import { takeForRebuilding, type Rebuilding } from './rebuilding.ts';
import { openOtherChecks, openRowChecks, type OtherChecks, type RowChecks } from './row-checks.ts';
import { costOf, SlotLine, type Request, type Slot } from './slots.ts';
import { Bell, rankOf, type Place, type Reading } from './reading.ts';

/** So many requests must have been made before a few that dally say much of the next ones. */
const hedgeDoubt = 8;

export class Gathering {
  readonly form: SliverForm;
  readonly found = { primary: new Map<number, Uint8Array>(), secondary: new Map<number, Uint8Array>() } as const;
  readonly #reading: Reading;
  readonly #place: Place;
  readonly #demand: Demand;
  readonly #signal: AbortSignal;
  readonly #bell = new Bell();
  readonly #active = new Set<Request>();
  /** Nodes that let us wait during this gathering. */
  readonly #dallying = new Set<string>();
  /** Slots to ask for, by the phase they belong to. */
  readonly #queues: { readonly wanted: SlotLine; readonly primary: SlotLine; readonly secondary: SlotLine };
  #again: Slot[] = [];
  #phase: Sufficient;
  #roomFor: 'nothing' | 'asked' | 'whole' = 'nothing';
  /** Where rows lie once a whole blob is gathered. */
  #rows: RowChecks | undefined;
  #others: OtherChecks | undefined;
  #hasTrouble = false;
  /** Requests under way, by node. */
  readonly #pending = new Map<string, number>();
  #asked = 0;
  #outrun = 0;
  #lastFault: Fault | undefined;
  #broken: { readonly error: unknown } | undefined;

  constructor(reading: Reading, place: Place, demand: Demand, signal: AbortSignal) {
    this.#reading = reading;
    this.#place = place;
    this.#demand = demand;
    this.#signal = signal;
    this.form = sliverForm(place.shards, demand.metadata.unencodedBytes);
    this.#phase = 'wanted';
    const line = (): SlotLine => new SlotLine((slot) => costOf(this.form, slot));
    this.#queues = { wanted: line(), primary: line(), secondary: line() };
    const present = new Set(demand.present);
    for (let pair = 0; pair < place.shards; pair++) {
      if (!present.has(sliverOfPair('primary', pair, place.shards))) this.#enqueue(pair, 'primary');
      this.#enqueue(pair, 'secondary');
    }
  }

  #enqueue(pair: number, axis: Axis): void {
    const { rotation, shards } = this.#place;
    const holders = this.#place.holdersOf((pair + rotation) % shards);
    const index = sliverOfPair(axis, pair, shards);
    const luck = this.#reading.dice.fraction();
    const isWanted = axis === 'primary' && this.#demand.wanted.has(index);
    this.#queues[isWanted ? 'wanted' : axis].push({ axis, index, holders, luck, next: 0, rounds: 0, mayPass: false });
  }

  /** Whether slivers may have been believed. */
  get believes(): boolean {
    return !this.#demand.doubts;
  }

  async run(): Promise<Sufficient> {
    for (;;) {
      this.#signal.throwIfAborted();
      if (this.#broken) throw this.#broken.error;
      const sufficient = this.#sufficient();
      if (sufficient) return sufficient;
      this.#advance();
      this.#launch();
      if (this.#active.size > 0 || this.#roomFor === 'asked') await this.#bell.heard();
      else if (this.#queues[this.#phase].length === 0 && this.#phase === 'secondary') {
        if (this.#again.length === 0) throw this.unavailable();
        await this.#askAgain();
      }
    }
  }

  #sufficient(): Sufficient | undefined {
    const { primary, secondary } = this.found;
    const { wanted } = this.#demand;
    if (wanted.size > 0 && [...wanted].every((index) => primary.has(index))) return 'wanted';
    if (this.#phase === 'wanted') return undefined;
    if (primary.size >= this.form.code.rows) return 'primary';
    return secondary.size >= this.form.code.columns ? 'secondary' : undefined;
  }

  #needed(axis: Axis): number {
    const { code } = this.form;
    return (axis === 'primary' ? code.rows : code.columns) - this.found[axis].size;
  }

  #briskOn(axis: Axis): number {
    let count = 0;
    for (const { slot, isOutrun } of this.#active) if (slot.axis === axis && !isOutrun) count++;
    return count;
  }

  /** Goes over to the next kind of slivers when those of this phase will not suffice, or not soon. */
  #advance(): void {
    if (this.#phase === 'wanted') {
      const isDry = this.#queues.wanted.length === 0 && this.#briskOn('primary') === 0;
      if (this.#roomFor === 'nothing' && (this.#hasTrouble || isDry)) this.#askForRoom();
      if (this.#roomFor !== 'whole') return;
      this.#queues.primary.push(...this.#queues.wanted.drain());
    }
    const isOpen = this.#queues.primary.length > 0 || this.#briskOn('primary') > 0;
    this.#phase = isOpen && !this.#isHopeless() ? 'primary' : 'secondary';
  }

  /** Whether too many primary slivers are lost for good. */
  #isHopeless(): boolean {
    const isPrimary = (slot: Slot): boolean => slot.axis === 'primary';
    const active = [...this.#active].filter(({ slot }) => isPrimary(slot)).length;
    return this.#needed('primary') > active + this.#queues.primary.length + this.#again.filter(isPrimary).length;
  }

  #askForRoom(): void {
    this.#roomFor = 'asked';
    const missing = [...this.#demand.wanted].filter((row) => !this.found.primary.has(row));
    this.#demand.otherWay(missing).then(
      (room) => {
        if (!(room instanceof SharedArrayBuffer)) {
          for (const [row, data] of room) this.found.primary.set(row, data);
          return this.#bell.ring();
        }
        this.#rows = openRowChecks(this.#reading, this.#place, this.#demand.metadata, this.form, room, this.#signal);
        for (const [row, data] of this.found.primary) if (row < this.form.code.rows) this.#rows.place(row).set(data);
        for (const row of this.#demand.present) this.found.primary.set(row, this.#rows.place(row));
        this.#roomFor = 'whole';
        this.#bell.ring();
      },
      (error: unknown) => this.#break(error),
    );
  }

  #launch(): void {
    const axis = this.#phase === 'secondary' ? 'secondary' : 'primary';
    const queue = this.#queues[this.#phase];
    let brisk = this.#briskOn(axis);
    const needed = this.#phase === 'wanted' ? queue.length + brisk : this.#hedged(this.#needed(axis));
    const most = Math.min(needed, this.#reading.limits.requestsInParallel);
    if (brisk >= most || queue.length === 0) return;
    const rank = this.#ranking();
    while (brisk < most && queue.length > 0) {
      const slot = queue.takeLeast(rank);
      const member = slot.holders[slot.next++];
      if (member === undefined) this.#settle(slot);
      else if (this.#isSkipped(slot, member)) this.#postpone(slot);
      else {
        brisk++;
        void this.#fetch({ slot, member, isOutrun: false });
      }
    }
  }

  /** A few more than needed, as many as will be waited for in vain when things go on as they did. */
  #hedged(needed: number): number {
    return needed + Math.ceil((needed * this.#outrun) / (this.#asked + hedgeDoubt));
  }

  /** Order in which to ask nodes, as things stand: fast ones first, those that dally last. */
  #ranking(): (member: CommitteeMember, luck: number) => number {
    const { health } = this.#reading;
    const ranks = new Map<string, number>();
    return (member, luck) => {
      let rank = ranks.get(member.nodeId);
      if (rank === undefined) {
        rank = rankOf(health, member, luck) + (this.#dallying.has(member.nodeId) ? 1e9 : 0);
        ranks.set(member.nodeId, rank);
      }
      // The more a node has to do for us already, the later it would get to this.
      return rank * (1 + (this.#pending.get(member.nodeId) ?? 0));
    };
  }

  /** A node that is being left alone is asked for what only it has, but last of all. */
  #isSkipped(slot: Slot, member: CommitteeMember): boolean {
    return slot.rounds === 0 && this.#reading.health.restMs(member.nodeId) > 0;
  }

  #postpone(slot: Slot): void {
    slot.mayPass = true;
    this.#failed(slot);
  }

  async #fetch(request: Request): Promise<void> {
    const { slot, member } = request;
    this.#active.add(request);
    this.#pending.set(member.nodeId, (this.#pending.get(member.nodeId) ?? 0) + 1);
    this.#asked++;
    try {
      const data = await this.#genuine(request);
      if (data) this.#keep(slot, data);
      else this.#failed(slot);
    } catch (error) {
      if (!this.#signal.aborted) this.#note(error, request);
    } finally {
      this.#active.delete(request);
      this.#pending.set(member.nodeId, (this.#pending.get(member.nodeId) ?? 1) - 1);
      this.#bell.ring();
    }
  }

  #keep({ axis, index }: Slot, data: Uint8Array): void {
    // A row that was asked for before there was room for all of them.
    const isRow = axis === 'primary' && index < this.form.code.rows;
    const place = isRow ? this.#rows?.place(index) : undefined;
    if (place && place.buffer !== data.buffer) place.set(data);
    this.found[axis].set(index, place ?? data);
  }

  /** The sliver's symbols, verified; undefined when the node does not have it. */
  async #genuine(request: Request): Promise<Uint8Array | undefined> {
    const { pool, verifications } = this.#reading;
    const { axis, index } = request.slot;
    const checks = axis === 'primary' ? this.#checksOf(index) : undefined;
    if (checks) return this.#genuineRow(checks, request);
    const bytes = sliverBodyBytes(this.form, axis);
    const pair = sliverOfPair(axis, index, this.#place.shards);
    const body = await this.#moved(request, bytes, (client, signal) =>
      client.sliver(this.#place.blobId, pair, axis, bytes, signal),
    );
    if (body === undefined) return undefined;
    const sliver = { axis, index, data: parseSliverBody(body, this.form, axis, index) };
    const leave = await verifications.enter(1, this.#signal);
    try {
      const expected = sliverHashIn(this.#demand.metadata, axis, index);
      const options = { urgency: 'interactive', signal: this.#signal } as const;
      const checked = await pool.verifySliver(this.#place.shards, sliver, expected, options);
      if (checked.isGenuine) return checked.data;
    } finally {
      leave();
    }
    throw new Fault('codec-refused', 'never', 'The sliver does not have the hash that the blob promises.');
  }

  /** Where a primary sliver is put and looked at, once a whole blob is gathered. */
  #checksOf(index: number): RowChecks | undefined {
    if (this.#rows === undefined || index < this.form.code.rows) return this.#rows;
    this.#others ??= openOtherChecks(this.#reading, this.#place, this.#demand, this.form, this.#signal);
    return this.#others(index);
  }

  /** A row that is written where it belongs, and looked at there. */
  async #genuineRow(rows: RowChecks, request: Request): Promise<Uint8Array | undefined> {
    const { index } = request.slot;
    const data = rows.place(index);
    const head = sliverHead(data.length);
    const tail = sliverTail(this.form.symbolBytes, index);
    const frame = [new Uint8Array(head.length), new Uint8Array(tail.length)] as const;
    const isThere = await this.#moved(request, sliverBodyBytes(this.form, 'primary'), (client, signal) =>
      client.sliverInto(this.#place.blobId, index, 'primary', [frame[0], data, frame[1]], signal),
    );
    if (!isThere) return undefined;
    const isBelieved = index >= this.form.code.rows && !this.#demand.doubts;
    const isFramed = sameBytes(frame[0], head) && sameBytes(frame[1], tail);
    if (isFramed && (isBelieved || (await rows.isGenuine(index)))) return data;
    throw new Fault('codec-refused', 'never', 'The sliver does not have the hash that the blob promises.');
  }

  /** What a node sends, in its turn and with its deadline. */
  #moved<T>(
    request: Request,
    bytes: number,
    move: (client: NodeClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, flow, health, limits, nodes } = this.#reading;
    const { member } = request;
    const late = (): Fault => new Fault('node-failed', 'now', 'The storage node does not answer.');
    let start = clock.steady();
    const ask = async (): Promise<T> => {
      start = clock.steady();
      const moved = await within(clock, limits.requestMs, this.#signal, late, (signal) =>
        move(nodes.node(member), signal),
      );
      health.succeeded(member.nodeId, clock.steady() - start);
      return moved;
    };
    return flow.run(bytes, this.#signal, ask, () => {
      request.isOutrun = true;
      this.#outrun++;
      this.#hasTrouble = true;
      this.#dallying.add(member.nodeId);
      health.dallied(member.nodeId, clock.steady() - start);
      this.#bell.ring();
    });
  }

  #note(error: unknown, { slot, member }: Request): void {
    const { health } = this.#reading;
    const fault = faultOf(error);
    if (fault?.code === 'codec-refused') health.lied(member.nodeId);
    else if (fault?.code !== 'node-failed') return this.#break(error);
    else if (fault.retry === 'now') {
      health.failed(member.nodeId);
      slot.mayPass = true;
    }
    this.#lastFault = fault;
    this.#failed(slot);
  }

  /** The next holder, if there is one. */
  #failed(slot: Slot): void {
    const queue = this.#phase === 'wanted' ? 'wanted' : slot.axis;
    if (slot.next < slot.holders.length) this.#queues[queue].push(slot);
    else this.#settle(slot);
  }

  /** All holders were asked. */
  #settle(slot: Slot): void {
    this.#hasTrouble = true;
    slot.rounds++;
    if (slot.mayPass && slot.rounds < this.#reading.limits.roundsMax) this.#again.push(slot);
  }

  /** Nothing else is left: those that failed in a way that may pass get another chance. */
  async #askAgain(): Promise<void> {
    const { clock, dice, limits } = this.#reading;
    const slots = this.#again;
    this.#again = [];
    await clock.sleep(backoffMs(0, limits.backoffFirstMs, limits.backoffLongestMs, dice), this.#signal);
    for (const slot of slots) {
      slot.next = 0;
      slot.mayPass = false;
      this.#queues[slot.axis].push(slot);
    }
  }

  #break(error: unknown): void {
    this.#broken ??= { error };
    this.#bell.ring();
  }

  /** Slivers that can be had at most: found, or with somebody who was not asked to the end. */
  #reachable(axis: Axis): number {
    const isOpen = (slot: Slot): boolean => slot.axis === axis;
    const open = [...this.#queues.wanted.all(), ...this.#queues[axis].all(), ...this.#again].filter(isOpen).length;
    return this.found[axis].size + open + [...this.#active].filter(({ slot }) => isOpen(slot)).length;
  }

  #missing(primary: number, secondary: number, words: string): Fault {
    const { rows, columns } = this.form.code;
    const counts = `${primary} of ${rows} primary or ${secondary} of ${columns} secondary slivers`;
    const message = `Blob ${this.#place.blobId} cannot be read: only ${counts} ${words}.`;
    return new Fault('blob-unavailable', 'later', message, this.#lastFault);
  }

  unavailable(): Fault {
    return this.#missing(this.#reachable('primary'), this.#reachable('secondary'), 'can be had');
  }

  late(): Fault {
    return this.#missing(this.found.primary.size, this.found.secondary.size, 'came in time');
  }

  /** What there is for rebuilding. The slivers leave the gathering, because they are moved away. */
  take(axis: Axis): Rebuilding {
    const taken = takeForRebuilding(this.found, this.form, axis);
    this.found.primary.clear();
    this.found.secondary.clear();
    return taken;
  }
}
