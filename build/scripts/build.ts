/** `npm run build`: everything that ships, or the parts named: renderer, main, preload, engine. */
import { join } from 'node:path';
import { buildParts, bundleNames } from '../bundle/bundle.ts';

const root = join(import.meta.dirname, '../..');
const given = process.argv.slice(2);
const names = bundleNames.filter((name) => given.length === 0 || given.includes(name));
const started = performance.now();
const built = await buildParts(root, names, { always: true });
console.log(`built ${built.join(', ')} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
