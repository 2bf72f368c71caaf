/** Packs on their way while others are still being made: one after another in the background, with a bound on how many wait. */
import { faultOf } from '../domain/fault.ts';
import { packsWaitingMax } from '../domain/limits.ts';

interface Shipping {
  /** Resolves when few enough packs wait. */
  add(pack: number): Promise<void>;
  /** Everything added has been sent; throws what failed. */
  done(): Promise<void>;
  /** The same without throwing: another error is on its way already. */
  settled(): Promise<void>;
}

/** Sends packs one after another in the background, with a bound on how many wait. */
export function startShipping(send: (pack: number) => Promise<void>): Shipping {
  let last: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  const waiting: Promise<void>[] = [];
  const check = (): void => {
    if (failure) throw failure.error;
  };
  return {
    async add(pack) {
      check();
      last = last.then(async () => {
        if (failure) return;
        try {
          await send(pack);
        } catch (error) {
          failure = { error };
        }
      });
      waiting.push(last);
      if (waiting.length > packsWaitingMax) await waiting.shift();
      check();
    },
    async done() {
      await last;
      check();
    },
    async settled() {
      await last;
      if (failure && faultOf(failure.error) === undefined) throw failure.error;
    },
  };
}
