/** The few things that shell and engine process say to each other beside the contract, which crosses on ports as everywhere. */

/** To the engine. 'link' comes with a port: serve the contract on it. */
export type ToEngine =
  | { readonly kind: 'link' }
  | { readonly kind: 'power'; readonly isOnBattery: boolean }
  | { readonly kind: 'preview'; readonly id: number; readonly path: string }
  | { readonly kind: 'stop' };

/** From the engine. A preview without bytes is gone, or never was. */
export type FromEngine =
  | { readonly kind: 'running' }
  | {
      readonly kind: 'preview';
      readonly id: number;
      readonly type: string | undefined;
      readonly bytes: Uint8Array | undefined;
    };
