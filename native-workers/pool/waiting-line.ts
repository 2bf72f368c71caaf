/**
 * The line in front of the workers: interactive tasks pass bulk ones, and within an urgency the first to come is the first served. Nobody
 * behind the head of the line goes first because it is smaller, so that a large task is never starved by small ones.
 */
export type Urgency = 'interactive' | 'bulk';

interface Waiting<Item> {
  readonly item: Item;
  hasLeft: boolean;
}

export class WaitingLine<Item> {
  readonly #lines: Readonly<Record<Urgency, Waiting<Item>[]>> = { interactive: [], bulk: [] };

  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Joins the line; the answer leaves it again, which is harmless after being served. */
  join(item: Item, urgency: Urgency): () => void {
    const waiting = { item, hasLeft: false };
    this.#lines[urgency].push(waiting);
    this.#length++;
    return () => {
      this.#leave(waiting);
    };
  }

  #leave(waiting: Waiting<Item>): void {
    if (!waiting.hasLeft) this.#length--;
    waiting.hasLeft = true;
  }

  /** The next to be served, if it may be served now. */
  next(mayStart: (item: Item) => boolean): Item | undefined {
    for (const line of [this.#lines.interactive, this.#lines.bulk]) {
      while (line[0]?.hasLeft === true) line.shift();
      const [first] = line;
      if (first === undefined) continue;
      if (!mayStart(first.item)) return undefined;
      line.shift();
      this.#leave(first);
      return first.item;
    }
    return undefined;
  }

  /** Empties the line. */
  drain(): Item[] {
    const { interactive, bulk } = this.#lines;
    const rest = [...interactive.splice(0), ...bulk.splice(0)].filter(({ hasLeft }) => !hasLeft);
    for (const waiting of rest) this.#leave(waiting);
    return rest.map(({ item }) => item);
  }
}
