/** For Node's --import: 'electron' becomes the double, so that a built or packed app starts on it as it is. */
import { registerHooks } from 'node:module';

const double = new URL('./electron.ts', import.meta.url).href;
registerHooks({
  resolve: (id, context, next) => (id === 'electron' ? { url: double, shortCircuit: true } : next(id, context)),
});
