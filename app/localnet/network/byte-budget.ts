/** A bound on bytes that are in memory at once: who wants more waits in line, so that sockets press back instead of memory growing. */

export interface ByteBudget {
  /** Resolves when the bytes may be held; give them back once. */
  take(bytes: number): Promise<() => void>;
}

export function createByteBudget(bytesMax: number): ByteBudget {
  let held = 0;
  const waiting: { readonly bytes: number; readonly go: () => void }[] = [];
  const admit = (): void => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      // One request larger than the whole budget is let in alone.
      if (held > 0 && held + first.bytes > bytesMax) return;
      waiting.shift();
      held += first.bytes;
      first.go();
    }
  };
  return {
    async take(bytes) {
      await new Promise<void>((go) => {
        waiting.push({ bytes, go });
        admit();
      });
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        held -= bytes;
        admit();
      };
    },
  };
}
