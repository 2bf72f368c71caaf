/**
 * The few web globals that Node, workers and browsers share. Neutral projects compile with no host types at all, so that
 * `process`, `Buffer` or `setTimeout` in the engine is a compile error; these names are the whole exception.
 */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
declare var AbortController: { new (): { readonly signal: AbortSignal; abort(reason?: unknown): void } };
declare var TextEncoder: { new (): { encode(text?: string): Uint8Array<ArrayBuffer> } };
declare var TextDecoder: {
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): { decode(bytes?: Uint8Array): string };
};
declare function structuredClone<T>(value: T): T;
