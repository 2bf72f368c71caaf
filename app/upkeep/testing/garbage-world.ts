/**
 * For tests: devices that edit, merge, publish, thin, compact, answer and collect, each a sequence of small acts that chance interleaves, cuts off and
 * puts to sleep. After every act on the chain all that any device has published, and still keeps, must lie in some pack of the chain. Planted mistakes
 * break one rule each, to show that the schedules would find them.
 */
import { answerTo, deletable, doomedMax, nextList, noGarbage, standingOf, unanswered } from '../garbage.ts';
import type { Participant } from '../garbage.ts';
import type { GarbageRecord } from '../../domain/garbage.ts';
import type { SeededDice } from '../../formats/testing/seeded-dice.ts';

/** What a device may do wrong. */
export type Mistake =
  | 'deletes without answers'
  | 'deletes what others need'
  | 'packs against doomed packs'
  | 'counts doomed packs as places'
  | 'answers without its round on the way'
  | 'takes a list off without asking the chain'
  | 'joins in silence'
  | 'carries nothing';

export const mistakes: readonly Mistake[] = [
  'deletes without answers',
  'deletes what others need',
  'packs against doomed packs',
  'counts doomed packs as places',
  'answers without its round on the way',
  'takes a list off without asking the chain',
  'joins in silence',
  'carries nothing',
];

type Tree = ReadonlyMap<number, number>;
interface Pack {
  readonly owner: string;
  readonly chunks: ReadonlySet<number>;
}
interface Bag {
  head: Tree | undefined;
  record: GarbageRecord | undefined;
}

/** A home: what its catalog and its disk hold. It survives crashes. */
interface Home {
  readonly id: string;
  readonly known: Map<string, Pack>;
  readonly doomed: Set<string>;
  readonly entries: Map<number, number>;
  /** Content that lies on the disk. */
  readonly disk: Map<number, number>;
  /** Published snapshots that it keeps, oldest first. */
  kept: Tree[];
  pending: { readonly tree: Tree; readonly packs: ReadonlyMap<string, Pack> } | undefined;
  work: Iterator<void> | undefined;
  asleepFor: number;
  /** A look of long ago. */
  seen: ReadonlyMap<string, Bag> | undefined;
}

export interface Played {
  /** Words, when something reachable was deleted. */
  readonly lost: string | undefined;
  readonly deleted: number;
  readonly published: number;
  readonly kept: number;
}

const files = 4;
const contents = 7;
const devicesMax = 4;

export class GarbageWorld {
  readonly #dice: SeededDice;
  readonly #mistake: Mistake | undefined;
  readonly #packs = new Map<string, Pack>();
  readonly #bags = new Map<string, Bag>();
  readonly #homes: Home[] = [];
  #chainMs = 10;
  #made = 0;
  #lost: string | undefined;
  #deleted = 0;
  #published = 0;
  #kept = 0;

  constructor(dice: SeededDice, mistake?: Mistake) {
    this.#dice = dice;
    this.#mistake = mistake;
    this.#join();
    this.#join();
  }

  play(acts: number): Played {
    for (let act = 0; act < acts && this.#lost === undefined; act++) {
      if (this.#chance(0.06)) this.#chainMs++;
      if (this.#homes.length < devicesMax && this.#chance(0.02)) this.#join();
      const home = this.#dice.oneOf(this.#homes);
      if (home.asleepFor-- > 0) continue;
      if (this.#chance(0.03)) home.asleepFor = this.#dice.below(40);
      if (this.#chance(0.03)) home.work = undefined;
      home.work ??= this.#chance(0.4) ? this.#collect(home) : this.#pass(home);
      if (home.work.next().done === true) home.work = undefined;
    }
    return { lost: this.#lost, deleted: this.#deleted, published: this.#published, kept: this.#kept };
  }

  #chance(share: number): boolean {
    return this.#dice.fraction() < share;
  }

  #join(): void {
    const id = `d${this.#homes.length}`;
    this.#bags.set(id, { head: undefined, record: undefined });
    const home: Home = {
      id,
      known: new Map(),
      doomed: new Set(),
      entries: new Map(),
      disk: new Map(),
      kept: [],
      pending: undefined,
      work: undefined,
      asleepFor: 0,
      seen: undefined,
    };
    this.#homes.push(home);
  }

  #look(): ReadonlyMap<string, Bag> {
    return new Map([...this.#bags].map(([id, bag]) => [id, { ...bag }]));
  }

  #import(home: Home): void {
    for (const [id, pack] of this.#packs) home.known.set(id, pack);
  }

  #participants(view: ReadonlyMap<string, Bag>): readonly Participant[] {
    return [...view].flatMap(([device, { head, record }]) =>
      head === undefined && record === undefined ? [] : [{ device, record }],
    );
  }

  #own(home: Home): GarbageRecord {
    return this.#bags.get(home.id)?.record ?? noGarbage();
  }

  /** Whether a pack that this home knows holds the chunk and counts. */
  #lies(home: Home, chunk: number, besides?: string): boolean {
    const ignoresDoom = besides === undefined ? 'packs against doomed packs' : 'counts doomed packs as places';
    return [...home.known].some(
      ([id, { chunks }]) =>
        id !== besides && chunks.has(chunk) && (!home.doomed.has(id) || this.#mistake === ignoresDoom),
    );
  }

  #reach(home: Home): ReadonlySet<number> {
    const pending = this.#mistake === 'answers without its round on the way' ? undefined : home.pending;
    const entries = this.#mistake === 'answers without its round on the way' ? [] : home.entries.values();
    return new Set([...entries, ...home.kept.flatMap((tree) => [...tree.values()]), ...(pending?.tree.values() ?? [])]);
  }

  #isNeeded(home: Home, id: string): boolean {
    const reach = this.#reach(home);
    return [...(home.known.get(id)?.chunks ?? [])].some((chunk) => reach.has(chunk) && !this.#lies(home, chunk, id));
  }

  /** Lists of the others, as a look showed them: flagged, unflagged, answered. */
  *#respond(home: Home, view: ReadonlyMap<string, Bag>): Generator<void> {
    this.#import(home);
    const listed = new Set<string>();
    for (const [device, { record }] of view)
      if (device !== home.id) for (const pack of record?.list.packs ?? []) listed.add(pack);
    for (const pack of listed) home.doomed.add(pack);
    for (const pack of [...home.doomed]) {
      if (listed.has(pack) || home.known.get(pack)?.owner === home.id) continue;
      if (!this.#packs.has(pack) && this.#mistake !== 'takes a list off without asking the chain')
        home.known.delete(pack);
      home.doomed.delete(pack);
    }
    const own = this.#own(home);
    const open = unanswered({ device: home.id, record: own }, this.#participants(view));
    const isPresent = view.get(home.id)?.head !== undefined || view.get(home.id)?.record !== undefined;
    if (open.length === 0 && isPresent) return;
    if (!isPresent && this.#mistake === 'joins in silence') return;
    const answers = new Map(own.answers);
    for (const { device, list } of open)
      answers.set(
        device,
        answerTo(list, (pack) => this.#isNeeded(home, pack)),
      );
    yield;
    this.#write(home, { list: own.list, answers });
    yield;
    // Whoever was not to be seen before looks once more.
    if (!isPresent) yield* this.#respond(home, this.#look());
  }

  #write(home: Home, record: GarbageRecord): void {
    const bag = this.#bags.get(home.id);
    if (bag) bag.record = record;
  }

  *#pass(home: Home): Generator<void> {
    const view = this.#look();
    yield;
    yield* this.#respond(home, view);
    if (home.pending) yield* this.#publish(home);
    for (let edits = this.#dice.below(3); edits > 0; edits--) {
      const file = this.#dice.below(files);
      const content = this.#dice.below(contents);
      home.disk.set(file, content);
      home.entries.set(file, content);
    }
    if (this.#seal(home)) yield* this.#publish(home);
    yield;
    // A node of the chain may show what is long past.
    const heads = this.#chance(0.3) ? (home.seen ?? view) : view;
    if (this.#chance(0.3)) home.seen = view;
    for (const [device, { head }] of heads) {
      if (device === home.id || head === undefined || this.#chance(0.3)) continue;
      this.#import(home);
      for (const [file, content] of head) {
        if (this.#chance(0.5)) continue;
        home.entries.set(file, content);
        home.disk.delete(file);
        if (this.#chance(0.5) && this.#isReadable(home, content)) home.disk.set(file, content);
      }
      yield;
    }
    if (this.#seal(home)) yield* this.#publish(home);
    if (home.kept.length > 1 && this.#chance(0.6)) home.kept.splice(this.#dice.below(home.kept.length - 1), 1);
    if (this.#chance(0.2)) this.#compact(home);
  }

  #isReadable(home: Home, chunk: number): boolean {
    return [...home.known].some(([id, { chunks }]) => chunks.has(chunk) && this.#packs.has(id));
  }

  #seal(home: Home): boolean {
    if (home.pending || this.#chance(0.2)) return false;
    const fresh = new Set<number>();
    for (const [file, content] of [...home.entries]) {
      const isHere = home.disk.get(file) === content;
      if (this.#lies(home, content) || (!isHere && this.#mistake === 'carries nothing' && this.#isKnown(home, content)))
        continue;
      // Either its file is read, or its chunk is carried; what can neither is no longer anybody's, and the other's newer state brings another.
      if (isHere || this.#isReadable(home, content)) fresh.add(content);
      else home.entries.delete(file);
    }
    if (home.entries.size === 0) return false;
    const packs = new Map<string, Pack>();
    for (const chunk of fresh) {
      const last = [...packs].at(-1);
      if (last && this.#chance(0.5))
        packs.set(last[0], { owner: home.id, chunks: new Set([...last[1].chunks, chunk]) });
      else packs.set(`p${this.#made++}`, { owner: home.id, chunks: new Set([chunk]) });
    }
    home.pending = { tree: new Map(home.entries), packs };
    return true;
  }

  #isKnown(home: Home, chunk: number): boolean {
    return [...home.known.values()].some(({ chunks }) => chunks.has(chunk));
  }

  *#publish(home: Home): Generator<void> {
    yield;
    // No money, no network: the round stays on its way.
    if (this.#chance(0.3)) return;
    const { pending } = home;
    const bag = this.#bags.get(home.id);
    if (pending === undefined || bag === undefined) return;
    for (const [id, pack] of pending.packs) {
      this.#packs.set(id, pack);
      home.known.set(id, pack);
    }
    bag.head = pending.tree;
    home.kept.push(pending.tree);
    home.pending = undefined;
    this.#published++;
    this.#check(`${home.id} published`);
  }

  /** Live chunks of an own pack go into a new one. */
  #compact(home: Home): void {
    const reach = this.#reach(home);
    const own = [...home.known].filter(([id, { owner }]) => owner === home.id && !home.doomed.has(id));
    const moved = own.slice(0, 2).flatMap(([, { chunks }]) => [...chunks].filter((chunk) => reach.has(chunk)));
    if (own.length < 2 || moved.length === 0) return;
    const pack = { owner: home.id, chunks: new Set(moved) };
    const id = `p${this.#made++}`;
    this.#packs.set(id, pack);
    home.known.set(id, pack);
  }

  *#collect(home: Home): Generator<void> {
    const view = this.#look();
    yield;
    yield* this.#respond(home, view);
    const { list, answers } = this.#own(home);
    if (list.packs.length > 0) {
      const nobody = { waitsFor: [], isRipe: true };
      const found = standingOf(home.id, list, this.#participants(view), {
        chainMs: this.#chainMs,
        graceMs: 2,
        gone: new Set<string>(),
      });
      const standing = {
        ...found,
        ...(this.#mistake === 'deletes without answers' ? nobody : {}),
        ...(this.#mistake === 'deletes what others need' ? { needed: new Set<string>() } : {}),
      };
      const going = deletable(list, standing, (pack) => this.#isNeeded(home, pack));
      if (going === undefined) return;
      for (const pack of going) {
        if (!this.#packs.delete(pack)) continue;
        home.known.delete(pack);
        this.#deleted++;
        this.#check(`${home.id} deleted ${pack}`);
        yield;
      }
      for (const pack of list.packs) home.doomed.delete(pack);
      this.#kept += list.packs.length - going.length;
      yield;
    }
    for (const [id, { owner }] of home.known)
      if (owner === home.id && this.#packs.has(id) && !this.#isNeeded(home, id)) home.doomed.add(id);
    const doomed = [...home.doomed].filter((id) => home.known.get(id)?.owner === home.id && this.#packs.has(id));
    const next = doomed.filter((id) => !this.#isNeeded(home, id)).slice(0, doomedMax);
    for (const id of doomed) if (!next.includes(id)) home.doomed.delete(id);
    yield;
    // What changed while it was not looked at decides about the list's life, not about its being made.
    if (next.length > 0 || list.packs.length > 0)
      this.#write(home, { list: nextList(list, next, this.#chainMs), answers });
  }

  #check(act: string): void {
    const there = new Set([...this.#packs.values()].flatMap(({ chunks }) => [...chunks]));
    for (const { id, kept } of this.#homes) {
      const missing = kept.flatMap((tree) => [...tree.values()]).filter((chunk) => !there.has(chunk));
      if (missing.length > 0) this.#lost ??= `${act}: ${id} lost ${missing.join(', ')}`;
    }
  }
}
