/**
 * Load hooks of a simulation's process: signatures of the storage nodes are modelled (model-bls.ts). Must run before anything of the world is
 * imported.
 */
import { registerHooks } from 'node:module';

const models = new Map([
  ['@noble/curves/bls12-381.js', new URL('./model-bls.ts', import.meta.url).href],
  ['@mysten/walrus-wasm', new URL('./model-bls.ts', import.meta.url).href],
]);

export function useQuickModules(): void {
  registerHooks({
    resolve(specifier, context, next) {
      // Libraries have what they were made with.
      const model = context.parentURL?.includes('/node_modules/') === true ? undefined : models.get(specifier);
      return model === undefined
        ? next(specifier, context)
        : { url: model, format: 'module-typescript', shortCircuit: true };
    },
  });
}
