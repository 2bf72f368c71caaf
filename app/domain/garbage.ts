/** What a device's bag says of a space's garbage (docs/formats/head.md): which of its packs it means to delete, and what it needs of the others'. */

/** What a device means to delete from its pool. It stands unchanged until all of it is settled. */
export interface DoomList<Pack extends string = string> {
  /** Grows by one with each list of this device; 0 before the first. */
  readonly number: number;
  /** The chain's time when it was made, ms since 1970. */
  readonly timeMs: number;
  readonly packs: readonly Pack[];
}

/** What a device says to one list of another: by their places in it, the packs that it needs. */
export interface Answer {
  readonly number: number;
  readonly needs: readonly number[];
}

/** What a device's bag holds about a space's garbage. */
export interface GarbageRecord<Pack extends string = string, Device extends string = string> {
  readonly list: DoomList<Pack>;
  readonly answers: ReadonlyMap<Device, Answer>;
}
