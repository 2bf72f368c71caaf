/**
 * Items on their way from one that finds them to one that works on them meanwhile. The finder never waits: whoever needs a bound keeps it there. Either
 * side may give up: the reader gets the finder's error, and the finder's next word throws the reader's.
 */
export class Feed<Item> {
  #waiting: Item[] = [];
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #refusal: { readonly error: unknown } | undefined;
  #wake = (): void => {};

  /** Throws what the reader gave up with. */
  put(items: readonly Item[]): void {
    if (this.#refusal) throw this.#refusal.error;
    for (const item of items) this.#waiting.push(item);
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** The reader gets this error after what was put before. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.end();
  }

  /** From here on nothing is wanted any more. */
  refuse(error: unknown): void {
    this.#refusal ??= { error };
  }

  /** Everything that was put, in order; one reader only. */
  async *items(): AsyncGenerator<readonly Item[]> {
    for (;;) {
      const some = this.#waiting;
      this.#waiting = [];
      if (some.length > 0) yield some;
      else if (this.#isOver) break;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    if (this.#failure) throw this.#failure.error;
  }
}
