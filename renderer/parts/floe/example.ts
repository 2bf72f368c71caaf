/** The floe of the onboarding: there is no network yet, so this is a drawing of one, as large as Walrus is, with shares as uneven. */
import type { FloeNode } from './lay-out.ts';

const nodes = 103;

export const exampleSeed = 'onboarding';
export const exampleNodes: readonly FloeNode[] = Array.from({ length: nodes }, (_, index) => ({
  id: String(index),
  shards: 4 + ((index * 37) % 13) + (index % 11 === 5 ? 14 : 0),
}));

export const smallSeed = 'onboarding-small';
export const smallNodes: readonly FloeNode[] = Array.from({ length: 13 }, (_, index) => ({
  id: String(index),
  shards: 2 + ((index * 5) % 6),
}));
